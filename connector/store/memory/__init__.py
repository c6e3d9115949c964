"""The in-memory twins of the SQLite store and record, for tests and simulations."""
