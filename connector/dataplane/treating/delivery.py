"""The records of one delivery: read, selected by the row filter and by consent, transformed, and written again."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import msgspec

from connector.dataplane.control.gate import Gate
from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.formats.keyed import make_codes
from connector.dataplane.formats.looking import SAMPLE
from connector.dataplane.formats.people import find_subject, is_word_for_nobody
from connector.dataplane.formats.tables import RecordTable
from connector.dataplane.formats.values import require_fields, to_text
from connector.dataplane.forms.narrowing import NarrowedWriter
from connector.dataplane.treating.consents import DeliveryConsents
from connector.dataplane.treating.reader import LARGE, PIECE, RecordReader, RowWriter, make_reader
from connector.dataplane.treating.row_filter import RecordFilter
from connector.policy.vocabulary.registry import Registry
from connector.ports.entities import Flow
from connector.ports.flow import PERSON, LearningTransform, Record, Transform, Untreatable
from connector.ports.secret import Secret
from connector.ports.treatment import TransformStep, Treatment, read_treatment

_BATCH = 1_000
_REMEMBERED = 50_000
_ENOUGH = 1024 * 1024
"""The bytes that are read at least: of smaller data, a page knows how many rows match."""

_UNDECLARED = "A record has a field that the asset does not declare: add it to the asset's fields."

T = TypeVar("T")

BuildTransform = Callable[[TransformStep, bytes], Transform]
"""Builds a transform from its step and the key of the agreement."""


@dataclass(frozen=True)
class Treating:
    """Values for treating records: the secret of the keys, the operands of row filters, and the transforms by name.

    `large` is the size in bytes from which a CSV is read as tables; None for never.
    """

    secret: Secret
    operands: Registry
    transforms: Mapping[str, BuildTransform]
    large: int | None = LARGE


class TreatedDelivery:
    """The treatment of one delivery, from raw bytes to the bytes that leave."""

    def __init__(
        self,
        flow: Flow,
        treatment: Treatment,
        treating: Treating,
        consents: DeliveryConsents,
        tell: Callable[[str | None], Awaitable[None]],
        *,
        turn: asyncio.Lock,
        writer: NarrowedWriter | None = None,
    ) -> None:
        """`tell` takes a sentence for the operator about values that could not be read; None if all were.

        `writer` writes the treated records in another form than that of the data.

        `turn` is held for each step of the work: one that a peer shares among its deliveries bounds its share of it.
        """
        records = treatment.records
        self._records = records
        self._reader: RecordReader | None = None
        self._large = treating.large
        self._steps = treatment.steps
        self._transforms = build_transforms(treatment.steps, treating, flow)
        self._filter = RecordFilter(treatment, treating.operands) if treatment.rows else None
        self._refer_to = make_codes(treating.secret.key_of_people(flow.owner))
        self._consents = consents
        self._tell = tell
        self._turn = turn
        self._writer = writer
        self._size = self._count = 0
        self._fields: tuple[str, ...] | None = None
        self._early: list[Record] = []
        self._declared = {*records.fields, PERSON} if records.fields else None
        self._references: dict[str, str] = {}
        self._spelled: dict[bytes, str] = {}
        self._uncounted: set[str] = set()
        self._bounds = [transform.most_bytes for transform in self._transforms if transform.most_bytes is not None]
        # Persons are identified if their consent is looked up, or if a transform counts them.
        self._identifies = bool(records.subject) and bool(treatment.consent or self._bounds)

        self._is_json = records.format in {"json", "ndjson"}
        # One that learns of the records that are left out gets them as the transforms before it make them.
        at, self._learner = _find_learner(self._transforms)
        self._before_learner = build_transforms(treatment.steps[:at], treating, flow)

    @property
    def whole(self) -> bool:
        """True if a transform needs all records before the first byte can leave."""
        return bool(self._bounds)

    async def chunks(self, raw: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the treated data. Raises Untreatable if the data cannot be read, SourceError if the source fails."""
        async with aclosing(_cut_evenly(raw, self._choose_piece)) as pieces:
            async for piece in pieces:
                async for out in self._pass_piece(piece):
                    yield out
                if self._is_done():
                    break
        if not self._is_done():
            async for out in self._end():
                yield out
        if tail := await self._work(self._find_writer(await self._find_reader(0)).write_tail):
            yield tail
        await self._tell(self._describe_unread() or None)

    async def _pass_piece(self, piece: bytes) -> AsyncIterator[bytes]:
        """Yield the bytes that leave for a piece of the data."""
        self._size += len(piece)
        if self._bounds and self._size > min(self._bounds):
            raise Untreatable(
                f"The data has more than {min(self._bounds)} bytes, which a transform of the agreement cannot hold."
            )
        reader = await self._find_reader(len(piece))
        known = not self._is_json or self._size >= SAMPLE
        async for out in self._pass_parts(reader.read(piece), known=known):
            yield out

    async def _end(self) -> AsyncIterator[bytes]:
        """Yield the bytes that leave at the end of the data."""
        reader = await self._find_reader(0)
        async for out in self._pass_parts(reader.end(), known=True):
            yield out
        if self._fields is None:
            yield self._find_writer(reader).write_head(())  # without a record, no fields are known
        async for out in self._finish(reader):
            yield out

    def _is_done(self) -> bool:
        """Return whether nothing that follows can leave: then it is not read. What needs all records has them all."""
        if self._writer is None or self._bounds or self._size < _ENOUGH or not self._writer.is_full:
            return False
        self._writer.stop()
        return True

    def _choose_piece(self) -> int:
        """Return the size in bytes of the next piece; the first one shows whether the data is large."""
        if self._reader is not None:
            return self._reader.piece
        return max(self._large, 1) if self._large is not None and self._records.format == "csv" else PIECE

    async def _find_reader(self, size: int) -> RecordReader:
        if self._reader is None:
            self._reader = await self._work(make_reader, self._records, size, self._large)
        return self._reader

    async def _pass_parts(self, parts: Iterator[RecordTable | list[Record]], *, known: bool) -> AsyncIterator[bytes]:
        """Yield the bytes that leave for the records of a piece, each part of which is read when it is its turn.

        With `known`, all fields have been seen with this piece: those of objects with its last part.
        """
        waits = self._fields is None and self._is_json
        while (part := await self._work(next, parts, None)) is not None:
            if isinstance(part, list):
                out = await self._pass_through(part, known=known and not waits)
            else:
                out = await self._pass_table(part)
            if out:
                yield out
        if waits and known and (out := await self._pass_through([], known=True)):
            yield out

    async def _work(self, step: Callable[..., T], *arguments: Any) -> T:
        """Run a step in a thread, one at a time of those that share the turn."""
        async with self._turn:
            return await run_in_thread(step, *arguments)

    @property
    def unread(self) -> Counter[str]:
        """How many values of each field were not read until now."""
        unread: Counter[str] = Counter(self._filter.unread if self._filter else {})
        for transform in self._transforms:
            unread.update(getattr(transform, "unread", {}))
        return unread

    def tell_unread(self) -> str:
        """Return what the receiver may know: the number of values, `some` if it is a small group, nothing for none."""
        least = max([10, *(step.smallest_group for step in self._steps)])
        count = sum(self.unread.values())
        return "" if not count else str(count) if count >= least else "some"

    def _describe_unread(self) -> str:
        """Return how many values were not read as what a transform or the row filter needs; empty if all were."""
        unread = self.unread
        if not unread:
            return ""
        named = ", ".join(f"{name[:100]} ({count})" for name, count in unread.most_common(10))
        parts = [f"In {self._count} records, values cannot be read as the asset says: {named}."]
        if self._filter and self._filter.unread:
            parts.append("Records with such a value of a condition were left out.")
        for transform in self._transforms:
            if unknown := getattr(transform, "unknown", ()):
                parts.append(
                    f"The table of levels lacks values, such as {', '.join(map(repr, sorted(unknown)))}: add them."
                )
            unread_here, left_out = getattr(transform, "unread", {}), getattr(transform, "left_out", 0)
            if left_out:
                parts.append(
                    f"Records in no group, because such a value is one of its names, were left out: {left_out}."
                )
            if unread_here:
                parts.append(
                    "They are in no sum and no mean." if hasattr(transform, "left_out") else "They leave empty."
                )
        return " ".join(dict.fromkeys(parts))

    async def _pass_through(self, records: list[Record], *, known: bool) -> bytes:
        """Return the bytes that leave for these records; with `known`, all fields have been seen or need not be."""
        out, reader = b"", await self._find_reader(0)
        if self._fields is None:
            self._early += records
            if not known or reader.fields is None:
                return b""
            records, self._early = self._early, []
            out = self._begin(reader, reader.fields, records)
        for at in range(0, len(records), _BATCH):
            batch = records[at : at + _BATCH]
            persons = await self._work(self._identify, batch) if self._identifies else []
            states = await self._consents.find_states(persons)
            out += await self._work(self._treat, reader, batch, states)
        return out

    async def _pass_table(self, table: RecordTable) -> bytes:
        """Return the bytes that leave for the records of a table."""
        people = await self._work(self._identify_table, table) if self._identifies else {}
        states = await self._consents.find_states([person for person in dict.fromkeys(people.values()) if person])
        return await self._work(self._treat_table, await self._find_reader(0), table, people, states)

    def _begin(self, reader: RecordReader, fields: tuple[str, ...], records: Sequence[Record]) -> bytes:
        """Check that all required fields exist and return the bytes before the records.

        A JSON object can omit a field that the next one has: those of the first records and those that the owner
        declares exist.
        """
        if PERSON in fields:
            raise Untreatable("The data has a field with a reserved name: rename the field.")
        if self._is_json:
            fields = tuple(dict.fromkeys((*chain.from_iterable(records), *self._records.fields)))
        if self._records.subject:
            require_fields([self._records.subject], fields, "identify the person of a record")
        if self._filter:
            self._filter.begin(fields)
        for transform in self._transforms:
            fields = transform.begin(fields)
        self._fields = fields
        return self._find_writer(reader).write_head(fields)

    def _identify(self, records: Sequence[Record]) -> list[str]:
        """Write the reference of its person into each record, an empty one for nobody; return all references."""
        self._forget_references()
        persons = set[str]()
        field, spelled = self._records.subject, self._spelled
        for record in records:
            value = record.get(field)
            written = bytes(value) if type(value) is msgspec.Raw else None
            reference = None if written is None else spelled.get(written)
            if reference is None:
                reference = self._refer(to_text(value))
                if written is not None:
                    spelled[written] = reference
            # The data itself cannot state a reference.
            record[PERSON] = reference
            persons.add(reference)
        persons.discard("")
        return sorted(persons)

    def _identify_table(self, table: RecordTable) -> dict[str, str]:
        """Return the reference of the person for each subject in the table, an empty one for nobody."""
        self._forget_references()
        return {subject: self._refer(subject) for subject in table.list_distinct(self._records.subject)}

    def _forget_references(self) -> None:
        if max(len(self._references), len(self._spelled)) > _REMEMBERED:
            self._references.clear()
            self._spelled.clear()
            self._uncounted.clear()

    def _refer(self, subject: str) -> str:
        reference = self._references.get(subject)
        if reference is None:
            person = find_subject(subject)
            reference = self._references[subject] = self._refer_to(person) if person else ""
            if is_word_for_nobody(person):
                self._uncounted.add(reference)
        return reference

    async def treat_each(self, records: list[Record]) -> list[Record | None]:
        """Return each record as it may leave, None for one that is left out: those of messages leave one by one.

        Raises Untreatable.
        """
        if records and self._fields is None:
            self._begin(await self._find_reader(0), tuple(records[0]), records)
        persons = await self._work(self._identify, records) if self._identifies else []
        states = await self._consents.find_states(persons)
        return await self._work(self._treat_all, records, states)

    def _treat(self, reader: RecordReader, records: Sequence[Record], states: dict[str, str | None]) -> bytes:
        if self._learner is not None:  # it learns of the records in their order
            left = [out for out in self._treat_all(records, states) if out is not None]
            return self._find_writer(reader).write(left)
        self._count += len(records)
        return self._write_batch(reader, self._select(records, states), 0)

    def _select(self, records: Sequence[Record], states: dict[str, str | None]) -> Sequence[Record]:
        """Return the records that may leave, as the transforms get them."""
        if not self._identifies:
            for record in records:
                record.pop(PERSON, None)
        if self._declared and not all(record.keys() <= self._declared for record in records):
            raise Untreatable(_UNDECLARED)
        if self._filter is not None:
            allows, find = self._filter.allows, states.get
            records = [record for record in records if allows(record, find(record.get(PERSON, "")))]
        if self._uncounted:
            for record in records:
                if record.get(PERSON) in self._uncounted:
                    # Somebody may be called Null, and consent, but may be nobody where heads are counted.
                    record[PERSON] = ""
        return records

    def _treat_all(self, records: Sequence[Record], states: dict[str, str | None]) -> list[Record | None]:
        self._count += len(records)
        return [self._treat_one(record, states) for record in records]

    def _treat_one(self, record: Record, states: dict[str, str | None]) -> Record | None:
        if not self._select([record], states):
            self._tell_left_out(record)
            return None
        return self._apply_transforms(record)

    def _treat_table(
        self, reader: RecordReader, table: RecordTable, people: dict[str, str], states: dict[str, str | None]
    ) -> bytes:
        if self._learner is not None:
            named = table.find_values(PERSON, self._records.subject, people) if self._identifies else table
            return b"".join(self._treat(reader, batch, states) for batch in named.list_records())
        self._count += table.height
        if self._declared and table.height and not table.columns.keys() <= self._declared:
            raise Untreatable(_UNDECLARED)
        if self._filter is not None:
            consents = {subject: states.get(person) for subject, person in people.items()} if states else None
            table = self._filter.keep_allowed(table, consents)
        if self._bounds and self._identifies:
            # Somebody may be called Null, and consent, but may be nobody where heads are counted.
            counted = {subject: "" if one in self._uncounted else one for subject, one in people.items()}
            table = table.find_values(PERSON, self._records.subject, counted)
        for at, transform in enumerate(self._transforms):
            take = getattr(transform, "take_table", None)
            if take is None:
                return b"".join(self._write_batch(reader, batch, at) for batch in table.list_records())
            made = take(table)
            if made is None:
                return b""
            table = made
        return self._find_writer(reader).write(table)

    def _tell_left_out(self, record: Record) -> None:
        """Tell a transform of a record that is left out, if it learns of such."""
        if self._learner is None:
            return
        if record.get(PERSON) in self._uncounted:
            record[PERSON] = ""
        for transform in self._before_learner:
            made = transform.take(record)
            if made is None:
                return
            record = made
        self._learner.take_left_out(record)

    def _apply_transforms(self, record: Record) -> Record | None:
        """Return the record after all transforms; None if one of them holds it back."""
        current: Record | None = record
        for transform in self._transforms:
            current = transform.take(record)
            if current is None:
                return None
            record = current
        return current

    async def _finish(self, reader: RecordReader) -> AsyncIterator[bytes]:
        """Yield the records that transforms held back until the end, in batches."""
        for at, transform in enumerate(self._transforms):
            batch: list[Record] = []
            for record in transform.finish():
                batch.append(record)
                if len(batch) == _BATCH:
                    yield await self._work(self._write_batch, reader, batch, at + 1)
                    batch = []
            if batch:
                yield await self._work(self._write_batch, reader, batch, at + 1)

    def _write_batch(self, reader: RecordReader, batch: Sequence[Record], first: int) -> bytes:
        """Return the bytes that leave for records after the transforms from `first` on."""
        for transform in self._transforms[first:]:
            take_all = getattr(transform, "take_all", None)
            if take_all is not None:
                batch = take_all(batch)
            else:
                batch = [made for record in batch if (made := transform.take(record)) is not None]
        return self._find_writer(reader).write(batch)

    def _find_writer(self, reader: RecordReader) -> RowWriter:
        return self._writer or reader


