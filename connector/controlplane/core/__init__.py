"""The ground of the control plane: one participant context, its commits, its documents and its messages."""
