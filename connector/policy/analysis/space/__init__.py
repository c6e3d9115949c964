"""Constraints as sets of values: regions, cells, and the shape of a whole policy."""
