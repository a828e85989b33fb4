"""The house's own limits of contacting people, beyond what the law asks; an admin sets them."""
