"""The operator of the broker: moderates sources and entries, explains what is shown, and measures quality."""
