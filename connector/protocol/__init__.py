"""The standards' text as code. Pure: no clock, no random, no I/O; standard library and msgspec only."""
