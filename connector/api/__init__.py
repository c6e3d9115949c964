"""The management JSON API: what our own people and programs do with a connector. pydantic occurs here alone."""
