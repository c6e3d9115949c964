"""The flows whose bytes this side moves: push, fetch and their retries."""
