"""What an inspection finds about the text of a CSV: title lines, and an encoding of old."""

import asyncio
from pathlib import Path

import pytest

from connector.dataplane.inspecting.texts import find_table
from connector.dataplane.signaling.looking import try_source
from connector.dataplane.sources.file import FileSource
from connector.views.sightings import DataFinding, Sighting

ROWS = "place;no2;pm10\nMitte;1,5;2,5\nSüd;1,7;2,6\nNord;1,7;2,6\n"


def inspect(folder: Path, data: bytes) -> Sighting:
    (folder / "a.csv").write_bytes(data)
    address = {"kind": "file", "path": "a.csv"}
    return asyncio.run(try_source({"file": FileSource(folder)}, address, "text/csv", None))


def find(seen: Sighting, code: str) -> DataFinding | None:
    return next((finding for finding in seen.findings if finding.code == code), None)


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("Luftqualität 2026\n", 2),
        ("Luftqualität\n\nStand: 01.05.2026\n\n", 5),
        ("Luftqualität;;\n;;\n", 3),
        ("# station: 4711\n# unit: µg/m³; hourly\n", 3),
        ('"Luft\nund Lärm"\n', 3),
    ],
)
@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_the_line_of_the_names_is_told_below_title_lines(tmp_path: Path, before: str, line: int, sign: str) -> None:
    rows = ROWS.replace(",", ".").replace(";", sign)
    seen = inspect(tmp_path, (before.replace(";", sign) + rows).encode())
    finding = find(seen, "title-lines")
    assert finding is not None
    assert (finding.detail, finding.count, finding.example) == (str(line), line - 1, "place, no2, pm10")
    assert str(line) in finding.texts["de"] != finding.texts["en"]


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        "sep=;\n" + ROWS,
        "value\n1,5\n2,5\n3,5\n",
        "day\nMonday, May 4\nTuesday, May 5\nFriday, May 8\n",
        "name\na\nb\nc\n",
        "name;n\na;1\nb;2;3\n",
        "a\n",
        "",
    ],
)
def test_a_table_that_begins_in_its_first_line_has_no_such_finding(tmp_path: Path, text: str) -> None:
    assert find(inspect(tmp_path, text.encode()), "title-lines") is None


def test_a_row_that_is_too_long_is_no_title() -> None:
    assert find_table("a;b\n1;2\n3;4\n5;6;7\n") is None


@pytest.mark.parametrize("encoding", ["cp850", "macintosh"])
def test_an_encoding_of_old_is_read_and_told(tmp_path: Path, encoding: str) -> None:
    seen = inspect(tmp_path, "straße;n\nGröße;1\nMüll;2\n".encode(encoding))
    finding = find(seen, "old-encoding")
    assert finding is not None
    assert (seen.encoding, finding.detail, seen.fields[0].name) == (encoding, encoding, "straße")


def test_windows_1252_is_no_finding(tmp_path: Path) -> None:
    assert find(inspect(tmp_path, "straße;n\nGröße;1\nMüll;2\n".encode("windows-1252")), "old-encoding") is None
