"""`subscription`: ordered, listed, shown, paused, resumed, run and removed."""

from datetime import timedelta
from typing import Any

import pytest

from connector.cli.frame.failure import Code
from connector.views.common import Page
from connector.views.subscriptions import RunOutcome, SubscriptionRhythm, SubscriptionState, SubscriptionView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management

ID = "urn:s:1"


def subscription(**changed: Any) -> SubscriptionView:
    plain: dict[str, Any] = {
        "id": ID,
        "state": SubscriptionState.ACTIVE,
        "agreement": "consumer urn:city urn:a:1",
        "counterparty": "urn:city",
        "counterparty_name": "Stadt",
        "dataset": "urn:d:air",
        "title": {"de": "Luft", "en": "Air"},
        "every": SubscriptionRhythm.WEEK,
        "at": "06:30",
        "weekday": 1,
        "sink": {"kind": "file", "path": "air/", "overwrite": True},
        "next_at": NOW + timedelta(days=3),
        "transfer": "",
        "looked_at": NOW,
        "outcome": RunOutcome.DELIVERED,
        "delivered": "urn:t:1",
        "delivered_at": NOW,
        "deliveries": 3,
        "failures": 0,
        "failing_since": None,
        "created_at": NOW,
    }
    return SubscriptionView(**(plain | changed))


def test_an_order_says_when_it_runs(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/subscriptions", subscription(), status=201)
    done = cli("subscription", "add", "urn:a:1", "--every", "week", "--on", 1, "--at", "06:30", "--into", "air/")
    assert "every Monday at 06:30" in done.out
    cli("subscription", "add", "urn:a:1", "--every", "change", "--post-to", "https://gis.example/load")
    assert management.bodies("POST", "/v1/subscriptions") == [
        {
            "agreement": "urn:a:1",
            "every": "week",
            "at": "06:30",
            "weekday": 1,
            "sink": {"kind": "file", "path": "air/"},
        },
        {"agreement": "urn:a:1", "every": "change", "sink": {"kind": "http", "url": "https://gis.example/load"}},
    ]


@pytest.mark.parametrize(
    ("every", "english", "german"),
    [
        (SubscriptionRhythm.HOUR, "every hour, at minute 30", "stündlich, zur Minute 30"),
        (SubscriptionRhythm.DAY, "every day at 06:30", "täglich um 06:30 Uhr"),
        (SubscriptionRhythm.CHANGE, "on each change", "bei jeder Änderung"),
    ],
)
def test_a_listing_says_when_each_runs_and_what_the_last_run_came_to(
    cli: Cli, management: Management, every: SubscriptionRhythm, english: str, german: str
) -> None:
    management.answer("GET", "/v1/subscriptions", Page(items=(subscription(every=every),)))
    shown = cli("subscription", "list", "--state", "active", "--lang", "en").out
    assert english in shown
    assert "delivered" in shown
    assert german in cli("subscription", "list", "--lang", "de").out
    assert cli("subscription", "list", "--json").json["items"][0]["deliveries"] == 3
    assert management.asked[0].query["state"] == ["active"]


def test_one_that_fails_says_since_when_and_why(cli: Cli, management: Management) -> None:
    failing = subscription(
        outcome=RunOutcome.FAILED, failures=2, failing_since=NOW, reason={"de": "Keine Verbindung.", "en": "No line."}
    )
    management.answer("GET", f"/v1/subscriptions/{ID}", failing)
    assert "Keine Verbindung." in cli("subscription", "show", ID, "--lang", "de").out
    assert "failing since" in cli("subscription", "show", ID, "--lang", "en").out


@pytest.mark.parametrize(
    ("verb", "said"), [("pause", "is paused"), ("resume", "goes on"), ("run", "looks for changed data now")]
)
def test_a_step_is_confirmed_in_a_sentence(cli: Cli, management: Management, verb: str, said: str) -> None:
    management.answer("POST", f"/v1/subscriptions/{ID}/{verb}", subscription())
    assert said in cli("subscription", verb, ID, "--lang", "en").out
    assert cli("subscription", verb, ID, "--json").json["id"] == ID


def test_a_run_can_get_data_that_has_not_changed(cli: Cli, management: Management) -> None:
    management.answer("POST", f"/v1/subscriptions/{ID}/run", subscription())
    cli("subscription", "run", ID, "--anyway")
    assert management.bodies("POST", f"/v1/subscriptions/{ID}/run") == [{"anyway": True}]


def test_a_removal_is_asked_for(cli: Cli, management: Management) -> None:
    management.answer("GET", f"/v1/subscriptions/{ID}", subscription())
    management.answer("DELETE", f"/v1/subscriptions/{ID}", subscription())
    refused = cli("subscription", "remove", ID, "--lang", "en")
    assert (refused.code, "Air" in refused.err) == (2, True)
    assert "is removed" in cli("subscription", "remove", ID, "--yes", "--lang", "en").out


def test_an_unknown_one_is_not_found(cli: Cli, management: Management) -> None:
    management.refuse("GET", f"/v1/subscriptions/{ID}", 404, "no-subscription", "Unknown subscription.")
    assert cli("subscription", "show", ID).code == Code.NOT_FOUND
