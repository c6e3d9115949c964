"""Drives processes: decide, send, settle the answer, wait for the peer."""
