"""The control plane: messages that arrive, decisions about them, and messages that are sent."""
