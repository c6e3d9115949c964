"""The protocols of the data space as code. Pure: no clock, no random, no I/O; standard library and msgspec only."""
