"""Dataspace Protocol 2025-1: messages, the two state tables, paths, codec."""
