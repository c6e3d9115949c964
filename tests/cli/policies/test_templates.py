"""Policies from templates: filled in, or refused with a reason."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def test_templates_are_listed_shown_and_filled_in(cli: Cli, tmp_path: Path) -> None:
    assert "Offene Daten mit Quellenangabe" in cli("policy", "template", "list", "--lang", "de").out
    shown = cli("policy", "template", "show", "downloads")
    assert "number of downloads (whole; 1 … 1000000; = 5)" in shown.out
    used = cli("policy", "template", "use", "downloads", "--set", "downloads=7")
    assert used.json["permission"][0]["constraint"][0]["rightOperand"] == "7"
    written = cli(
        "policy", "template", "use", "emergency-services", "--set", "roles=a", "--set", "roles=b", "-o", "t.json"
    )
    assert (written.code, "“a” or “b”" in written.out) == (0, True)
    assert cli("policy", "lint", "t.json").code == 0
    kept = cli("policy", "template", "use", "downloads", "-o", "t.json")
    assert (kept.code, "--yes" in kept.err) == (2, True)
    assert cli("policy", "template", "use", "downloads", "-o", "t.json", "--yes").code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["download"], 3),
        (["downloads", "--set", "downloads=0"], 2),
        (["downloads", "--set", "n=1"], 2),
        (["downloads", "--set", "downloads"], 2),
        (["downloads", "--set", "downloads=1", "--set", "downloads=2"], 2),
        (["paid"], 2),
        (["../operands"], 3),
    ],
)
def test_a_template_that_cannot_be_filled_in_says_why(cli: Cli, arguments: list[str], code: int) -> None:
    done = cli("policy", "template", "use", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)


def test_an_asset_is_offered_on_a_template_with_a_reservation(cli: Cli, management: Management, tmp_path: Path) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    purpose = {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:ResearchAndDevelopment"}
    research = {"permission": [{"action": "use", "constraint": [purpose]}]}
    most = tmp_path / "most.json"
    most.write_text(json.dumps(research), encoding="utf-8")
    source = ["asset", "add", "--url", "https://backend.example/air"]
    done = cli(*source, "--template", "downloads", "--set", "downloads=9", "--reservation", most)
    assert done.code == 0, done.err
    (body,) = management.bodies("POST", "/v1/assets")
    assert body["policy"]["permission"][0]["constraint"][0]["rightOperand"] == "9"
    assert body["reservation"] == research
    for wrong in (["--set", "downloads=9"], ["--template", "downloads", "--policy", most], ["--template", "none"]):
        assert cli(*source, *wrong).code in {2, 3}
    assert len(management.bodies("POST", "/v1/assets")) == 1
