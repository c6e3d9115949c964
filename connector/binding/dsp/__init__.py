"""The HTTPS binding of the Dataspace Protocol 2025-1."""
