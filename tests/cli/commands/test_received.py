"""The folder of received data from the command line: listed, and cleaned only with confirmation."""

from typing import Any

from tests.cli.conftest import Cli
from tests.cli.management import Management

FILE = {"path": "x/air.csv", "size": 1234, "partial": False, "written_at": "2026-01-02T03:04:05Z"}
CLEANED: dict[str, Any] = {"files": [FILE], "size": 1234, "failed": []}


def test_received_files_are_listed(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/received", {"items": [FILE], "next": None})
    assert "x/air.csv" in cli("received", "list").out
    assert cli("received", "list", "--json").json["items"][0]["size"] == 1234


def test_a_list_says_what_files_are_from_whom_and_where_copies_are(cli: Cli, management: Management) -> None:
    named = {"title": {"de": "Luft", "en": "Air"}, "counterparty_name": "Umweltamt", "agreement_id": "urn:a"}
    page = {"items": [FILE | named | {"saved": True}], "folder": "/srv/received", "next": None}
    management.answer("GET", "/v1/received", page)
    shown = cli("received", "list", "--lang", "de")
    assert all(word in shown.out for word in ("Luft", "Umweltamt", "urn:a", "AUCH ANDERSWO"))
    assert "/srv/received" in shown.err
    assert cli("received", "list", "--json").json["folder"] == "/srv/received"


def test_a_long_list_has_pages(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/received", {"items": [FILE], "next": "5:x/air.csv"})
    shown = cli("received", "list", "--limit", "1", "--after", "1:a")
    assert "5:x/air.csv" in shown.out + shown.err
    assert management.asked[-1].query == {"limit": ["1"], "after": ["1:a"]}
    cli("received", "list", "--all")
    assert management.asked[-1].query == {}


def test_a_clean_up_asks_first_and_says_what_was_removed(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/received/clean", CLEANED)
    refused = cli("received", "clean", "--older-than", "30")
    assert refused.code == 2
    assert "1 received file" in refused.err
    assert [body["dry_run"] for body in management.bodies("POST", "/v1/received/clean")] == [True]
    done = cli("received", "clean", "--older-than", "30", "--partial", "--yes")
    assert done.code == 0, done.err
    assert "1.2 kB" in done.out
    assert management.bodies("POST", "/v1/received/clean")[-1] == {"older_than_days": 30.0, "partial": True}


def test_a_dry_run_names_the_files_and_needs_no_confirmation(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/received/clean", CLEANED)
    shown = cli("received", "clean", "--older-than", "0.5", "--dry-run")
    assert shown.code == 0
    assert "x/air.csv" in shown.out
    assert len(management.bodies("POST", "/v1/received/clean")) == 1
