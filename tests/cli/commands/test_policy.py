"""Policies on the command line: without a connector, but for `decide`; in both languages; with exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.management import Management, asset

ROOT = Path(__file__).resolve().parents[3]
PURPOSE = {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:ResearchAndDevelopment"}
RESEARCH: dict[str, Any] = {"permission": [{"action": "use", "constraint": [PURPOSE]}]}
BEFORE = {
    "leftOperand": "odrl:dateTime",
    "operator": "lt",
    "rightOperand": {"@value": "2027-01-01", "@type": "xsd:date"},
}


def times(most: int) -> dict[str, Any]:
    return {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": most}


def put(folder: Path, name: str, policy: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(policy), encoding="utf-8")
    return path


def test_a_policy_is_examined(cli: Cli, tmp_path: Path) -> None:
    good = cli("policy", "lint", put(tmp_path, "good.json", RESEARCH))
    assert (good.code, good.out) == (0, "")
    assert "can be offered." in good.err
    rule = {"action": "use", "constraint": [{"leftOperand": "odrl:count", "operator": "lt", "rightOperand": "1"}]}
    bad = cli("policy", "lint", put(tmp_path, "bad.json", {"permission": [rule]}), "--lang", "de")
    assert bad.code == 1
    assert bad.out.startswith(
        "Fehler: Diese Nutzungsbedingungen erlauben nie etwas. Streichen Sie Bedingungen oder Verbote,"
    )
    assert cli("policy", "lint", tmp_path / "bad.json", "--json").json["remarks"][0]["code"] == "never-granted"
    personal = cli("policy", "lint", tmp_path / "good.json", "--personal", "personal", "--json")
    assert (personal.code, personal.json["ok"]) == (1, False)


@pytest.mark.parametrize(
    "duty",
    [
        {"action": "attribute", "attributedParty": "urn:city"},
        {"action": "https://w3id.org/datenkontor/policy/1#log"},
        {
            "action": "inform",
            "constraint": [
                {
                    "leftOperand": "https://w3id.org/datenkontor/policy/1#notifyAddress",
                    "operator": "eq",
                    "rightOperand": "https://city.example/told",
                }
            ],
        },
    ],
)
def test_a_duty_that_a_connector_performs_keeps_nothing_from_being_offered(
    cli: Cli, tmp_path: Path, duty: dict[str, Any]
) -> None:
    file = put(tmp_path, "duty.json", {"permission": [{"action": "use", "duty": [duty]}]})
    found = cli("policy", "lint", file, "--json")
    assert (found.code, found.json["ok"]) == (0, True), found.out


def test_policies_in_turtle_and_in_foreign_json_ld_are_explained_and_compared(cli: Cli, tmp_path: Path) -> None:
    turtle = tmp_path / "terms.ttl"
    turtle.write_text(
        """@prefix odrl: <http://www.w3.org/ns/odrl/2/> . @prefix dpv: <https://w3id.org/dpv#> .
        <urn:terms> a odrl:Offer ; odrl:permission [ odrl:action odrl:use ; odrl:constraint
        [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:isA ;
        odrl:rightOperand dpv:ResearchAndDevelopment ] ] .""",
        encoding="utf-8",
    )
    terms = {"erlaubt": "http://www.w3.org/ns/odrl/2/permission", "@vocab": "http://www.w3.org/ns/odrl/2/"}
    action = {"@id": "http://www.w3.org/ns/odrl/2/action", "@type": "@vocab"}
    foreign = {"@context": {**terms, "tun": action, "x": None}, "@type": "Offer", "erlaubt": [{"tun": "use"}]}
    told = cli("policy", "explain", turtle)
    assert "What for: You may use the data. Purpose: research and development." in told.out
    assert "You may use the data." in cli("policy", "explain", put(tmp_path, "foreign.json", foreign)).out
    assert cli("policy", "compare", turtle, tmp_path / "foreign.json").code == 0
    lost = put(tmp_path, "lost.json", foreign | {"x": "urn:y"})
    assert cli("policy", "lint", lost, "--json").json["remarks"][0]["code"] == "term-lost"
    assert cli("policy", "explain", lost).code == 1
    turtle.write_text("no turtle", encoding="utf-8")
    broken = cli("policy", "lint", turtle)
    assert broken.code == 2
    assert "not Turtle" in broken.err


def test_a_policy_is_explained_in_the_language_of_the_call(cli: Cli, tmp_path: Path) -> None:
    file = put(tmp_path, "terms.json", RESEARCH)
    assert "What for: You may use the data. Purpose: research and development." in cli("policy", "explain", file).out
    german = cli("policy", "explain", file, "--lang", "de")
    assert "Wofür: Sie dürfen die Daten nutzen. Zweck: Forschung und Entwicklung." in german.out
    assert set(cli("policy", "explain", file, "--json").json["sentence"]) == {"de", "en"}
    broken = cli("policy", "explain", put(tmp_path, "broken.json", {"permission": [{"action": "odrl:fly"}]}))
    assert (broken.code, broken.out) == (1, "")
    assert "Unknown action" in broken.err


def test_two_policies_are_compared(cli: Cli, tmp_path: Path) -> None:
    old = put(tmp_path, "old.json", {"permission": [{"action": "use", "constraint": [times(10)]}]})
    new = put(tmp_path, "new.json", {"permission": [{"action": "use", "constraint": [times(5)]}]})
    narrower = cli("policy", "compare", old, new)
    assert narrower.code == 0
    assert narrower.out.splitlines() == [
        "The new version grants less.",
        "- Condition narrowed: number of uses; before: number of uses: at most 10; now: number of uses: at most 5.",
        "The first policy allows everything that the second requests.",
    ]
    wider = cli("policy", "compare", new, old, "--lang", "de")
    assert "Die zweiten Nutzungsbedingungen verlangen mehr, als die ersten erlauben." in wider.out
    assert cli("policy", "compare", new, old, "--json").json["contained"] == "not-contained"
    assert cli("policy", "compare", old, tmp_path / "none.json").code == 2


def test_the_examples_come_out_as_they_say_and_a_wrong_expectation_does_not(cli: Cli, tmp_path: Path) -> None:
    examples = sorted((ROOT / "policies/examples").glob("*.toml"))
    done = cli("policy", "test", *examples, "--json")
    assert (done.code, done.json["ok"]) == (0, True)
    assert len(done.json["items"]) > 40
    text = (ROOT / "policies/examples/12-n-times.toml").read_text(encoding="utf-8")
    (tmp_path / "wrong.toml").write_text(text.replace('verdict = "deny"', 'verdict = "permit"'), encoding="utf-8")
    wrong = cli("policy", "test", tmp_path / "wrong.toml")
    assert wrong.code == 1
    assert "✗ wrong.toml: the sixth use (verdict: expected permit, found deny)" in wrong.out
    assert "expected: 1 of 2." in wrong.err


@pytest.mark.parametrize(
    "text", ["[", "policy = 3", "[policy]\n", "case = []\n[policy]\n", "[[case]]\nsays = 1\n[policy]"]
)
def test_a_file_that_holds_no_cases_is_said_to_be_none(cli: Cli, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    done = cli("policy", "test", tmp_path / "odd.toml")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_situation_is_tried_out_with_reasons_ways_and_what_time_changes(cli: Cli, tmp_path: Path) -> None:
    policy = {"permission": [{"action": "use", "constraint": [PURPOSE, BEFORE, times(5)]}]}
    file = put(tmp_path, "terms.json", policy)
    at = ["--at", "2026-05-04T12:00Z"]
    yes = cli("policy", "simulate", file, *at, "--fact", "purpose=dpv:AcademicResearch", "--fact", "count=4")
    assert yes.code == 0
    assert yes.out.startswith("✓ permitted\nFrom 2027-01-01 00:00:00")
    no = cli("policy", "simulate", file, *at, "--fact", "purpose=dpv:Marketing", "--lang", "de")
    assert no.code == 4
    assert no.out.splitlines()[:3] == [
        "✗ abgelehnt",
        "Zweck: erwartet Forschung und Entwicklung; angegeben Marketing. Nennen Sie den Zweck mit der Vertragsanfrage, "
        "oder lassen Sie ihn vom Betreiber des Datenraums in der Teilnehmerliste bestätigen.",
        "Erlaubt mit: Zweck: Forschung und Entwicklung.",
    ]
    used = cli("policy", "simulate", file, *at, "--fact", "purpose=dpv:AcademicResearch", "--fact", "count=5", "--json")
    assert (used.code, used.json["verdict"]) == (4, "deny")


def test_a_duty_that_comes_first_is_shown_and_can_be_said_to_be_done(cli: Cli, tmp_path: Path) -> None:
    policy = {"permission": [{"action": "use", "duty": [{"action": "odrl:inform"}]}]}
    file = put(tmp_path, "terms.json", policy)
    waiting = cli("policy", "simulate", file)
    assert waiting.code == 4
    assert "Required: notify." in waiting.out
    assert cli("policy", "simulate", file, "--done", "odrl:inform").code == 0


@pytest.mark.parametrize(
    "arguments",
    [["--at", "tomorrow"], ["--fact", "purpose"], ["--fact", "purpos=x"], ["--fact", "securityLevel=high"]],
)
def test_a_situation_that_cannot_be_understood_is_said_in_one_sentence(
    cli: Cli, tmp_path: Path, arguments: list[str]
) -> None:
    done = cli("policy", "simulate", put(tmp_path, "terms.json", RESEARCH), *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_connector_is_asked_with_what_it_knows(cli: Cli, management: Management) -> None:
    answer = {
        "verdict": "deny",
        "codes": ["constraint-false"],
        "reasons": {"de": ["Nein."], "en": ["No."]},
        "ways": {"de": [], "en": []},
        "duties": {"de": [], "en": []},
        "duty_actions": [],
        "transforms": [],
        "valid_until": None,
        "turns": [],
        "policy_hash": "0" * 64,
    }
    management.answer("POST", "/v1/policies/decide", answer)
    management.answer("GET", "/v1/assets/air", asset())
    done = cli("policy", "decide", "--asset", "air", "--participant", "urn:firm", "--at", "2026-05-04", "--lang", "de")
    assert (done.code, done.out) == (4, "✗ abgelehnt\nNein.\n")
    (body,) = management.bodies("POST", "/v1/policies/decide")
    assert (body["asset"], body["participant"], body["at"]) == ("air", "urn:firm", "2026-05-04T00:00:00+02:00")
