"""What people and programs do with a connector, one file a chapter."""
