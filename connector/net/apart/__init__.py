"""Processes of their own, for work on foreign input that could harm this one: bounded, and without sockets."""
