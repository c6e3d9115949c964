"""What is broken, huge or something else than its format is refused in one sentence."""

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.dataplane.tabular import opened, opening
from connector.ports.flow import Untreatable
from connector.ports.treatment import RecordFormat
from tests.dataplane.tabular.files import DATEX, GEOJSON, make_archive, make_parquet, make_workbook, put, rows_of

FORMATS: tuple[RecordFormat, ...] = ("excel", "parquet", "shapefile", "geopackage", "geojson", "datex")
WHOLE: list[tuple[RecordFormat, bytes]] = [
    ("excel", make_workbook(["a", "b"], [1, "x"], [2, "y"])),
    ("parquet", make_parquet(a=[1, 2, 3], b=["x", "y", "z"])),
    ("datex", DATEX),
    ("geojson", GEOJSON),
]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 64, b"PK\x03\x04", b"PAR1PAR1", b"<a/>", b"{}", b"SQLite format 3\0", b"a;b\n1;2\n", b"%PDF-1.7"],
)
def test_what_is_something_else_is_refused_in_one_sentence(tmp_path: Path, form: RecordFormat, data: bytes) -> None:
    with pytest.raises(Untreatable) as refused:
        rows_of(put(tmp_path, data), form)
    assert str(refused.value).endswith(".")
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("form", ["excel", "shapefile"])
def test_an_archive_that_grows_is_refused(tmp_path: Path, form: RecordFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "MOST_EXPANDED", 1_000_000)
    with pytest.raises(Untreatable, match="unpacked"):
        rows_of(put(tmp_path, make_archive({"xl/a.xml": b"\0" * 5_000_000})), form)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST", 10)
    with pytest.raises(Untreatable, match="more than 10 bytes"):
        rows_of(put(tmp_path, DATEX), "datex")


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_OPENERS", {"excel": ("absent", "open_rows")})
    with pytest.raises(Untreatable, match=r"datenkontor\[forms\]"):
        rows_of(put(tmp_path, b"x"), "excel")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(which=st.integers(0, len(WHOLE) - 1), seed=st.integers(0, 2**32), cut=st.booleans())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, which: int, seed: int, cut: bool) -> None:
    form, data = WHOLE[which]
    chance, broken = random.Random(seed), bytearray(data)
    if cut:
        del broken[chance.randrange(len(broken)) :]
    for _ in range(chance.randrange(1, 4)):
        if broken:
            broken[chance.randrange(len(broken))] = chance.randrange(256)
    with contextlib.suppress(Untreatable):
        rows_of(put(tmp_path, bytes(broken)), form)