def find_treatment(gate: Gate, treating: Treating | None) -> Treatment | None:
    """Return the treatment that the current lease requires, None without one.

    Raises Untreatable if this data plane cannot apply it, LeaseEnded without a lease.
    """
    try:
        treatment = read_treatment(gate.treatment)
    except ValueError as error:
        raise Untreatable(str(error)) from error
    if treatment is not None and treating is None:
        raise Untreatable("This data plane cannot treat records: it has neither a secret nor operands.")
    return treatment


def build_transforms(steps: Iterable[TransformStep], treating: Treating, flow: Flow) -> list[Transform]:
    """Build the transforms of one delivery, in order. Raises Untreatable for an unknown one."""
    transforms = []
    for step in steps:
        build = treating.transforms.get(step.name)
        if build is None:
            raise Untreatable(f"Unknown transform {step.name[:50]!r}: the data cannot be treated as agreed.")
        transforms.append(build(step, treating.secret.key(step.name, flow.owner, flow.agreement_id)))
    return transforms


def _find_learner(transforms: Sequence[Transform]) -> tuple[int, LearningTransform | None]:
    """Return the first transform that learns of records that are left out, and how many come before it."""
    for at, transform in enumerate(transforms):
        if isinstance(transform, LearningTransform):
            return at, transform
    return 0, None


async def _cut_evenly(raw: AsyncIterator[bytes], size: Callable[[], int]) -> AsyncGenerator[bytes]:
    """Yield the same bytes in pieces of the size in bytes, so that nothing depends on the chunks of the source."""
    rest = bytearray()
    async for chunk in raw:
        rest += chunk
        while len(rest) >= (length := size()):
            yield bytes(rest[:length])
            del rest[:length]
    if rest:
        yield bytes(rest)
