"""Grades: who is what for how much she bought, what that takes, and how members move between them."""
