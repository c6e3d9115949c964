"""Use cases: what arrives, what is decided, what is sent. Nothing here knows HTTP or SQL."""
