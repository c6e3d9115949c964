"""The page about bad data: each row names a test that exists, and each test of bad data has its row."""

import re
from pathlib import Path

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "bad-data.md").read_text("utf-8")
ROW = re.compile(r"^\| .+ \| .+ \| \[`(test_\w+)`\]\(([^)]+)\) \|$", re.MULTILINE)
TESTS = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
KINDS = (
    "path",
    "link",
    "header field",
    "query",
    "ZIP bomb",
    "Parquet bomb",
    "without an end",
    "length",
    "media type",
    "SQL",
    "database that hangs",
    "slowly",
    "wildcard",
    "larger than agreed",
    "NaN",
    "infinite",
    "other columns half-way",
    "killed",
)


def test_each_row_names_a_test_that_exists() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) == PAGE.count("](../tests/")
    assert len(rows) == len(set(rows))
    for name, place in rows:
        assert name in TESTS.findall((ROOT / "docs" / place).read_text("utf-8")), (name, place)


def test_each_kind_of_bad_data_has_a_row() -> None:
    first = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ")]
    assert [kind for kind in KINDS if not any(kind in cell for cell in first)] == []


def test_each_test_of_bad_data_that_needs_no_row_of_its_own_is_known() -> None:
    """A new one gets its row, or a reason here."""
    details = {
        "test_places_without_a_known_reference_system_leave_as_such_in_parquet",
        "test_a_text_that_excel_cannot_hold_is_refused_and_not_cut",
    }
    tried = {name for file in ("bad_data", "lengths", "signaling") for name in _list_tests(file)}
    assert tried - details == {name for name, place in ROW.findall(PAGE) if name in tried}


def _list_tests(file: str) -> list[str]:
    return TESTS.findall(Path(ROOT, "tests", "hostile", f"test_{file}.py").read_text("utf-8"))
