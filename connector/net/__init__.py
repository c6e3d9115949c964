"""The network: one guarded client for all connections that a peer can cause, TLS and limits."""
