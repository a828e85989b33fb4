"""Corrections of points by hand: small ones at once, others with a second person."""
