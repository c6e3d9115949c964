"""The common part of negotiations and transfers: the state, the progress and the delivered files."""
