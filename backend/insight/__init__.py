"""Insight: who is due, who is leaving, and what they are worth."""
