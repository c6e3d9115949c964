"""The chapters of the Python client, one for each chapter of the management API."""
