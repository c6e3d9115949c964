"""One constraint is compared with the values of a fact."""
