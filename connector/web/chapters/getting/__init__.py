"""The pages from a search to the data: find, ask, receive, open."""
