"""`event`: declared and listed."""

import pytest

from connector.policy.model.policy import DK
from connector.views.common import Page
from connector.views.events import EventView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management, asset


def test_events_are_declared_and_listed(cli: Cli, management: Management) -> None:
    begun = EventView(name="urn:e:flood", going_on=True, since=NOW, by="operations")
    over = EventView(name="urn:e:flood", going_on=False, since=NOW, by="operations")
    management.answer("POST", "/v1/events/begin", begun)
    management.answer("POST", "/v1/events/end", over)
    management.answer("GET", "/v1/events", [over])
    assert "is active since" in cli("event", "begin", "urn:e:flood", "--lang", "en").out
    assert "ist seit" in cli("event", "end", "urn:e:flood", "--lang", "de").out
    assert "operations" in cli("event", "list").out
    assert management.bodies("POST", "/v1/events/begin") == [{"name": "urn:e:flood"}]


@pytest.mark.parametrize(
    ("named", "remarked"), [("dk:emergency", True), ("dk:emergncy", False), (DK + "emergncy", False)]
)
def test_an_event_that_no_policy_names_is_remarked(
    cli: Cli, management: Management, named: str, remarked: bool
) -> None:
    constraint = {"leftOperand": "odrl:event", "operator": "eq", "rightOperand": {"@id": named}}
    policy = {"permission": [{"action": "use", "constraint": [constraint]}]}
    management.answer("POST", "/v1/events/begin", EventView(name=DK + "emergncy", going_on=True, since=NOW, by="x"))
    management.answer("GET", "/v1/assets", Page(items=(asset(policy=policy),)))
    management.answer("GET", "/v1/agreements", Page(items=()))
    done = cli("event", "begin", "dk:emergncy", "--lang", "en")
    assert (done.code, "No policy" in done.err) == (0, remarked)


def test_no_events_and_a_name_that_is_refused(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/events", [])
    empty = cli("event", "list", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")
    assert cli("event", "list", "--json").json == {"items": [], "next": None}
    management.refuse("POST", "/v1/events/begin", 422, "unknown-term", "The event is not an IRI.")
    done = cli("event", "begin", "flood", "--json")
    assert (done.code, done.out, done.err) == (2, "", "datenkontor: The event is not an IRI.\n")
