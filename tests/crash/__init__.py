"""Kill -9 of either side, before and after every write and every send, and what is left of the work."""
