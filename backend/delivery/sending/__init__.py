"""How sending is steered: batches and their state, senders and their rates, and the switch that stops everything."""
