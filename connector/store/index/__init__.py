"""The search index in tantivy: how entries are written into it, how queries read it, and the folders on the disk."""
