"""Agreements are enforced: leases and signals for the data plane, and the duties of agreements."""
