"""The command line: nouns then verbs, on top of the management API's Python client."""
