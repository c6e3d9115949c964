"""The only composition root: builds a connector or a broker from settings, and runs it."""
