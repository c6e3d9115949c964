"""The command line: nouns, then verbs, on top of the Python client of the management API."""
