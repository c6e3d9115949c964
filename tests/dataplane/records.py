"""Records and how they are treated: a source of bytes in pieces, and a delivery from start to end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from connector.controlplane.judging.library import operands
from connector.dataplane.control.register import Register
from connector.dataplane.kinds import make_treating
from connector.dataplane.treating.source import TreatedSource
from connector.policy.deciding.consent import GIVEN
from connector.ports.changes import RecordConsent
from connector.ports.entities import Consent, Flow, FlowDirection
from connector.ports.flow import Content
from connector.ports.secret import Secret
from connector.ports.treatment import Consenting, Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.world import FLOW, OWNER

SECRET = Secret(bytes(range(32)))
TREATING = make_treating(SECRET, operands())
CSV, JSON, LINES = Records(format="csv"), Records(format="json"), Records(format="ndjson")
PURPOSE = "https://w3id.org/dpv#ImprovePublicServices"
CONSENTING = Consenting(dataset="trees", covering=(PURPOSE,), touching=(PURPOSE,))
START = 1_000_000


class Pieces:
    """A source of these pieces; `at` is called before each."""

    def __init__(self, pieces: Sequence[bytes], media_type: str = "text/csv") -> None:
        self.pieces = pieces
        self.media_type = media_type

    def check(self, address: dict[str, Any]) -> None:
        return

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        yield Content(chunks=self._chunks(), media_type=self.media_type, size=1, etag='"raw"')

    async def _chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


def flow(agreement: str = "agreement") -> Flow:
    facts = {"owner": OWNER, "id": FLOW, "agreement_id": agreement, "dataset": "trees", "peer": "p", "state": "STARTED"}
    return Flow(direction=FlowDirection.SERVE, **facts)


def treated(
    pieces: Sequence[bytes],
    treatment: Treatment,
    *,
    agreement: str = "agreement",
    store: MemoryStore | None = None,
    media_type: str = "text/csv",
) -> TreatedSource:
    register = Register(store or MemoryStore(), lambda: START)
    return TreatedSource(Pieces(pieces, media_type), flow(agreement), treatment, TREATING, register)


async def content(pieces: Sequence[bytes], treatment: Treatment, **rest: Any) -> bytes:
    async with treated(pieces, treatment, **rest).open({}) as found:
        return b"".join([chunk async for chunk in found.chunks])


def deliver(data: bytes, treatment: Treatment, *, cut: int = 0, **rest: Any) -> bytes:
    """Treat data that comes in pieces of `cut` bytes, whole where it is 0."""
    pieces = [data[at : at + cut] for at in range(0, len(data), cut)] if cut else [data]
    return asyncio.run(content(pieces, treatment, **rest))


def treat(records: Records, *steps: TransformStep, **rest: Any) -> Treatment:
    return Treatment(records=records, steps=steps, **rest)


async def consented(store: MemoryStore, *subjects: str, state: str = GIVEN, **rest: Any) -> None:
    entries = [
        Consent(
            owner=OWNER,
            subject=SECRET.person(OWNER, subject),
            **{"dataset": "", "purpose": PURPOSE, "state": state, "at": 1, **rest},
        )
        for subject in subjects
    ]
    await store.commit([RecordConsent(entry) for entry in entries])


def encoded(treatment: Treatment) -> bytes:
    return msgspec.json.encode(treatment)
