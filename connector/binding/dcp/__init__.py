"""The HTTP of the Decentralized Claims Protocol 1.0."""
