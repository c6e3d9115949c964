"""`hold`: the processes that wait for a person."""

import json

from connector.views.holds import HoldView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management


def test_nothing_to_list_is_said_beside_the_result(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/holds", {"items": [], "next": None})
    done = cli("hold", "list")
    assert (done.code, done.out) == (0, "")
    assert done.err
    assert cli("hold", "list", "--json").json == {"items": [], "next": None}


def test_holds_are_listed_for_people_and_programs(cli: Cli, management: Management) -> None:
    hold = json.loads(json.dumps({"process_id": "urn:n", "process_kind": "negotiation", "reason": "Look.", "who": "p"}))
    management.answer("GET", "/v1/holds", {"items": [hold | {"created_at": NOW, "until": None}], "next": None})
    assert "Look." in cli("hold", "list").out
    assert cli("hold", "list", "--json").json["items"][0]["who"] == "p"


def test_holds_are_shown_in_pages_with_the_reason_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    def hold(process: str) -> HoldView:
        reasons = {"de": "Bitte prüfen.", "en": "Please check."}
        values = {"process_kind": "negotiation", "reason": "?", "who": "provider", "created_at": NOW, "until": NOW}
        return HoldView(process_id=process, reasons=reasons, **values)

    pages = [{"items": [hold(name)], "next": after} for name, after in (("urn:n1", "c1"), ("urn:n2", None))]
    management.answer("GET", "/v1/holds", pages[0])
    page = cli("hold", "list", "--limit", 1, "--lang", "de")
    assert ("Bitte prüfen." in page.out, "--after c1" in page.err) == (True, True)
    management.answer("GET", "/v1/holds", *pages)
    every = cli("hold", "list", "--limit", 1, "--all", "--json")
    assert [entry["process_id"] for entry in every.json["items"]] == ["urn:n1", "urn:n2"]
    assert management.asked[-1].query == {"limit": ["1"], "after": ["c1"]}


def test_what_has_become_of_the_offer_is_said_with_the_reason(cli: Cli, management: Management) -> None:
    values = {"process_kind": "negotiation", "reason": "Look.", "who": "provider", "created_at": NOW, "process_id": "n"}
    hold = HoldView(offer="withdrawn", remark={"de": "Das Angebot ist weg.", "en": "The offer is gone."}, **values)
    management.answer("GET", "/v1/holds", {"items": [hold], "next": None})
    assert "Das Angebot ist weg." in cli("hold", "list", "--lang", "de").out
    assert cli("hold", "list", "--json").json["items"][0]["offer"] == "withdrawn"
