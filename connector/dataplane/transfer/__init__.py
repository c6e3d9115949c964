"""Flows that this side moves: push, fetch, and how often each is tried."""
