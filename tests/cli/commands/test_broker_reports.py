"""`broker`: the quality of what the sources offer, as a table, as JSON and as CSV."""

import csv
import io
from typing import Any

from tests.cli.conftest import Cli
from tests.cli.management import Management

FINDING = {
    "member": "dct:license",
    "rule": "MinCount",
    "count": 4,
    "example": "urn:x",
    "option": "--licence",
    "texts": {"de": "dct:license fehlt.", "en": "dct:license is missing."},
}


def row(name: str | None, **changed: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "participant": f"urn:{name}" if name else None,
        "name": name,
        "datasets": 4,
        "unreadable": 0,
    }
    shares = {"completeness": 0.5, "freshness": None, "reachability": 0.9, "conformity": 1.0}
    return plain | {"score": 71, **shares, "members": {"theme": 0.25}, "findings": [FINDING]} | changed


REPORT = {"assessed_at": "2026-03-01T08:00:00Z", "running": False, "total": row(None), "items": [row("Amt")]}


def test_the_quality_is_a_table_with_its_findings(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/quality", REPORT)
    told = cli("broker", "quality", "--lang", "de")
    assert "alle Quellen" in told.out
    assert ("50%" in told.out, "Datenangebote: 4. dct:license fehlt." in told.err) == (True, True)
    alone = cli("broker", "quality", "urn:Amt", "--lang", "de")
    assert "alle Quellen" not in alone.out
    assert management.asked[-1].query == {"participant": ["urn:Amt"], "limit": ["50"]}
    assert cli("broker", "quality", "--json").json["total"]["score"] == 71


def test_a_table_for_a_spreadsheet_has_no_formula(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/quality", REPORT | {"items": [row("=cmd()")]})
    rows = list(csv.DictReader(io.StringIO(cli("broker", "quality", "--csv").out)))
    assert [one["name"] for one in rows] == ["'=cmd()", ""]
    assert (rows[0]["completeness"], rows[0]["freshness"], rows[0]["theme"]) == ("0.5", "", "0.25")


def test_what_was_not_assessed_is_assessed_first(cli: Cli, management: Management) -> None:
    nothing = {"assessed_at": None, "running": False, "total": None, "items": []}
    management.answer("GET", "/v1/quality", nothing)
    asked = cli("broker", "quality")
    assert (asked.code, "--assess" in asked.err) == (6, True)
    management.answer("POST", "/v1/quality", REPORT, status=202)
    assert cli("broker", "quality", "--assess").code == 0


def test_the_searches_are_listed_by_day_with_frequent_words(cli: Cli, management: Management) -> None:
    days = [{"day": "2026-03-01", "searches": 12, "empty": 3}]
    words = [{"word": "radwege", "searches": 7, "days": 1}]
    management.answer("GET", "/v1/usage", {"counted": False, "days": days, "words": words})
    told = cli("broker", "usage", "--days", "7", "--lang", "de")
    assert told.out.splitlines()[1].split() == ["2026-03-01", "12", "3"]
    assert ("radwege: 7" in told.err, "ausgeschaltet" in told.err) == (True, True)
    assert management.asked[-1].query == {"days": ["7"]}
    assert cli("broker", "usage", "--json").json["days"][0]["empty"] == 3


def test_a_report_of_many_sources_is_read_page_by_page(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/quality", REPORT | {"next": "urn:Amt"}, REPORT | {"items": [row("Bad")]})
    found = cli("broker", "quality", "--json").json
    assert [item["name"] for item in found["items"]] == ["Amt", "Bad"]
    assert management.asked[-1].query["after"] == ["urn:Amt"]
