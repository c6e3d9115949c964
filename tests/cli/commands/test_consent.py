"""Consent and records from the command line, against a management API at the edge of HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.client.chapters.consents import Consent, Recorded
from connector.client.frame.flow import Page
from tests.cli.conftest import Cli
from tests.cli.management import KEY, Management, asset, served


@pytest.fixture
def management(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Management]:
    with served(Management()) as running:
        monkeypatch.setenv("DATENKONTOR_URL", running.url)
        monkeypatch.setenv("DATENKONTOR_KEY", KEY)
        yield running


def entry(**other: Any) -> Consent:
    values: dict[str, Any] = {
        "subject": "ab" * 32,
        "dataset": "",
        "purpose": "https://w3id.org/dpv#PublicBenefit",
        "state": "https://w3id.org/dpv#ConsentGiven",
        "at": datetime(2026, 5, 4, tzinfo=UTC),
        "until": None,
    }
    return Consent(**(values | other))


def test_what_a_person_said_is_recorded(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/consents", Recorded(recorded=1), status=201)
    done = cli("consent", "add", "4711", "--purpose", "dpv:PublicBenefit", "--until", "2027-12-31", "--lang", "de")
    assert (done.code, done.out) == (0, "1 eingetragen.\n")
    (body,) = management.bodies("POST", "/v1/consents")
    assert body == {"entries": [{"subject": "4711", "purpose": "dpv:PublicBenefit", "until": "2027-12-31T00:00:00Z"}]}
    assert cli("consent", "add", "4711", "--purpose", "dpv:PublicBenefit", "--until", "soon").code == 2


def test_a_withdrawal_is_asked_about(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/consents/withdraw", Page(items=(entry(),)))
    asked = cli("consent", "withdraw", "4711")
    assert asked.code == 2
    assert "--yes" in asked.err
    done = cli("consent", "withdraw", "4711", "--dataset", "urn:a", "--yes", "--json")
    assert done.json["items"][0]["state"].endswith("ConsentGiven")
    assert management.bodies("POST", "/v1/consents/withdraw") == [{"subject": "4711", "dataset": "urn:a"}]


def test_the_register_is_listed_and_a_person_looked_up(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/consents", Page(items=(entry(), entry(dataset="urn:a")), next="7"))
    listed = cli("consent", "list", "--dataset", "urn:a")
    assert "PublicBenefit" in listed.out
    assert "--after 7" in listed.err + listed.out
    management.answer("POST", "/v1/consents/lookup", Page(items=(entry(),)))
    assert len(cli("consent", "list", "--person", "4711", "--json").json["items"]) == 1


def test_a_file_is_imported_in_parts(cli: Cli, management: Management, tmp_path: Path) -> None:
    lines = [f"person {number};dpv:PublicBenefit;;" for number in range(1201)]
    file = tmp_path / "consents.csv"
    file.write_text("\ufeff" + "\n".join(["subject;purpose;state;until", *lines]), encoding="utf-8")
    management.answer("POST", "/v1/consents", *(Recorded(recorded=count) for count in (500, 500, 201)))
    done = cli("consent", "import", file, "--json")
    assert done.json == {"recorded": 1201}
    bodies = management.bodies("POST", "/v1/consents")
    assert [len(body["entries"]) for body in bodies] == [500, 500, 201]
    assert bodies[0]["entries"][7] == {"subject": "person 7", "purpose": "dpv:PublicBenefit"}


def test_an_import_that_stops_says_how_far_it_came(cli: Cli, management: Management, tmp_path: Path) -> None:
    file = tmp_path / "consents.csv"
    file.write_text("subject,purpose\n" + "a,dpv:PublicBenefit\n" * 501, encoding="utf-8")
    refused = {"error": {"code": "unknown-term", "reason": "Entry 1: the purpose is not known."}}
    management.answers["POST", "/v1/consents"] = [(201, Recorded(recorded=500)), (400, refused)]
    done = cli("consent", "import", file)
    assert done.code != 0
    assert done.out == ""
    assert "500 were recorded; the part from line 502 on was not" in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "columns subject and purpose"),
        ("subject,why\na,b\n", "columns subject and purpose"),
        ("subject,purpose,colour\na,b,c\n", "columns subject and purpose"),
        ("subject,purpose\na\n", "Line 2"),
        ("subject,purpose\na,b,c\n", "Line 2"),
        ("subject,purpose,until\na,b,soon\n", "is no date"),
        ('subject,purpose\n"a,b\n', "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    cli: Cli, management: Management, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "consents.csv"
    file.write_text(content, encoding="utf-8")
    done = cli("consent", "import", file)
    assert done.code == 2
    assert said in done.err
    assert management.bodies("POST", "/v1/consents") == []
    assert cli("consent", "import", tmp_path / "missing.csv").code == 2


def test_an_asset_says_how_its_records_are_read(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets", asset(records={"format": "csv", "subject": "id"}), status=201)
    done = cli(
        "asset", "add", "--file", "rides.csv", "--record", "subject=id", "--record", "group=district",
        "--record", "group=age", "--record", "dk:recordRegion=land", "--record", "smallest-group=5",
        "--record", "delimiter=;",
    )  # fmt: skip
    assert done.code == 0, done.err
    (body,) = management.bodies("POST", "/v1/assets")
    assert body["records"] == {
        "format": "csv",
        "subject": "id",
        "groups": ["district", "age"],
        "facts": {"dk:recordRegion": "land"},
        "smallest_group": 5,
        "delimiter": ";",
    }
    management.answer("GET", "/v1/assets/air", asset(records={"format": "csv", "subject": "id"}))
    assert "format=csv subject=id" in cli("asset", "show", "air").out


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (["subject"], "KEY=VALUE"),
        (["colour=red"], "There is no 'colour'"),
        (["subject=a", "subject=b"], "said twice"),
        (["smallest-group=few"], "whole number"),
    ],
)
def test_what_says_nothing_of_records_is_refused(
    cli: Cli, management: Management, said: list[str], problem: str
) -> None:
    options = [part for entry in said for part in ("--record", entry)]
    done = cli("asset", "add", "--file", "rides.csv", *options)
    assert done.code == 2
    assert problem in done.err
    unknown = cli("asset", "add", "--file", "rides.bin", "--record", "subject=a")
    assert "--record format=csv" in unknown.err
