"""The management API in JSON, for the operator's staff and programs."""
