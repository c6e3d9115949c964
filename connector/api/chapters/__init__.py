"""The endpoints of the management API, one file a chapter."""
