"""The broker's pages for everybody: what is shared, the search, organisations, and the words explained."""
