"""What all rooms of the control plane share: the participant context, commits, documents and messages."""
