"""Backends of the operator over HTTP: how a request proves itself, what it asks for, and pages as one stream."""
