"""`negotiation`: start, follow and answer, against a management API at the edge of HTTP."""

from pathlib import Path
from typing import Any

import pytest

from connector.views.negotiations import RecordedDecisionView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management, asset, negotiation


def test_a_person_decides_about_a_negotiation(cli: Cli, management: Management, tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_text('{"permission": []}')
    base = "/v1/negotiations/urn:n"
    for verb in ("approve", "reject", "counter"):
        management.answer("POST", f"{base}/{verb}", negotiation("AGREED"))
    assert cli("negotiation", "approve", "urn:n").code == 0
    assert cli("negotiation", "reject", "urn:n", "--reason", "Nein", "--yes").code == 0
    assert cli("negotiation", "counter", "urn:n", "--policy", "terms.json").code == 0
    assert management.bodies("POST", f"{base}/reject") == [{"reason": "Nein"}]
    assert management.bodies("POST", f"{base}/counter") == [{"policy": {"permission": []}}]
    assert cli("negotiation", "counter", "urn:n").code == 2


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        (negotiation("FINALIZED"), 0, ""),
        (negotiation("TERMINATED", ended="Purpose is not navigation."), 4, "Purpose is not navigation."),
        (negotiation("OFFERED", hold="The provider makes an offer."), 6, "The provider makes an offer."),
        (negotiation("REQUESTED"), 6, "REQUESTED"),
    ],
)
def test_the_end_of_a_wait_is_its_exit_code(cli: Cli, management: Management, found: Any, code: int, said: str) -> None:
    management.answer("GET", "/v1/negotiations/urn:n/wait", found)
    done = cli("negotiation", "wait", "urn:n", "--timeout", 0, "--json")
    assert (done.code, done.json["id"], said in done.err) == (code, "urn:n", True)


def test_what_was_decided_in_a_negotiation_is_shown_with_the_reasons(cli: Cli, management: Management) -> None:
    texts = {"de": ("Die Regeln erlauben es nicht.", "Zweck: nicht erfüllt."), "en": ("No.",)}
    denied = RecordedDecisionView(at=NOW, event="decided terminate", record={"verdict": "deny"}, texts=texts)
    management.answer("GET", "/v1/negotiations/urn:n", negotiation("TERMINATED", decisions=(denied,)))
    shown = cli("negotiation", "show", "urn:n", "--lang", "de")
    assert "entschieden: abbrechen: Die Regeln erlauben es nicht. Zweck: nicht erfüllt." in shown.out
    assert cli("negotiation", "show", "urn:n", "--json").json["decisions"][0]["record"] == {"verdict": "deny"}


def test_a_negotiation_is_started_and_reported(cli: Cli, management: Management, tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_text('{"permission": []}')
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    begun = cli(
        "negotiation", "start", "urn:city", "air", "--policy", "terms.json", "--offer", "urn:offer", "--purpose", "p"
    )
    assert (begun.code, begun.out) == (0, "urn:n is requested, not acknowledged yet.\n")
    body = {"participant": "urn:city", "dataset": "air", "offer": "urn:offer", "policy": {"permission": []}}
    assert management.bodies("POST", "/v1/negotiations") == [body | {"purpose": "p"}]
    management.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("FINALIZED"))
    waited = cli("negotiation", "start", "urn:city", "air", "--wait", "--lang", "de")
    assert (waited.code, "urn:a" in waited.out) == (0, True)
    assert "Der Vertrag wird verhandelt (urn:n) …" in waited.err


def test_negotiations_are_listed_in_pages_and_filtered(cli: Cli, management: Management) -> None:
    pages = [
        {"items": [negotiation("OFFERED", id=name, hold="Look.")], "next": after}
        for name, after in (("urn:n1", "c1"), ("urn:n2", None))
    ]
    management.answer("GET", "/v1/negotiations", pages[0])
    page = cli("negotiation", "list", "--limit", 1, "--state", "OFFERED", "--peer", "urn:city", "--dataset", "air")
    headings = ["ID", "ROLE", "STATE", "COUNTERPARTY", "DATASET", "WAITS", "CHANGED"]
    assert page.out.splitlines()[0].split() == headings
    assert "--after c1" in page.err
    query = {"state": ["OFFERED"], "peer": ["urn:city"], "dataset": ["air"], "limit": ["1"]}
    assert management.asked[-1].query == query
    management.answer("GET", "/v1/negotiations", *pages)
    every = cli("negotiation", "list", "--limit", 1, "--all", "--json")
    assert [entry["id"] for entry in every.json["items"]] == ["urn:n1", "urn:n2"]


