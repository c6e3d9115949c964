"""Data Plane Signaling 1.0 over HTTP, both sides."""
