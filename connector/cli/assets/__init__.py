"""The options that describe an asset, and the values that the management API expects for them."""
