"""`broker source`: the sources, as the operator of a running broker shows, adds, suspends, removes and crawls them."""

from typing import Any

from tests.cli.conftest import Cli
from tests.cli.management import Management

SOURCE: dict[str, Any] = {
    "participant": "urn:a",
    "name": "Tiefbauamt",
    "address": "https://a.example",
    "state": "ONLINE",
    "marks": [],
    "datasets": 12,
    "failures": 0,
    "verified_at": "2026-03-01T08:00:00Z",
    "failing_since": None,
    "next_at": None,
    "error": None,
}
MARK = {
    "participant": "urn:a",
    "dataset": None,
    "kind": "suspended",
    "reason": "Störung.",
    "by": "admin",
    "at": "2026-03-01T08:00:00Z",
}
DETAIL: dict[str, Any] = {
    "source": SOURCE | {"marks": ["suspended"]},
    "marks": [MARK],
    "interval_seconds": 600.0,
    "crawls_succeeded": 8,
    "crawls_failed": 2,
    "unreadable": [{"dataset": "urn:x", "reason": "The Dataset has no identifier."}],
    "crawl_began_at": None,
}


def acted(act: str | None, *, followed: bool = True) -> dict[str, Any]:
    done = {"number": 7, "at": "2026-03-01T08:00:00Z", "act": act, "participant": "urn:a", "dataset": None}
    return {"act": done | {"reason": "", "by": "admin"} if act else None, "followed": followed}


def test_a_source_is_shown_with_its_marks_and_what_could_not_be_read(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/sources/urn:a", DETAIL)
    told = cli("broker", "source", "show", "urn:a", "--lang", "de").out
    for part in (
        "Tiefbauamt",
        "erreichbar",
        "8 gelungen, 2 fehlgeschlagen",
        "ausgesetzt 2026",
        "admin: Störung.",
        "urn:x: ",
    ):
        assert part in told
    assert cli("broker", "source", "show", "urn:a", "--json").json["crawls_failed"] == 2


def test_an_act_is_told_with_its_undo(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/sources/urn:a/suspend", acted("suspend"), acted(None))
    done = cli("broker", "source", "suspend", "urn:a", "--reason", "Störung.")
    assert done.out == "urn:a: suspended. `datenkontor broker undo 7` undoes it.\n"
    assert cli("broker", "source", "suspend", "urn:a").out == "urn:a: it is so already, nothing was changed.\n"
    assert management.bodies("POST", "/v1/sources/urn:a/suspend")[0] == {"reason": "Störung."}
    management.answer("POST", "/v1/sources/urn:a/resume", acted("resume", followed=False))
    assert "search index is busy" in cli("broker", "source", "resume", "urn:a").err


def test_a_source_is_removed_after_a_confirmation_that_says_what_follows(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/sources/urn:a", DETAIL)
    management.answer("POST", "/v1/sources/urn:a/remove", acted("remove"))
    refused = cli("broker", "source", "remove", "urn:a", "--lang", "de")
    assert (refused.code, "Ihre Angebote (12) werden hier gelöscht" in refused.err) == (2, True)
    assert management.bodies("POST", "/v1/sources/urn:a/remove") == []
    assert cli("broker", "source", "remove", "urn:a", "--yes").code == 0


def test_a_source_is_registered_by_hand(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/sources", acted("register"), status=201)
    cli("broker", "source", "add", "urn:a", "--title", "Archiv", "--url", "https://a.example/dsp")
    cli("broker", "source", "add", "city", "--kind", "ckan", "--url", "https://portal.example")
    assert management.bodies("POST", "/v1/sources") == [
        {"participant": "urn:a", "name": "Archiv", "address": "https://a.example/dsp"},
        {"kind": "ckan", "participant": "city", "address": "https://portal.example"},
    ]
    assert cli("broker", "source", "add", "city", "--kind", "ftp", "--url", "https://portal.example").code == 2
    assert "roster add" in cli("broker", "source", "add", "--help").out
    assert "roster add" in cli("broker", "source", "list", "--help").out


def test_a_crawl_is_asked_for_or_awaited(cli: Cli, management: Management) -> None:
    asked = {"at": "2026-03-01T08:00:00Z", "asked": ["urn:a", "urn:b"], "refused": ["urn:c"]}
    management.answer("POST", "/v1/crawls", asked, status=202)
    done = cli("broker", "source", "crawl", "urn:a", "urn:b", "urn:c")
    assert (done.out, "urn:c is not crawled" in done.err) == ("Sources that are crawled next: 2.\n", True)
    running = {"done": False, "source": SOURCE}
    failed = {"done": True, "source": SOURCE | {"name": "Firma", "failures": 1, "error": "The source did not answer."}}
    management.answer("GET", "/v1/sources/urn:a/crawl", running, running | {"done": True})
    management.answer("GET", "/v1/sources/urn:b/crawl", failed)
    waited = cli("broker", "source", "crawl", "urn:a", "urn:b", "--wait")
    assert (waited.code, "✓ Tiefbauamt" in waited.err, "✗ Firma" in waited.err) == (1, True, True)
    management.answer("GET", "/v1/sources/urn:a/crawl", running)
    assert cli("broker", "source", "crawl", "--failing", "--wait", "--timeout", "1").code == 6
    assert cli("broker", "source", "crawl").code == 2
