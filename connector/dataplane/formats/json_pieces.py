"""JSON in pieces of many records, read in one go where that is certain, and one by one anywhere else.

Every fault, and what comes before the first record and after the last one, is left to the reader in `formats.json`.
"""

import re
from collections.abc import Iterator

from connector.dataplane.formats.json import LONGEST_RECORD, JsonArray, JsonLines
from connector.dataplane.formats.raw_json import read_lines, read_members
from connector.ports.flow import Record

PIECE = 256 * 1024
_SLICE = 64 * 1024
_GAP = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_COMMA = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*(?=\{)")
# A record that contains objects has commas between them that are none between records.
_MOST_GAPS, _MOST_TRIES = 200, 4


class JsonPieces:
    """Reads and writes one document of JSON for a delivery: its members stay as they are written."""

    piece = PIECE

    def __init__(self, *, lines: bool) -> None:
        self._plain: JsonArray | JsonLines = JsonLines(raw=True) if lines else JsonArray(raw=True)
        self._held = b""
        self.write_head = self._plain.write_head
        self.write = self._plain.write
        self.write_tail = self._plain.write_tail

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the first record; None before it was read."""
        return self._plain.fields

    def read(self, piece: bytes) -> Iterator[list[Record]]:
        """Yield the records that are complete with this piece. Raises Untreatable."""
        self._held += piece
        if self._plain.fields is not None and len(self._held) <= LONGEST_RECORD:
            cut = self._cut_lines if isinstance(self._plain, JsonLines) else self._cut_members
            records = cut()
            if records is not None:
                self._plain.skip_records(len(records))
                yield records
                return
        yield from self._read_plain()

    def end(self) -> Iterator[list[Record]]:
        """Yield the records that are complete with the end of the data. Raises Untreatable."""
        yield from self._read_plain(last=True)
        yield self._plain.end()

    def _read_plain(self, *, last: bool = False) -> Iterator[list[Record]]:
        """Yield the records of what is held, one by one; the rest is held again, unless it is the last."""
        held, self._held = self._held, b""
        for at in range(0, len(held), _SLICE):
            yield self._plain.read(held[at : at + _SLICE])
        if not last:
            self._held = self._plain.give_back()

    def _cut_lines(self) -> list[Record] | None:
        """Return the records of the complete lines; the rest is held. None if they have to be read one by one."""
        end = self._held.rfind(b"\n") + 1
        found = read_lines(self._held[:end]) if end else None
        if found is not None:
            self._held = self._held[end:]
        return found

    def _cut_members(self) -> list[Record] | None:
        """Return the records up to the last comma between two; the rest is held. None as above."""
        begin = _COMMA.match(self._held)
        if begin is None:
            return None
        tries = 0
        end = len(self._held)
        for _ in range(_MOST_GAPS):
            end = self._held.rfind(b"}", 0, end)
            if end < begin.end() or tries == _MOST_TRIES:
                break
            if _GAP.match(self._held, end):
                tries += 1
                found = read_members(self._held[begin.end() : end + 1])
                if found is not None:
                    self._held = self._held[end + 1 :]
                    return found
        return None
