"""Products: made again when their inputs change, and stopped when an input ends."""
