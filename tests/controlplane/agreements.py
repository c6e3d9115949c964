"""An agreement of ours as provider with terms that a test names, and a clock that a test moves."""

from collections.abc import Callable
from typing import Any

import msgspec

from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.policy.reading.purposes import read_purposes
from connector.ports.actions import Executor
from connector.ports.changes import PutAgreement, PutAsset
from connector.ports.entities import Agreement, Asset, AssetStatus, DataClass
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import PULL, FlowState, Transfer, TransferState
from tests.support.plane import ADDRESS, CITY, ME, NOW
from tests.support.rooms import Rooms

Json = dict[str, Any]

LIBRARY = Library(operands(), executors=build_executors())
AGREEMENT, DATASET = "urn:agreement:1", "urn:dataset:air"
DAY = 86_400_000
USE = {"action": "use"}


class Clock:
    """Milliseconds since the epoch, moved by the test."""

    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms


def atom(left: str, operator: str, right: Any) -> Json:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def within(days: int) -> Json:
    return atom("odrl:elapsedTime", "lteq", {"@value": f"P{days}D", "@type": "xsd:duration"})


def provider(
    rooms: Rooms, clock: Callable[[], int] | None = None, actions: dict[str, Executor] | None = None, **more: Any
) -> Rooms:
    """Return the rooms with the operands that are distributed, this clock, and these executors."""
    return rooms.but(library=LIBRARY, now=clock or rooms.context.now, actions=actions or {}, **more)


async def conclude(rooms: Rooms, *, id: str = AGREEMENT, evidence: Json | None = None, **terms: Any) -> Agreement:
    """Finalize an agreement on these rules: what the worker commits when the consumer has acknowledged."""
    document = {"@type": "Agreement", "@id": id, "target": DATASET, "assigner": ME, "assignee": CITY, **terms}
    written = msgspec.json.encode(document)
    agreement = Agreement(
        purposes=read_purposes(written),
        owner=rooms.context.owner,
        id=id,
        role=Role.PROVIDER,
        counterparty=CITY,
        address=ADDRESS,
        dataset=DATASET,
        negotiation_id="urn:negotiation:1",
        document=written,
        evidence=msgspec.json.encode(evidence or {}),
        agreed_at=rooms.context.now(),
        finalized_at=rooms.context.now(),
    )
    await rooms.context.store.commit(
        [PutAgreement(agreement), *await performing.schedule_duties(rooms.enforcer, agreement)]
    )
    return agreement


async def publish(rooms: Rooms, source: Json) -> None:
    asset = Asset(
        owner=rooms.context.owner,
        id=DATASET,
        status=AssetStatus.PUBLISHED,
        data_class=DataClass.OPEN,
        title={"en": "Air"},
        description={},
        keywords=(),
        themes=(),
        media_type="text/csv",
        source=source,
        policy=b"{}",
        offer_id="urn:offer",
        document=b"{}",
        version=1,
    )
    await rooms.context.store.commit([PutAsset(asset, None)])


def requested(rooms: Rooms, pid: str = "urn:transfer:1") -> Transfer:
    """A transfer that the consumer asks for."""
    return Transfer(
        owner=rooms.context.owner,
        id=pid,
        role=Role.PROVIDER,
        peer=CITY,
        peer_address=ADDRESS,
        peer_pid=f"theirs of {pid}",
        state=TransferState.REQUESTED,
        flow_wanted=FlowState.NONE,
        agreement_id=AGREEMENT,
        dataset=DATASET,
        format=PULL,
        due_at=rooms.context.now(),
        created_at=rooms.context.now(),
        updated_at=rooms.context.now(),
    )
