"""The demonstration: a small data space of real processes."""
