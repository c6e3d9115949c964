"""The verbs of Data Plane Signaling 1.0 over stored flows."""
