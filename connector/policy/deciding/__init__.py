"""A request is decided and the decision is explained."""
