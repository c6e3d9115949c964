"""The identity mechanisms, their keys and their tokens."""
