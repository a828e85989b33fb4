"""Texts under fire: every fault of the carrier at once, workers killed; judged by what the carrier accepted."""
