"""Tests of the messages, the state machines and their wire form."""
