"""Partners: banks whose cards members carry, and alliances with whom points are exchanged."""
