"""`event`: declared and listed."""

from connector.client.chapters.events import Event
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management


def test_events_are_declared_and_listed(cli: Cli, management: Management) -> None:
    begun = Event(name="urn:e:flood", going_on=True, since=NOW, by="operations")
    over = Event(name="urn:e:flood", going_on=False, since=NOW, by="operations")
    management.answer("POST", "/v1/events/begin", begun)
    management.answer("POST", "/v1/events/end", over)
    management.answer("GET", "/v1/events", [over])
    assert "is active since" in cli("event", "begin", "urn:e:flood", "--lang", "en").out
    assert "ist seit" in cli("event", "end", "urn:e:flood", "--lang", "de").out
    assert "operations" in cli("event", "list").out
    assert management.bodies("POST", "/v1/events/begin") == [{"name": "urn:e:flood"}]
