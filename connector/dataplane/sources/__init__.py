"""Where bytes come from: one file for each kind."""
