"""The only composition root: it builds a connector or a broker from settings, and runs it."""
