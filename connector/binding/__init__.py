"""The interface to peers over HTTPS: routes and clients."""
