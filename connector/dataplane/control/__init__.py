"""The flows as they are stored, with their gates, meters and tokens."""
