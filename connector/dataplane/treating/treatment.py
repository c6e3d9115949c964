"""The treatment of a flow's data: its source as the lease lets it leave, record by record.

A treated source looks like any other to push and pull, but has no local path and, unless its result is whole before the
first byte, neither size nor digest nor ranges. Small results (1 MiB) and those of transforms that answer at the end are
made whole first: what is wrong with the data is then said before anything leaves, and downloads can be resumed.

Whose consent stands how is asked as the data leaves (`dataplane.people`).
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Protocol

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.register import Register
from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.formats.csv import Csv
from connector.dataplane.formats.json import JsonArray, JsonLines
from connector.dataplane.formats.values import demand, text
from connector.dataplane.kinds import Treating, build_transforms
from connector.dataplane.treating.consents import People
from connector.dataplane.treating.row_filter import Rows
from connector.ports.entities import Flow
from connector.ports.flow import PERSON, Content, Record, Source, Transform, Untreatable
from connector.ports.treatment import Records, Treatment, read_treatment

_FOLDER = "A folder cannot be treated record by record: offer its files one by one."
PIECE = 64 * 1024
WHOLE = 1024 * 1024
_BATCH = 1_000
_REMEMBERED = 50_000


def treat(source: Source, flow: Flow, gate: Gate, treating: Treating | None, register: Register) -> Source:
    """Return the source as the present lease of the flow lets its data leave: the source itself where that is as it is.

    Raises Untreatable for a lease that cannot be carried out here.
    """
    try:
        treatment = read_treatment(gate.treatment)
    except ValueError as error:
        raise Untreatable(str(error)) from error
    if treatment is None:
        return source
    if treating is None:
        raise Untreatable("This data plane has no secret and no operands: it cannot treat records.")
    return Treated(source, flow, treatment, treating, register)


class RecordCodec(Protocol):
    """Records out of bytes and back, made for one delivery. Each may raise Untreatable."""

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the header line or the first record; None before it was read."""

    def read(self, piece: bytes) -> list[Record]:
        """Return the records that are complete with this piece."""

    def end(self) -> list[Record]:
        """Return those that are complete with the end of the data."""

    def head(self, fields: tuple[str, ...], /) -> bytes:
        """Return what comes before the records, which then have these fields."""

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as bytes."""

    def tail(self) -> bytes:
        """Return what comes after the records."""


class Treated:
    """A source of records, some of which leave, and not as they lie there."""

    def __init__(
        self, source: Source, flow: Flow, treatment: Treatment, treating: Treating, register: Register
    ) -> None:
        self._source = source
        self._flow = flow
        self._treatment = treatment
        self._treating = treating
        self._register = register

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address of the data is not fit."""
        self._source.check(address)

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the data that is treated last changed."""
        return await self._source.changed_at(address)

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open the treated data; a range is honoured where the result is whole before its first byte."""
        if part is not None:
            raise Untreatable(_FOLDER)
        async with self._source.open(address) as raw:
            if raw.media_type == FOLDER_TYPE:
                raise Untreatable(_FOLDER)
            people = People(self._flow.owner, self._treatment.consent, self._register)
            chunks, head, whole = await self._begin(raw.chunks, people)
            if not whole:
                joined = _join(people.guard(head), people.stop_watching(), chunks)
                yield Content(chunks=joined, media_type=raw.media_type, name=raw.name)
                return
            body = b"".join(head)
            del chunks, head
            digest = hashlib.sha256(body).hexdigest()
            yield Content(
                chunks=people.guard(_cut(body[offset:end])),
                media_type=raw.media_type,
                size=len(body),
                etag=f'"{digest[:32]}"',
                sha256=digest,
                offset=offset,
                name=raw.name,
            )

    async def _begin(self, raw: AsyncIterator[bytes], people: People) -> tuple[AsyncIterator[bytes], list[bytes], bool]:
        """Make the data, whole or its beginning; return the rest, what was made, and whether that is all.

        What has to be held whole takes memory: a few at a time do.
        """
        delivery = _Delivery(self._flow, self._treatment, self._treating, people)
        chunks = delivery.chunks(raw)
        async with self._register.wholes if delivery.whole else nullcontext():
            head, ended = await _collect(chunks, None if delivery.whole else WHOLE)
        return chunks, head, ended


