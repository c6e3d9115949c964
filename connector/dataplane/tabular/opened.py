"""A file that is opened as rows, and the bounds of all formats, whatever a file says of itself."""

import math
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from connector.ports.flow import Record, Untreatable

LARGEST = 256 * 1024 * 1024
"""The largest file that is read as a whole, in bytes."""
MOST_EXPANDED = 1024 * 1024 * 1024
"""The most bytes that a packed file may have when it is unpacked."""
MOST_ROWS = 5_000_000
MOST_FIELDS = 2_000
MOST_MEMBERS = 10_000
BATCH = 1_000
GEOMETRY = "geometry"
"""The field of a row with its geometry, as a value of GeoJSON in the reference system of the file."""


class Scratch:
    """A folder for what a library reads by its path; it is removed with the last reference to it."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="datenkontor-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class FileRemark(NamedTuple):
    """What is remarkable about a file itself: the code of a finding, and what completes its sentence."""

    code: str
    detail: str = ""


@dataclass(frozen=True)
class OpenedRows:
    """The rows of a file: its fields, its rows in batches, and the reference system of its coordinates, if it has one.

    `remarks` are what is remarkable about the file itself, such as `no-code-page`.
    """

    fields: tuple[str, ...]
    batches: Iterator[list[Record]]
    crs: str = ""
    remarks: tuple[FileRemark, ...] = ()


def read_float(number: float) -> Decimal | None:
    """Return a number of a file with the digits that it is written with; None for NaN and the infinite ones.

    They are no values that JSON or a workbook could hold.
    """
    return Decimal(repr(number)) if math.isfinite(number) else None


def cut_batches(rows: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield rows in batches."""
    for at in range(0, len(rows), BATCH):
        yield list(rows[at : at + BATCH])


def check_fields(fields: Sequence[str], kind: str) -> tuple[str, ...]:
    """Return the names of the fields. Raises Untreatable for too many, an empty or a repeated one."""
    if len(fields) > MOST_FIELDS:
        raise Untreatable(f"The {kind} has more than {MOST_FIELDS} fields: offer fewer.")
    if any(not name for name in fields):
        raise Untreatable(f"The {kind} has a column without a name: name all columns in the first row.")
    if len(set(fields)) != len(fields):
        raise Untreatable(f"The {kind} has a name of a column twice: rename one of them.")
    return tuple(fields)


def list_union(rows: Sequence[Record]) -> tuple[str, ...]:
    """Return the fields of all rows, in the order in which they appear."""
    return tuple(dict.fromkeys(name for row in rows for name in row))


def check_archive(path: Path, kind: str) -> list[str]:
    """Return the names in a ZIP archive. Raises Untreatable for one that is broken, encrypted or grows too large.

    What an archive says of its own sizes may be false, so its members are unpacked once, and counted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise Untreatable(f"The {kind} has more than {MOST_MEMBERS} members: offer a smaller one.")
            total = 0
            for member in members:
                with archive.open(member) as unpacked:
                    while piece := unpacked.read(1024 * 1024):
                        total += len(piece)
                        if total > MOST_EXPANDED:
                            raise Untreatable(
                                f"The {kind} has more than {MOST_EXPANDED} bytes when unpacked: offer a smaller one."
                            )
            return [member.filename for member in members]
    except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, OSError, zlib.error) as error:
        raise Untreatable(f"The {kind} cannot be unpacked: it is broken, encrypted or something else.") from error
