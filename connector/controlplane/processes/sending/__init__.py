"""Processes are driven: decide, send, settle the answer, wait for the peer."""
