"""What the house sets for the whole loyalty programme: how far tablets go alone, and who hears of what expires."""
