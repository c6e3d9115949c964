"""Databases of the operator: one read-only query of a table or view, row by row."""
