"""Files that libraries of native code read, in processes of their own: what ends a process ends no connector."""

import gc
import io
import os
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector.dataplane.tabular import apart, opening
from connector.dataplane.tabular.apart import open_apart
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import GEOJSON, make_parquet, make_workbook, put

_LAST_CELL = "XFD1048576"


def _read(path: Path, form: Any) -> list[Record]:
    return [row for batch in open_apart(path, Records(format=form)).batches for row in batch]


def _make_far_workbook(cell: str) -> bytes:
    """Return a workbook whose second value is in `cell`: a library that makes room for all between takes all memory."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_workbook(["a"], [1]))) as small,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as large,
    ):
        for name in small.namelist():
            data = small.read(name)
            if name == "xl/worksheets/sheet1.xml":
                row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                more = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", more.encode())
            large.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("cell", [_LAST_CELL, "AVZ1048576"])
def test_a_workbook_that_takes_all_memory_is_refused_in_a_sentence(tmp_path: Path, cell: str) -> None:
    with pytest.raises(Untreatable, match="more memory or time"):
        _read(put(tmp_path, _make_far_workbook(cell)), "excel")


def test_rows_arrive_as_they_are_read_here(tmp_path: Path) -> None:
    made = make_workbook(["name", "value", "flag"], ["x", 1.5, True], ["y", 2, False], [None, 0.1, None])
    place = put(tmp_path, made)
    here = [row for batch in opening.open_file(place, Records(format="excel")).batches for row in batch]
    assert _read(place, "excel") == here
    assert isinstance(here[0]["value"], Decimal)


def test_fields_of_a_file_without_rows_are_known(tmp_path: Path) -> None:
    opened = open_apart(put(tmp_path, make_parquet(a=[], b=[])), Records(format="parquet"))
    assert (opened.fields, list(opened.batches)) == (("a", "b"), [])


def test_a_refusal_is_the_sentence_of_the_reader(tmp_path: Path) -> None:
    with pytest.raises(Untreatable, match="no workbook"):
        _read(put(tmp_path, b"a;b\n1;2\n"), "excel")


def test_who_reads_no_further_ends_the_process(tmp_path: Path) -> None:
    rows = [[number, "x" * 100] for number in range(20_000)]
    place, before = put(tmp_path, make_workbook(["a", "b"], *rows)), _list_children()
    opened = open_apart(place, Records(format="excel"))
    assert len(next(opened.batches)) == 1_000
    # The process of the tests may have other children, which earlier tests have left.
    (child,) = _list_children() - before
    del opened
    gc.collect()
    assert child not in _list_children()


def test_each_library_of_native_code_reads_apart() -> None:
    """A format is read here only if its module asks none of the libraries that read files by native code."""
    for form, (module, _) in opening._OPENERS.items():
        source = Path(opening.__file__).with_name(f"{module}.py").read_text("utf-8")
        native = any(
            f"import {name}" in source or f"from {name}" in source
            for name in ("pyarrow", "pyogrio", "python_calamine", "google.protobuf")
        )
        assert native == (form in apart._NATIVE), form


def test_other_formats_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.subprocess, "Popen", None)
    assert len(_read(put(tmp_path, GEOJSON), "geojson")) == 1


def test_without_a_process_the_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.sys, "executable", str(tmp_path / "absent"))
    with pytest.raises(Untreatable, match="No process"):
        _read(put(tmp_path, make_workbook(["a"], [1])), "excel")


def _list_children() -> set[int]:
    own = Path(f"/proc/{os.getpid()}/task")
    return {int(number) for task in own.iterdir() for number in (task / "children").read_text().split()}
