"""What every feature stands on; it knows no business word."""