class _Delivery:
    """One delivery: bytes in, bytes out."""

    def __init__(self, flow: Flow, treatment: Treatment, treating: Treating, people: People) -> None:
        records = treatment.records
        self._records = records
        self._format = _format(records)
        self._transforms: list[Transform] = build_transforms(treatment.steps, treating.secret, flow)
        self._rows = Rows(treatment, treating.operands) if treatment.rows else None
        self._person = treating.secret.people(flow.owner)
        self._people = people
        self._fields: tuple[str, ...] | None = None
        self._declared = {*records.fields, PERSON} if records.fields else None
        self._references: dict[str, str] = {}
        self._bounds = [transform.most_bytes for transform in self._transforms if transform.most_bytes is not None]
        # People are told apart where their consent is asked, and where they are counted.
        self._named = bool(records.subject) and bool(treatment.consent or self._bounds)

    @property
    def whole(self) -> bool:
        """Tell whether nothing can leave before everything was read."""
        return bool(self._bounds)

    async def chunks(self, raw: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the treated data. Raises Untreatable where it cannot be read, SourceError where the source fails."""
        taken = 0
        async for piece in _pieces(raw):
            taken += len(piece)
            if self._bounds and taken > min(self._bounds):
                raise Untreatable(
                    f"The data has more than {min(self._bounds)} bytes: too much for a transform that needs it whole."
                )
            if out := await self._pass_through(await run_in_thread(self._format.read, piece)):
                yield out
        if out := await self._pass_through(await run_in_thread(self._format.end)):
            yield out
        if self._fields is None:
            yield self._format.head(())  # there is no record, and nothing is known of fields
        async for out in self._finish():
            yield out
        if tail := self._format.tail():
            yield tail

    async def _pass_through(self, records: list[Record]) -> bytes:
        """Return the bytes that leave for these records."""
        begun = b""
        if self._fields is None:
            if self._format.fields is None:
                return b""
            begun = self._begin(self._format.fields)
        if not records:
            return begun
        people = await run_in_thread(self._name, records) if self._named else []
        states = await self._people.states(people)
        return begun + await run_in_thread(self._treat, records, states)

    def _begin(self, fields: tuple[str, ...]) -> bytes:
        """Check that all fields are there and return what comes before the records."""
        if PERSON in fields:
            raise Untreatable("The data has a field with a name that no field may have: rename it.")
        if self._records.format != "csv":
            # What one object lacks another may have: a field is there if the owner says so.
            fields = tuple(dict.fromkeys((*fields, *self._records.fields)))
        if self._records.subject:
            demand([self._records.subject], fields, "tell whom a record is about")
        if self._rows:
            self._rows.begin(fields)
        for transform in self._transforms:
            fields = transform.begin(fields)
        self._fields = fields
        return self._format.head(fields)

    def _name(self, records: list[Record]) -> list[str]:
        """Write the reference of its person into each record; return all of them."""
        if len(self._references) > _REMEMBERED:
            self._references.clear()
        known, found = self._references, dict[str, None]()
        for record in records:
            record.pop(PERSON, None)  # nobody is whom the data itself says so
            if subject := text(record.get(self._records.subject)).strip():
                reference = known.get(subject) or known.setdefault(subject, self._person(subject))
                record[PERSON] = reference
                found[reference] = None
        return list(found)

    def _treat(self, records: list[Record], states: dict[str, str | None]) -> bytes:
        left = []
        for record in records:
            if not self._named:
                record.pop(PERSON, None)
            if self._declared and not record.keys() <= self._declared:
                raise Untreatable("A record has a field that the asset does not declare: look at it before it leaves.")
            if self._rows is None or self._rows.leaves(record, states.get(record.get(PERSON, ""))):
                out = self._apply_transforms(record, 0)
                if out is not None:
                    left.append(out)
        return self._format.write(left)

    def _apply_transforms(self, record: Record, first: int) -> Record | None:
        """Return the record after the transforms from `first` on; None where one holds it back."""
        found: Record | None = record
        for transform in self._transforms[first:]:
            found = transform.take(record)
            if found is None:
                return None
            record = found
        return found

    async def _finish(self) -> AsyncIterator[bytes]:
        """Yield what transforms held back until the end, in batches."""
        for at, transform in enumerate(self._transforms):
            batch: list[Record] = []
            for record in transform.finish():
                batch.append(record)
                if len(batch) == _BATCH:
                    yield await run_in_thread(self._write_late, batch, at)
                    batch = []
            if batch:
                yield await run_in_thread(self._write_late, batch, at)

    def _write_late(self, batch: list[Record], at: int) -> bytes:
        left = [out for record in batch if (out := self._apply_transforms(record, at + 1)) is not None]
        return self._format.write(left)


def _format(records: Records) -> RecordCodec:
    match records.format:
        case "csv":
            return Csv(records)
        case "json":
            return JsonArray()
        case "ndjson":
            return JsonLines()


async def _pieces(raw: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same bytes in pieces of one size, so that nothing depends on how the source cuts them."""
    held = bytearray()
    async for chunk in raw:
        held += chunk
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


async def _collect(chunks: AsyncIterator[bytes], most: int | None) -> tuple[list[bytes], bool]:
    """Take chunks until they end or are more than `most` bytes; tell whether they ended."""
    found: list[bytes] = []
    size = 0
    async for chunk in chunks:
        found.append(chunk)
        size += len(chunk)
        if most is not None and size > most:
            return found, False
    return found, True


async def _join(*parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        async for chunk in part:
            yield chunk


def _cut(body: bytes) -> Iterable[bytes]:
    for at in range(0, len(body), PIECE):
        yield body[at : at + PIECE]
