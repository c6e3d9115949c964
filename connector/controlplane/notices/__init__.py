"""Messages to people: what happened is noted in the commit that it happens in, and told to whom it concerns."""
