"""The protocols of the data space as pure code: no clock, no random, no input or output."""
