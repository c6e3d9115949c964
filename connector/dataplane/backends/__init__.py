"""Backends of the operator: requests over HTTP and pages as one stream, object stores, messages, appended lines."""
