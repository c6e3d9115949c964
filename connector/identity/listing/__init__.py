"""What the authority of a data space signs beside the members: its keys and its profile."""
