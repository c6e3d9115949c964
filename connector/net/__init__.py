"""Everything peer-driven that dials: one guarded client, what may be dialled, TLS, limits. Imports ports and below."""
