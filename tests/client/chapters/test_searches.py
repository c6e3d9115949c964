"""Saved searches over the client."""

from connector.client import Connector


def test_what_is_new_is_listed_and_noted(connector: Connector) -> None:
    saved = connector.searches.save("Bicycles", {"q": "bicycles"})
    new = connector.searches.new(saved.id)
    assert ([hit.id for hit in new.items], new.next, new.more) == (["urn:dataset:counts"], 7, False)
    assert connector.searches.note_seen(saved.id, new.next).id == saved.id
    connector.searches.remove(saved.id)


def test_a_webhook_is_set_with_its_secret_and_removed(connector: Connector) -> None:
    changed = connector.searches.set_webhook("urn:search:1", "https://city.example/hooks/bicycles")
    assert changed.webhook
    assert (changed.webhook.state, changed.webhook.secret) == ("active", "whsec_a-secret")
    assert connector.searches.resume_webhook("urn:search:1").webhook is None
    assert connector.searches.remove_webhook("urn:search:1").webhook is None
