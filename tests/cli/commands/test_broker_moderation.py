"""`broker`: what is hidden, marked as a test, logged, undone and explained."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.cli.commands import broker_moderation
from connector.cli.frame.probe import ProbeResult
from tests.cli.commands.test_broker_sources import MARK, acted
from tests.cli.conftest import Cli
from tests.cli.management import Management

STEPS = [
    {"code": "source", "passed": True, "texts": {"de": "Die Quelle ist bekannt.", "en": "The source is known."}},
    {"code": "hidden-alone", "passed": False, "texts": {"de": "Ausgeblendet: Doppelt.", "en": "Hidden: twice."}},
]


@pytest.mark.parametrize("verb", ["hide", "unhide", "test", "untest"])
def test_one_offer_or_a_whole_source_is_moderated(cli: Cli, management: Management, verb: str) -> None:
    management.answer("POST", f"/v1/moderation/{verb}", acted(verb))
    reason = ["--reason", "Doppelt."] if verb == "hide" else []
    assert cli("broker", verb, "urn:a", "urn:x", *reason).code == 0
    assert cli("broker", verb, "urn:a", *reason).code == 0
    one, whole = management.bodies("POST", f"/v1/moderation/{verb}")
    assert (one["dataset"], "dataset" in whole) == ("urn:x", False)


def test_who_hides_gives_a_reason(cli: Cli, management: Management) -> None:
    assert cli("broker", "hide", "urn:a", "urn:x").code == 2
    assert management.asked == []


def test_marks_and_acts_are_listed(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/marks", {"items": [MARK], "next": "5"})
    listed = cli("broker", "marks", "--lang", "de")
    assert ("ausgesetzt" in listed.out, "--after 5" in listed.err) == (True, True)
    act = acted("untest")["act"] | {"undoes": 3}
    management.answer("GET", "/v1/acts", {"items": [act], "next": None})
    assert "nicht mehr Test" in cli("broker", "log", "--participant", "urn:a", "--lang", "de").out
    assert management.asked[-1].query["participant"] == ["urn:a"]


def test_possible_duplicates_are_listed_with_who_offers_them(cli: Cli, management: Management) -> None:
    datasets = [{"participant": f"urn:{name}", "id": f"urn:{name}:trees", "publisher": name} for name in "ab"]
    found = {"kind": "identifier", "value": "urn:doi:10.1", "agrees": False, "datasets": datasets}
    management.answer("GET", "/v1/duplicates", {"items": [found], "next": None})
    listed = cli("broker", "duplicates", "--lang", "de")
    assert ("Kennung" in listed.out, "urn:a urn:a:trees, urn:b urn:b:trees" in listed.out) == (True, True)
    assert cli("broker", "duplicates", "--json").json["items"] == [found]


def test_an_act_is_undone_or_the_reason_told_why_not(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/acts/7/undo", acted("unhide"))
    assert cli("broker", "undo", "7").out.startswith("urn:a: shown again.")
    reason = "A later act has changed this already: undo that one, or give the command that you want."
    management.refuse("POST", "/v1/acts/7/undo", 409, "changed-since", reason)
    refused = cli("broker", "undo", "7", "--lang", "de")
    assert (refused.code, "Ein späterer Eingriff" in refused.err) == (4, True)


def test_the_way_of_an_offer_is_told_step_by_step(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cli("init", "broker", "--role", "broker")
    cli("init", "firma", "--broker", "broker/card.json")
    asked: list[str] = []

    def probe(url: str, **_: Any) -> ProbeResult:
        asked.append(url)
        told = {"participant": "urn:a", "dataset": "urn:x", "shown": False, "steps": STEPS}
        return ProbeResult(200, msgspec.json.encode(told))

    monkeypatch.setattr(broker_moderation, "probe_url", probe)
    done = cli("broker", "why", "urn:x", "--settings", "firma/datenkontor.toml", "--lang", "de")
    assert done.code == 3
    assert done.out.splitlines() == [
        *("✓ Die Quelle ist bekannt.", "✗ Ausgeblendet: Doppelt.", "Der Broker zeigt das Angebot nicht.")
    ]
    cli("broker", "why", "urn:x", "--participant", "urn:a", "--search", "luft", "--settings", "broker/datenkontor.toml")
    assert [url.partition("?")[2] for url in asked] == ["dataset=urn%3Ax", "dataset=urn%3Ax&participant=urn%3Aa&q=luft"]
    refusal = {"error": {"code": "not-allowed", "reason": "Only its provider and the operator may ask."}}
    for result, code in (
        (ProbeResult(403, msgspec.json.encode(refusal)), 4),
        (ProbeResult(None, reason="no answer"), 5),
        (ProbeResult(500, b"x"), 1),
    ):
        monkeypatch.setattr(broker_moderation, "probe_url", lambda *_, result=result, **__: result)
        assert cli("broker", "why", "urn:x", "--settings", "firma/datenkontor.toml").code == code
