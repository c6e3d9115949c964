"""The data plane, which moves the data of flows under leases."""
