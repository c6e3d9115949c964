"""What is done to records on the way, one file a transform; they do not know each other."""
