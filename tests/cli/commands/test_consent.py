"""Consent and records from the command line, against a management API at the edge of HTTP."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.cli.commands.consent import _find_line, _parts
from connector.views.common import Page
from connector.views.consents import ConsentLinkView, ConsentsRecordedView, ConsentView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management, asset


def entry(**other: Any) -> ConsentView:
    values: dict[str, Any] = {
        "subject": "ab" * 32,
        "dataset": "",
        "purpose": "https://w3id.org/dpv#PublicBenefit",
        "state": "https://w3id.org/dpv#ConsentGiven",
        "at": datetime(2026, 5, 4, tzinfo=UTC),
        "until": None,
    }
    return ConsentView(**(values | other))


def test_what_a_person_said_is_recorded(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/consents", ConsentsRecordedView(recorded=1), status=201)
    done = cli("consent", "add", "4711", "--purpose", "dpv:PublicBenefit", "--until", "2027-12-31", "--lang", "de")
    assert (done.code, done.out) == (0, "Einwilligungen eingetragen: 1.\n")
    (body,) = management.bodies("POST", "/v1/consents")
    assert body == {
        "entries": [{"subject": "4711", "purpose": "dpv:PublicBenefit", "until": "2028-01-01T00:00:00+01:00"}]
    }
    assert cli("consent", "add", "4711", "--purpose", "dpv:PublicBenefit", "--until", "soon").code == 2


def test_a_withdrawal_is_asked_about(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/consents/withdraw", Page(items=(entry(),)))
    management.answer("POST", "/v1/consents/lookup", Page(items=(entry(),)))
    asked = cli("consent", "withdraw", "4711")
    assert asked.code == 2
    assert "--yes" in asked.err
    management.answer("GET", "/v1/consents", Page(items=(entry(dataset="urn:a"),)))
    done = cli("consent", "withdraw", "4711", "--dataset", "urn:a", "--yes", "--json")
    assert done.json["items"][0]["state"].endswith("ConsentGiven")
    assert management.bodies("POST", "/v1/consents/withdraw") == [{"subject": "4711", "dataset": "urn:a"}]


def test_a_withdrawal_of_a_person_of_whom_nothing_is_recorded_is_told(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/consents/withdraw", Page(items=(entry(),)))
    for known, told in ((), True), ((entry(),), False), ((entry(purpose="https://w3id.org/dpv#Marketing"),), True):
        management.answer("POST", "/v1/consents/lookup", Page(items=known))
        done = cli("consent", "withdraw", "4711", "--purpose", "dpv:PublicBenefit", "--yes")
        assert ("If that is wrong, compare" in done.err) is told


def test_the_register_is_listed_and_a_person_looked_up(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/consents", Page(items=(entry(), entry(dataset="urn:a")), next="7"))
    listed = cli("consent", "list", "--dataset", "urn:a")
    assert "PublicBenefit" in listed.out
    assert "--after 7" in listed.err + listed.out
    management.answer("POST", "/v1/consents/lookup", Page(items=(entry(),)))
    assert len(cli("consent", "list", "--person", "4711", "--json").json["items"]) == 1


def test_a_consent_whose_end_is_over_is_refused(cli: Cli, management: Management) -> None:
    done = cli("consent", "add", "4711", "--purpose", "dpv:PublicBenefit", "--until", "2020-12-31")
    assert (done.code, "2020-12-31" in done.err, management.asked) == (2, True, [])


def test_a_file_names_datasets_by_their_titles_and_an_unknown_one_with_its_line(
    cli: Cli, management: Management, tmp_path: Path
) -> None:
    management.answer("GET", "/v1/consents", {"items": [], "next": None})
    management.answer("GET", "/v1/assets", Page(items=(asset(),)))
    for other in ("agreements", "negotiations"):
        management.answer("GET", f"/v1/{other}", {"items": [], "next": None})
    management.answer("POST", "/v1/consents", ConsentsRecordedView(recorded=1))
    file = tmp_path / "consents.csv"
    title = next(iter(asset().title.values()))
    file.write_text(f"subject,purpose,dataset\na,dpv:PublicBenefit,{title}\n", encoding="utf-8")
    assert cli("consent", "import", file).code == 0
    assert management.bodies("POST", "/v1/consents")[0]["entries"][0]["dataset"] == asset().id
    file.write_text(
        'subject,purpose,dataset\n"a\nb",dpv:PublicBenefit,\nc,dpv:PublicBenefit,nobody\n', encoding="utf-8"
    )
    refused = cli("consent", "import", file)
    assert (refused.code, "Line 4 of" in refused.err, "nobody" in refused.err) == (3, True, True)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20), st.data())
def test_the_entry_that_is_refused_is_named_by_its_line(breaks: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(breaks)))
    lines = [2 + sum(breaks[:number]) + number for number in range(len(breaks))]
    text = "subject,purpose\n" + "".join('"' + "x" + "\n" * count + '",b\n' for count in breaks)
    with TemporaryDirectory() as folder:
        file = Path(folder, "consents.csv")
        file.write_text(text, encoding="utf-8")
        ((numbers, entries),) = _parts(file, UTC)
    assert (numbers, len(entries)) == (lines, len(breaks))
    assert _find_line(Exception(f"Entry {place} has the unknown purpose 'b'."), numbers) == (place, lines[place - 1])
    assert _find_line(Exception("The disk is full."), numbers) is None


def test_a_file_is_imported_in_parts(cli: Cli, management: Management, tmp_path: Path) -> None:
    lines = [f"person {number};dpv:PublicBenefit;;" for number in range(1201)]
    file = tmp_path / "consents.csv"
    file.write_text("\ufeff" + "\n".join(["subject;purpose;state;until", *lines]), encoding="utf-8")
    management.answer("POST", "/v1/consents", *(ConsentsRecordedView(recorded=count) for count in (500, 500, 201)))
    done = cli("consent", "import", file, "--json")
    assert done.json == {"recorded": 1201}
    bodies = management.bodies("POST", "/v1/consents")
    assert [len(body["entries"]) for body in bodies] == [500, 500, 201]
    assert bodies[0]["entries"][7] == {"subject": "person 7", "purpose": "dpv:PublicBenefit"}


def test_an_import_that_stops_says_how_far_it_came(cli: Cli, management: Management, tmp_path: Path) -> None:
    file = tmp_path / "consents.csv"
    file.write_text("subject,purpose\n" + "a,dpv:PublicBenefit\n" * 501, encoding="utf-8")
    refused = {"error": {"code": "unknown-term", "reason": "Entry 1: the purpose is not known."}}
    management.answers["POST", "/v1/consents"] = [(201, ConsentsRecordedView(recorded=500)), (400, refused)]
    done = cli("consent", "import", file)
    assert done.code != 0
    assert done.out == ""
    assert "Consents recorded: 500; not recorded: from line 502 on." in done.err
    assert "Line 502 of the file is entry 1." in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "columns subject and purpose"),
        ("subject,why\na,b\n", "columns subject and purpose"),
        ("subject,purpose,colour\na,b,c\n", "columns subject and purpose"),
        ("subject,purpose,state,subject\n9,b,c,10\n", "A column of"),
        ("subject;purpose; subject\n9;b;10\n", "occurs twice"),
        ("subject,purpose\na\n", "Line 2"),
        ("subject,purpose\na,b,c\n", "Line 2"),
        ("subject,purpose,until\na,b,\na,b,31.12.2030\n", "Line 3 of "),
        ("subject,purpose,until\na,b,soon\n", "soon is not a time"),
        ('subject,purpose\n"a,b\n', "cannot be read as CSV from line 2 on"),
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
def test_a_file_is_imported_in_the_encodings_of_spreadsheets(
    cli: Cli, management: Management, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "consents.csv"
    file.write_bytes("subject;purpose\r\nMüller;dpv:PublicBenefit\r\n".encode(encoding))
    management.answer("POST", "/v1/consents", ConsentsRecordedView(recorded=1), status=201)
    assert cli("consent", "import", file).code == 0
    (body,) = management.bodies("POST", "/v1/consents")
    assert body["entries"] == [{"subject": "Müller", "purpose": "dpv:PublicBenefit"}]


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(200), b"\xff\xfesubject"])
def test_a_file_that_is_no_text_is_refused_in_the_language_of_the_reader(
    cli: Cli, management: Management, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "consents.xlsx"
    file.write_bytes(content)
    done = cli("consent", "import", file, "--lang", "de")
    assert done.code == 2
    assert "ist kein Text in einer bekannten Kodierung" in done.err
    assert management.bodies("POST", "/v1/consents") == []


def test_a_link_for_a_person_is_printed_once_with_its_end(cli: Cli, management: Management) -> None:
    made = ConsentLinkView(link="https://p.example/meine-einwilligungen?link=s", until=NOW)
    management.answer("POST", "/v1/consents/link", made, status=201)
    done = cli("consent", "link", "4711", "--days", "7", "--lang", "de")
    assert "https://p.example/meine-einwilligungen?link=s" in done.out
    assert "Mit diesem Link sieht und ändert 4711" in done.out
    assert management.bodies("POST", "/v1/consents/link") == [{"subject": "4711", "days": 7}]
    assert cli("consent", "link", "4711", "--days", "400").code == 2
