"""Streams: the messages of a source without an end, kept in a journal and read by each peer at its own pace."""
