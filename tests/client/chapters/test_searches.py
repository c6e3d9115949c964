"""Saved searches over the client."""

from connector.client import Connector


def test_what_is_new_is_listed_and_noted(connector: Connector) -> None:
    saved = connector.searches.save("Bicycles", {"q": "bicycles"})
    new = connector.searches.new(saved.id)
    assert ([hit.id for hit in new.items], new.next, new.more) == (["urn:dataset:counts"], 7, False)
    assert connector.searches.note_seen(saved.id, new.next).id == saved.id
    connector.searches.remove(saved.id)
