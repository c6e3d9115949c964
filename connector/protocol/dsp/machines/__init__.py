"""The two state machines of the Dataspace Protocol, pure."""
