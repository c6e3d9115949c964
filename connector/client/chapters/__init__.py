"""The chapters of the management API, as the Python client offers them."""
