"""The messages between control planes and data planes (Data Plane Signaling 1.0)."""
