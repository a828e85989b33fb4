"""What partners' own systems send and fetch."""
