"""What pages show after it was read or drawn: search results, datasets of others, steps, rows of files and areas."""
