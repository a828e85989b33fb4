"""Whoever carries texts: each in a file of its own, behind the port of `base`."""