def test_no_negotiations_and_an_unknown_one(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/negotiations", {"items": [], "next": None})
    empty = cli("negotiation", "list", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")
    reason = "Unknown negotiation urn:none."
    management.refuse("GET", "/v1/negotiations/urn:none", 404, "unknown-process", reason)
    done = cli("negotiation", "show", "urn:none", "--json")
    assert (done.code, done.out, done.err) == (3, "", f"datenkontor: {reason}\n")


def test_a_termination_asks_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    path = "/v1/negotiations/urn:n/terminate"
    management.answer("GET", "/v1/negotiations/urn:n", negotiation("REQUESTED"))
    asked = cli("negotiation", "terminate", "urn:n", "--lang", "de")
    assert (asked.code, management.bodies("POST", path)) == (2, [])
    assert "urn:n wird dann endgültig abgebrochen." in asked.err
    management.answer("POST", path, negotiation("TERMINATED"))
    assert cli("negotiation", "terminate", "urn:n", "--reason", "Nein", "--yes", "--json").json["state"] == "TERMINATED"
    assert management.bodies("POST", path) == [{"reason": "Nein"}]


def test_an_approval_asks_about_an_offer_that_has_changed(cli: Cli, management: Management) -> None:
    approve = "/v1/negotiations/urn:n/approve"
    management.refuse("POST", approve, 409, "offer-changed", "The offer has other terms.")
    done = cli("negotiation", "approve", "urn:n", "--lang", "de")
    assert (done.code, "zu den angefragten Bedingungen" in done.err, "--yes" in done.err) == (2, True, True)
    management.answer("POST", approve, negotiation("AGREED"))
    assert cli("negotiation", "approve", "urn:n", "--yes").code == 0
    assert management.bodies("POST", approve)[-1] == {"changed_offer": True}


def test_an_approval_of_what_is_not_offered_any_more_is_refused_with_the_reason(
    cli: Cli, management: Management
) -> None:
    management.refuse("POST", "/v1/negotiations/urn:n/approve", 409, "offer-withdrawn", "The offer has ended.")
    done = cli("negotiation", "approve", "urn:n", "--yes")
    assert (done.code, "The offer has ended." in done.err) == (4, True)


@pytest.mark.parametrize(("lang", "label"), [("en", "differs from the offer"), ("de", "anders als angeboten")])
def test_a_request_that_waits_is_shown_with_what_differs_from_the_offer(
    cli: Cli, management: Management, lang: str, label: str
) -> None:
    change = {"kind": "added", "part": "constraint", "rule": "permission/0", "text": {lang: "Purpose: traffic."}}
    compared = {"width": "narrowed", "text": {}, "changes": [change], "contained": "contained", "meeting": "overlap"}
    management.answer("POST", "/v1/policies/compare", compared | {"reasons": []})
    management.answer("GET", "/v1/assets/air", asset(policy={"@id": "urn:draft", "permission": [{"action": "use"}]}))
    offer = {"@id": "urn:offer", "assignee": "urn:us", "target": "air", "permission": [{"action": "read"}]}
    waits = negotiation("REQUESTED", hold="Other terms.", role="provider", offer=offer)
    management.answer("GET", "/v1/negotiations/urn:n", waits, negotiation("AGREED", role="provider"))
    told = cli("negotiation", "show", "urn:n", "--lang", lang).out
    assert f"{label}" in told
    assert "Purpose: traffic." in told
    assert management.bodies("POST", "/v1/policies/compare") == [
        {"old": {"permission": [{"action": "use"}]}, "new": {"permission": [{"action": "read"}]}}
    ]
    assert label not in cli("negotiation", "show", "urn:n", "--lang", lang).out, "nothing waits any more"
