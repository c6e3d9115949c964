"""The Dataspace Protocol 2025-1: messages, the two state machines, paths and codec."""
