"""A treated source: the data of another source, filtered and transformed record by record as the lease requires.

For push and pull a treated source is a source like any other, but it has no local file. It has a size, a digest and
ranges only if the result is complete before the first byte leaves. Results up to 1 MiB, and those of transforms that
need all records, are completed first: errors in the data are then reported before any byte leaves, and a download can
be resumed. `treating.consents` checks consents while the data leaves.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from connector.dataplane.address.parameters import map_chosen
from connector.dataplane.control.gate import Gate
from connector.dataplane.control.register import Register
from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.forms.choice import BadChoice, Choice
from connector.dataplane.forms.narrowing import NarrowedWriter
from connector.dataplane.forms.table import KINDS
from connector.dataplane.tabular.parts import gather_parts
from connector.dataplane.treating.consents import DeliveryConsents
from connector.dataplane.treating.delivery import TreatedDelivery, Treating, find_treatment
from connector.dataplane.treating.held_file import find_own_type
from connector.dataplane.treating.reader import PIECE
from connector.dataplane.wire.body import yield_nothing
from connector.ports.entities import Flow
from connector.ports.flow import Content, Source, SourceError, Untreatable
from connector.ports.treatment import Treatment
from connector.views.assets import FORM_TYPES, STREAMED

_FOLDER = "A folder cannot be treated record by record: offer its files one by one."
WHOLE = 1024 * 1024
_KEEPS = "convert"
_BY_FIELD = frozenset({"drop", "generalise", "pseudonymise", _KEEPS})
"""The transforms that treat each record by itself. `convert` writes a value in another way and hides nothing."""


def treat(
    source: Source,
    flow: Flow,
    gate: Gate,
    treating: Treating | None,
    register: Register,
    *,
    head: bool = False,
    choice: Choice | None = None,
) -> Source:
    """Return the source, treated as the current lease of the flow requires; the source itself without a treatment.

    For the `head` alone it gives no data, and the facts that are known without a treatment. The `choice` of the
    consumer narrows what the treatment leaves.

    Raises Untreatable if this data plane cannot apply the treatment, BadChoice for a form that is not offered.
    """
    treatment = find_treatment(gate, treating)
    if choice is not None and (treatment is None or choice.form not in treatment.forms):
        offered = ", ".join(treatment.forms) if treatment else ""
        if not offered:
            raise BadChoice("The data is offered in no other form: take it as it is, without a choice.")
        raise BadChoice(f"The data is not offered in the form {choice.form}: choose among {offered}.")
    if treatment is None or treating is None or (choice is None and not treatment.changes):
        return source
    return TreatedSource(source, flow, treatment, treating, register, head=head, choice=choice)


class TreatedSource:
    """A source of records that are filtered and transformed."""

    def __init__(
        self,
        source: Source,
        flow: Flow,
        treatment: Treatment,
        treating: Treating,
        register: Register,
        *,
        head: bool = False,
        choice: Choice | None = None,
    ) -> None:
        self._source = source
        self._flow = flow
        self._treatment = treatment
        self._treating = treating
        self._register = register
        self._head = head
        self._choice = choice

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address of the data is not allowed."""
        self._source.check(address)

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the untreated data last changed."""
        return await self._source.changed_at(address)

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open the treated data; a range is applied if the result is complete before its first byte."""
        if part is not None:
            # The data itself can be treated, so a wrong path ends no flow.
            raise SourceError("Treated data has no members: request it without a path.")
        self._refuse_hidden(address)
        async with self._source.open(address) as raw:
            if raw.media_type == FOLDER_TYPE:
                raise Untreatable(_FOLDER)
            shown = self._describe(raw)
            if self._head:
                # A field whose value only the content shows may be left out of an answer to HEAD (RFC 9110, 9.3.2).
                yield shown
                return
            consents = DeliveryConsents(self._flow.owner, self._treatment.consent, self._register)
            turn = self._register.find_turn(self._flow)
            delivery = TreatedDelivery(
                self._flow, self._treatment, self._treating, consents, self._tell, turn=turn, writer=self._make_writer()
            )
            pieces = await gather_parts(self._source, address, raw.chunks, self._treatment.records)
            chunks, head, whole = await self._begin(delivery, pieces)
            if not whole:
                joined = _join(consents.guard(head), consents.forget_persons(), chunks)
                # What was read until now is told; what comes later is not known yet.
                yield msgspec.structs.replace(shown, chunks=joined, unread="some" if delivery.unread else "")
                return
            body = b"".join(head)
            del chunks, head
            digest = hashlib.sha256(body).hexdigest()
            yield msgspec.structs.replace(
                shown,
                chunks=consents.guard(_cut(body[offset:end])),
                size=len(body),
                etag=f'"{digest[:32]}"',
                sha256=digest,
                offset=offset,
                unread=delivery.tell_unread(),
            )

    def _refuse_hidden(self, address: Mapping[str, Any]) -> None:
        """Raise BadChoice if a parameter that the consumer chose would show what the treatment hides.

        Parameters select at the source, before the treatment. Whether a record comes says what a left-out or coarser
        field of it contains, and two sums over sets that differ by one record show that record.
        """
        chosen, hidden = map_chosen(address), list_hidden(self._treatment)
        for name, field in chosen.items():
            if hidden is None:
                raise BadChoice(
                    f"The parameter {name} cannot be used: the agreement gives sums or groups of all records. "
                    "Request the data without parameters."
                )
            if field.casefold() in hidden:
                raise BadChoice(
                    f"The parameter {name} cannot be used: the agreement leaves out or changes what it selects by. "
                    "Request the data without it."
                )

    def _describe(self, raw: Content) -> Content:
        """Return the facts of the treated data, without the data."""
        records, choice = self._treatment.records, self._choice
        if choice is not None:
            kind = KINDS[choice.form]
            name = f"{raw.name.rpartition('.')[0] or raw.name}{kind.ending}" if raw.name else None
            return Content(chunks=yield_nothing(), media_type=FORM_TYPES[choice.form], name=name, converted=True)
        if records.format not in STREAMED:
            return Content(chunks=yield_nothing(), media_type=find_own_type(records), converted=True)
        return Content(chunks=yield_nothing(), media_type=raw.media_type, name=raw.name)

    def _make_writer(self) -> NarrowedWriter | None:
        choice = self._choice
        return None if choice is None else NarrowedWriter(choice, self._treatment.records)

    async def _tell(self, remark: str | None) -> None:
        await self._register.remark(self._flow, remark)

    async def _begin(
        self, delivery: TreatedDelivery, raw: AsyncIterator[bytes]
    ) -> tuple[AsyncIterator[bytes], list[bytes], bool]:
        """Produce the result or its beginning; return the remaining chunks, the produced ones, and whether it is all.

        A result that is held completely takes memory, so only few are produced at the same time, of a peer only one.
        """
        chunks = delivery.chunks(raw)
        if not delivery.whole:
            return chunks, *await _collect(chunks, WHOLE)
        async with self._register.find_turn(self._flow, "whole"), self._register.wholes:
            return chunks, *await _collect(chunks, None)


def list_hidden(treatment: Treatment) -> frozenset[str] | None:
    """Return the fields that a treatment leaves out or changes, in lower case; None if it looks at several records."""
    if any(step.smallest_group > 1 or step.name not in _BY_FIELD for step in treatment.steps):
        return None
    return frozenset(field.casefold() for step in treatment.steps if step.name != _KEEPS for field in step.fields)


async def _collect(chunks: AsyncIterator[bytes], most: int | None) -> tuple[list[bytes], bool]:
    """Take chunks until they end or exceed `most` bytes; return them and whether they ended."""
    collected: list[bytes] = []
    size = 0
    async for chunk in chunks:
        collected.append(chunk)
        size += len(chunk)
        if most is not None and size > most:
            return collected, False
    return collected, True


async def _join(*parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        async for chunk in part:
            yield chunk


def _cut(body: bytes) -> Iterable[bytes]:
    for at in range(0, len(body), PIECE):
        yield body[at : at + PIECE]
