"""Policy documents and templates are read into the model."""
