"""The signaling between planes: this process among them, and a data plane as a process of its own."""
