"""Events over the client."""

from connector.client import Connector


def test_an_event_begins_and_ends(connector: Connector) -> None:
    assert connector.events.begin("dk:emergency").going_on
    assert [event.going_on for event in connector.events.list()] == [True]
    ended = connector.events.end("dk:emergency")
    assert (ended.going_on, ended.by) == (False, "chief")
