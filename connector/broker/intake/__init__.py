"""Self-descriptions that participants push: verified before anything is kept, withdrawn, and removed at their end."""
