"""Opens a file as rows, with what reads it in a process of its own where a library of native code does."""

import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from connector.dataplane.tabular.opened import FileRemark, OpenedRows, Scratch
from connector.dataplane.tabular.opening import open_file
from connector.dataplane.tabular.wire import read_value
from connector.dataplane.tabular.worker import FileQuestion
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_NATIVE = frozenset({"excel", "geopackage", "gtfs-rt", "parquet", "shapefile"})
"""The formats that libraries of native code read. The others are read here, by readers that bound what they build."""


def open_apart(path: Path, records: Records) -> OpenedRows:
    """Return the rows of a file that is read as a whole. Raises Untreatable, also while the rows are read."""
    if records.format not in _NATIVE:
        return open_file(path, records)
    reading = _Reading(FileQuestion(str(path), records))
    fields, crs, remarks = reading.read()
    return OpenedRows(fields, _batch(reading), crs, tuple(FileRemark(*remark) for remark in remarks))


def _batch(reading: "_Reading") -> Iterator[list[Record]]:
    while batch := reading.read():
        yield batch


class _Reading:
    """A process that reads a file, with a folder for what its library writes; it ends with the last reference to it."""

    def __init__(self, question: FileQuestion) -> None:
        self._scratch = Scratch()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - nothing of the command is from outside
                [sys.executable, "-m", f"{__package__}.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Nothing of the environment is the worker's, such as keys.
                env={
                    "PYTHONPATH": os.pathsep.join(place for place in sys.path if place),
                    "TMPDIR": str(self._scratch.path),
                },
            )
        except OSError as error:
            raise Untreatable("No process can be started to read the file: try again later.") from error
        weakref.finalize(self, _end, self._process)
        asked = self._process.stdin
        assert asked is not None
        try:
            asked.write(msgspec.msgpack.encode(question))
            asked.close()
        except OSError as error:
            raise _make_refusal() from error

    def read(self) -> Any:
        """Return what the process says next. Raises Untreatable if it refuses the file, or has ended."""
        assert self._process.stdout is not None
        try:
            said = read_value(self._process.stdout)
        except (EOFError, pickle.UnpicklingError, OSError, ValueError) as error:
            raise _make_refusal() from error
        if isinstance(said, str):
            raise Untreatable(said)
        return said


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process, wherever it is: nobody waits for its answer."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait()


def _make_refusal() -> Untreatable:
    return Untreatable(
        "The file takes more memory or time than one file may take, or is not what it says of itself: save it again."
    )
