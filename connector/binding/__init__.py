"""Peer-facing HTTP: the routes a peer calls and the clients that call a peer."""
