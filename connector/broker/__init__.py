"""The metadata broker: crawls what participants offer, keeps it, and lets it be searched."""
