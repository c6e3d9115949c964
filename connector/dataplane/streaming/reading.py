"""One reader of a stream: from a position in the journal on, at its own pace, each message treated before it leaves."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from connector.dataplane.streaming.framing import StreamForm, is_json
from connector.dataplane.streaming.intake import SILENT
from connector.dataplane.streaming.journal import Journal
from connector.dataplane.treating.messages import TreatedMessages
from connector.language.catalogue import say
from connector.ports.entities import StreamEntry
from connector.ports.streams import Lost
from connector.views.conversion import moment

_JSON = ("application/json", "+json", "ndjson", "jsonl")


class Piece(NamedTuple):
    """Bytes that leave; `payload` is false for what tells something about the stream."""

    data: bytes
    payload: bool


class StreamReader:
    """Reads a journal from `start` on; `treated` is the treatment that the lease requires.

    `position` is how far the reader has come. After `alive_s` seconds without a byte, the stream shows that it lives.
    """

    def __init__(
        self,
        journal: Journal,
        form: StreamForm,
        start: "ReaderStart",
        media_type: str,
        treated: TreatedMessages | None,
        alive_s: float,
    ) -> None:
        self._journal = journal
        self._form = form
        self._strict = media_type.partition(";")[0].strip().lower().endswith(_JSON)
        self._treated = treated
        self._alive_s = alive_s
        self._trouble = ""
        self._unknown = start.unknown
        self._spoke = time.monotonic()
        self.position = start.position

    async def next(self) -> list[Piece]:
        """Return what leaves next; empty if all that there was is left out. Raises StoreError."""
        pieces = [*self._tell_gap()]
        if not pieces:
            entries = await self._journal.read(self.position)
            if entries and entries[0].position == self.position + 1:
                pieces = await self._write(entries)
            elif not entries:
                pieces = await self._wait()
        if not pieces and time.monotonic() - self._spoke >= self._alive_s:
            pieces = [Piece(self._form.keep_alive(self.id), payload=False)]
        if pieces:
            self._spoke = time.monotonic()
        return pieces

    @property
    def id(self) -> str:
        """The identifier of the position that the reader has come to."""
        return format_id(self._journal, self.position)

    def write_end(self, reason: str, message: str, *, again: bool) -> bytes:
        """Return the last event: why the stream ends, and whether it is worth to ask again."""
        return self._form.write_event("end", self.id, {"reason": reason, "message": message, "again": again})

    def _tell_gap(self) -> Iterator[Piece]:
        if self._unknown:
            self._unknown = False
            yield self._write_gap(Lost.UNKNOWN, 0)
        oldest = self._journal.state.first - 1
        if self.position < oldest:
            count, self.position = oldest - self.position, oldest
            yield self._write_gap(Lost.OLD, count)

    def _write_gap(self, lost: str, count: int) -> Piece:
        told = {"reason": lost, "count": count or None, "message": say("en", f"streams.lost-{lost}")}
        about = {name: value for name, value in told.items() if value is not None}
        return Piece(self._form.write_event("gap", self.id, about), payload=False)

    async def _wait(self) -> list[Piece]:
        if self._journal.trouble != self._trouble:
            self._trouble = self._journal.trouble
            if self._trouble:
                told = "silent" if self._trouble == SILENT else "unavailable"
                at = self._journal.state.at
                about = {"reason": told, "message": say("en", f"streams.silence-{told}")}
                since = {"since": _format_time(at)} if at else {}
                return [Piece(self._form.write_event("silence", self.id, about | since), payload=False)]
        left = self._alive_s - (time.monotonic() - self._spoke)
        await self._journal.wait(self.position, self._trouble, max(0.0, left))
        return []

    async def _write(self, entries: list[StreamEntry]) -> list[Piece]:
        """Return the messages of entries; those that are lost one after the other are one gap."""
        results: list[bytes | Lost | str | None] = [one.lost or self._check(one.data) for one in entries]
        if self._treated is not None:
            there = [place for place, one in enumerate(results) if isinstance(one, bytes)]
            treated = await self._treated.treat([entries[place].data for place in there])
            for place, one in zip(there, treated, strict=True):
                results[place] = one
        pieces, lost, count = list[Piece](), "", 0
        for entry, result in zip(entries, results, strict=True):
            if lost and result != lost:
                pieces.append(self._write_gap(lost, count))
                lost, count = "", 0
            self.position = entry.position
            if isinstance(result, bytes):
                at = _format_time(entry.at)
                pieces.append(Piece(self._form.write_message(self.id, at, result), payload=True))
            elif result is not None:
                lost, count = result, count + entry.count
        if lost:
            pieces.append(self._write_gap(lost, count))
        return pieces

    def _check(self, data: bytes) -> bytes | Lost:
        """Return a message; data that is offered as JSON and is none does not leave, such as a number that is NaN."""
        return Lost.UNREADABLE if self._strict and not is_json(data) else data


class ReaderStart(msgspec.Struct, frozen=True):
    """Where a reader begins; `unknown` if it asked for a position that this journal does not know."""

    position: int
    unknown: bool = False


def format_id(journal: Journal, position: int) -> str:
    """Return the identifier of a position: that of the journal, and the number in it."""
    return f"{journal.state.generation}.{position}"


def parse_id(journal: Journal, text: str) -> int | None:
    """Return the number of a position in this journal; None for any other text."""
    generation, _, number = text.partition(".")
    if generation != journal.state.generation or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    position = int(number)
    return position if position <= journal.state.last else None


def find_start(journal: Journal, cursor: str, asked: str) -> ReaderStart:
    """Return where a reader begins: behind what it `asked` for, but never before the cursor of its flow."""
    kept = parse_id(journal, cursor)
    floor = journal.state.first - 1 if kept is None else kept
    if not asked:
        return ReaderStart(floor, unknown=bool(cursor) and kept is None)
    position = parse_id(journal, asked)
    if position is None:
        return ReaderStart(floor, unknown=True)
    return ReaderStart(max(position, floor))


def _format_time(at: int) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
