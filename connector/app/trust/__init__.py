"""This participant and the authority of its data space, as far as the command line speaks with it."""
