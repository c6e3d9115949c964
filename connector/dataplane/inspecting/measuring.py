"""The quality of all rows of one version, in one pass and with bounded memory.

Each row is counted. Every check looks at windows of rows: the first, the second, the fourth, the eighth and so on, so
that a file a thousand times larger costs ten windows more, and data of every age is among them.
"""

import time
from collections.abc import Iterable, Sequence

import msgspec

from connector.dataplane.formats.looking import see_records
from connector.dataplane.formats.values import MISSING, read_raw, to_text
from connector.dataplane.inspecting.inspecting import inspect_records
from connector.ports.flow import Record
from connector.ports.treatment import Records
from connector.views.data_quality import MOST_KEPT_FINDINGS, DataQuality
from connector.views.sightings import DataFinding, Sighting

WINDOW = 2_000
MOST_CELLS = 50_000
"""The most cells of a window: rows with many columns are looked at in smaller ones."""
MOST_COMPARED = 1_000_000
_WORDED = frozenset({"missing", "empty", "duplicate"})
"""Findings that are counted over all rows."""


class QualityMeter:
    """Measures rows as they pass by."""

    def __init__(self, columns: Sequence[str], records: Records, crs: str = "") -> None:
        self._columns = tuple(columns)
        self._records = records
        self._crs = crs
        self._window = max(100, min(WINDOW, MOST_CELLS // max(len(self._columns), 1)))
        self._held: list[Record] = []
        self._next = 1
        self._number = 0
        self._rows = self._examined = self._repeated = 0
        self._missing = dict.fromkeys(self._columns, 0)
        self._seen: set[int] = set()
        self._findings: dict[tuple[str, str], DataFinding] = {}
        self._latest = ""
        self._found_crs = ""
        self._seconds = 0.0

    def take(self, batch: Iterable[Record]) -> None:
        """Measure rows, which are not changed."""
        began = time.thread_time()
        for row in batch:
            self._count(row)
            if self._number + 1 == self._next:
                self._held.append(row)
            if self._rows % self._window == 0:
                self._end_window()
        self._seconds += time.thread_time() - began

    def end(self) -> DataQuality:
        """Return the quality of all rows that were taken."""
        began = time.thread_time()
        if self._held:
            self._examine()
        self._seconds += time.thread_time() - began
        return DataQuality(
            rows=self._rows,
            examined=self._examined,
            repeated=self._repeated,
            empty=tuple(name for name, count in self._missing.items() if self._rows and count == self._rows),
            values=self._rows * len(self._columns),
            missing=sum(self._missing.values()),
            crs=self._found_crs,
            latest=self._latest,
            findings=tuple(self._findings.values())[:MOST_KEPT_FINDINGS],
            seconds=round(self._seconds, 3),
        )

    def _count(self, row: Record) -> None:
        self._rows += 1
        values = [row.get(name) for name in self._columns]
        texts = [value if isinstance(value, str) else to_text(read_raw(value)) for value in values]
        if not MISSING.isdisjoint(texts):
            for name, text in zip(self._columns, texts, strict=True):
                if text in MISSING:
                    self._missing[name] += 1
        if self._rows <= MOST_COMPARED:
            # The hash of a text is keyed in each process: nobody can make two rows look equal.
            key = hash("\0".join(texts))
            self._repeated += key in self._seen
            self._seen.add(key)

    def _end_window(self) -> None:
        self._number += 1
        if self._held:
            self._examine()
            self._next *= 2

    def _examine(self) -> None:
        """Let every check look at the rows of a window, and add what they find to what was found before."""
        rows, self._held = self._held, []
        self._examined += len(rows)
        seen = Sighting(media_type="", format=self._records.format)
        seen = see_records(seen, rows, self._columns, self._records, range(1, len(rows) + 1))
        seen = inspect_records(seen, rows, self._records, self._crs)
        self._found_crs = self._found_crs or seen.crs
        dated = [field for field in seen.fields if field.name == seen.time] if seen.time else []
        self._latest = max((self._latest, *(field.latest for field in dated)))
        for finding in seen.findings:
            key = finding.code, finding.field
            held = self._findings.get(key)
            if finding.code in _WORDED:
                continue
            self._findings[key] = finding if held is None else _add(held, finding)


def _add(one: DataFinding, other: DataFinding) -> DataFinding:
    """Return a finding of two windows; its sentence is that of the first, with counts of its own."""
    return msgspec.structs.replace(one, count=one.count + other.count, of=one.of + other.of)
