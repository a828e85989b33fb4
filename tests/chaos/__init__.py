"""A model-based suite that kills, cuts, restores and revokes: `make chaos`."""
