"""How the client builds, sends and reads requests."""
