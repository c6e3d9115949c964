"""The way to servers of the operator whose clients dial themselves."""
