"""The terms that policies may use: actions, names, taxonomies, and the registry of operands."""
