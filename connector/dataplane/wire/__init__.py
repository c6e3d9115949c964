"""The header fields and bodies of the data plane on HTTP."""
