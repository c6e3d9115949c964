"""The Decentralized Claims Protocol 1.0: identifiers, presentations, credentials and their status."""
