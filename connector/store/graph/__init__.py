"""The graph for SPARQL on disk, by pyoxigraph: written here, read by processes that can be killed."""
