"""The Decentralized Claims Protocol: documents of identifiers, tokens, presentations, status lists."""
