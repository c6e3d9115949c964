"""The table of levels by which a field is generalised, read from a CSV of the operator: `hierarchy=FIELD:FILE`."""

import csv
import io
from pathlib import Path
from typing import Any

from connector.cli.frame.failure import Code, Failure

_LARGEST = 1024 * 1024
_DELIMITERS = ";,\t"


def read_hierarchy(value: str) -> tuple[str, dict[str, Any]]:
    """Return the field, and its table as the management API expects it, which also checks it.

    The first line names the levels, from the finest one upwards; each other line has a value for each. Raises Failure.
    """
    field, sign, name = value.partition(":")
    if not sign or not field or not name:
        raise Failure(Code.USAGE, "errors.hierarchy-pair", text=value[:100])
    text = _read_text(Path(name))
    first = text.partition("\n")[0]
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=first.count), strict=True))
    except csv.Error as error:
        raise Failure(Code.USAGE, "errors.hierarchy-file", path=name, problem=str(error)) from None
    levels, *rows = [[cell.strip() for cell in line] for line in lines if line] or [[]]
    return field, {"levels": levels, "rows": rows}


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise Failure(Code.USAGE, "errors.hierarchy-file", path=str(path), problem=error.strerror or "") from None
    if len(data) > _LARGEST:
        raise Failure(Code.USAGE, "errors.hierarchy-large", path=str(path), size=_LARGEST)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(Code.USAGE, "errors.hierarchy-text", path=str(path)) from None
