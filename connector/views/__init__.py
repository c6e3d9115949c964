"""Each entity as it looks from outside, described once for the API, the Python client, the command line and pages."""
