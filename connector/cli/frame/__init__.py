"""What the commands share: how they are declared, what they print, and how they fail."""
