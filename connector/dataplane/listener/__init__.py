"""The data-plane listener, at which peers pull and push."""
