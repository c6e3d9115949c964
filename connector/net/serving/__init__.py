"""Requests arrive here: bounds, counts and times of every listener, and the lean server of peer messages."""
