"""The data plane: flows, leases, tokens, meters, the ways in and out, one file for each kind of source and sink."""
