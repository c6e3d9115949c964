"""The HTTP header fields and bodies of the data plane."""
