"""Durable state: the SQLite store and record, and their in-memory twins."""
