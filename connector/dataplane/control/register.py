"""The register of flows: the stored flows, and their gates, uses and locks in memory.

Each change of a stored flow is made here or under the same lock, so that a booked batch of bytes and a verb that
changes the state never overwrite each other.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from connector.dataplane.control.gate import Gate, Volume
from connector.dataplane.control.meter import Meter
from connector.dataplane.control.uses import Attempt, Uses
from connector.ports.changes import AddUsage, Change, DropLease, DropUseParts, PutFlow, PutUsePart
from connector.ports.entities import CountedUse, Flow, FlowDirection
from connector.ports.flow import Cause
from connector.ports.store import Store
from connector.ports.store_errors import LimitReached, StoreError, TooSoon
from connector.protocol.dsp.machines.transfer_machine import FlowState

ENDED = "the transfer has ended"
OPEN = frozenset({FlowState.PREPARED, FlowState.STARTED})
_OVER = frozenset({FlowState.COMPLETED, FlowState.TERMINATED})

_log = logging.getLogger(__name__)

MOST_WHOLES = 2
STALLED_S = 1.0
_MOST_FAILING = 1_000
_HOUR_MS = 3_600_000
_OF_SOURCE = frozenset({Cause.NOT_FOUND, Cause.NOT_ALLOWED, Cause.UNAVAILABLE})

FlowKey = tuple[str, str]
"""(owner, flow id)"""


@dataclass(frozen=True)
class Delivered:
    """A completed delivery: its bytes and, if known, its SHA-256 (hex); at a receiver also its media type."""

    size: int
    sha256: str | None
    media_type: str | None = None


class Register:
    """The flows of one data plane.

    `now` returns ms since the epoch; `wholes` limits results completed in memory; `waits` has the reason of each flow
    that does not move at present. `count` counts a use where the flows of all data planes are counted; without it, they
    are all here.
    """

    def __init__(
        self, store: Store, now: Callable[[], int], count: Callable[[Flow], Awaitable[None]] | None = None
    ) -> None:
        self.store = store
        self._count = count
        self.now = now
        self.wholes = asyncio.Semaphore(MOST_WHOLES)
        self.gates: dict[FlowKey, Gate] = {}
        self.waits: dict[FlowKey, str] = {}
        self._failing: dict[tuple[str, str], tuple[str, int]] = {}
        self._uses: dict[FlowKey, Uses] = {}
        self._volumes: WeakValueDictionary[tuple[str, str], Volume] = WeakValueDictionary()
        self._turns: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()
        self._locks: WeakValueDictionary[FlowKey, asyncio.Lock] = WeakValueDictionary()

    def lock(self, owner: str, flow_id: str) -> asyncio.Lock:
        """Return the lock of a flow."""
        return self._locks.setdefault((owner, flow_id), asyncio.Lock())

    def find_turn(self, flow: Flow, work: str = "step") -> asyncio.Lock:
        """Return the lock that all treatments for one peer take for a kind of work, so that others have their share."""
        return self._turns.setdefault((flow.owner, flow.peer, work), asyncio.Lock())

    async def find_gate(self, flow: Flow) -> Gate:
        """Return the gate of a flow; it begins with the stored lease if this process has no gate of the flow yet."""
        key = flow.owner, flow.id
        if key not in self.gates:
            lease = await self.store.lease(*key)
            usage = await self.store.usage(flow.owner, flow.agreement_id)
            parts = await self.store.use_parts(*key)
            if key not in self.gates:
                self._uses[key] = Uses(parts)
                shared = flow.owner, flow.agreement_id
                volume = self._volumes.get(shared) or self._volumes.setdefault(shared, Volume(usage.bytes_moved))
                gate = self.gates[key] = Gate(self.now, flow.bytes_moved, volume)
                if lease and flow.state in OPEN:
                    gate.grant(lease)
        return self.gates[key]

    async def amend(self, flow: Flow, facts: Callable[[Flow], dict[str, Any]], *changes: Change) -> Flow | None:
        """Commit changes together with new facts of a flow; its state changes only if it is PREPARED or STARTED.

        Of a flow that has ended, no part of a use is stored any more.
        """
        async with self.lock(flow.owner, flow.id):
            stored = await self.store.flow(flow.owner, flow.id)
            if stored is None:
                return None
            new = facts(stored)
            if "state" in new and stored.state not in OPEN:
                return None
            kept = [change for change in changes if not isinstance(change, PutUsePart) or stored.state not in _OVER]
            stored = msgspec.structs.replace(stored, updated_at=self.now(), **new)
            await self.store.commit([PutFlow(stored), *kept])
            return stored

    async def settle(self, flow: Flow, done: Delivered) -> Flow | None:
        """Record a delivery. A finite flow is completed; its token remains valid for asking how it ended."""
        self.note_wait(flow, None)
        if flow.direction is FlowDirection.PUSH:
            self.note_source(flow.owner, flow.dataset, None)
        facts: dict[str, Any] = {"size": done.size, "sha256": done.sha256, "error": None, "cause": None}
        if done.media_type:
            facts["media_type"] = done.media_type
        if flow.live:
            return await self.amend(flow, lambda _: facts)
        completed = {**facts, "state": FlowState.COMPLETED}
        stored = await self.amend(flow, lambda _: completed, *drop_what_an_end_leaves(flow.owner, flow.id))
        if stored:
            self.forget(flow, ENDED)
        return stored

    async def fail(self, flow: Flow, reason: str, cause: Cause) -> Flow | None:
        """Record the failure of a flow; only the control plane changes its state."""
        _log.warning("flow %s failed: %s", flow.id, reason)
        self.note_wait(flow, None)
        if flow.direction is FlowDirection.PUSH and cause in _OF_SOURCE:
            self.note_source(flow.owner, flow.dataset, reason)
        try:
            return await self.amend(flow, lambda _: {"error": reason, "cause": cause})
        except StoreError:
            return msgspec.structs.replace(flow, error=reason, cause=cause)

    async def remark(self, flow: Flow, remark: str | None) -> None:
        """Record a sentence about the data of the last delivery, for the operator; None clears an earlier one."""
        if remark:
            _log.warning("flow %s: %s", flow.id, remark)
        with contextlib.suppress(StoreError):
            stored = await self.store.flow(flow.owner, flow.id)
            if stored is not None and stored.remark != remark:
                await self.amend(flow, lambda _: {"remark": remark})

    def make_meter(self, flow: Flow, uses: Uses | None = None, part: str = "") -> Meter:
        """Return a meter for one stream of the flow, which sends a part of a use."""
        gate = self.gates.get((flow.owner, flow.id))

        async def book(count: int) -> None:
            usage = AddUsage(flow.owner, flow.agreement_id, bytes_moved=count, flow_id=flow.id)
            sent = uses.add_sent(part, count) if uses else None
            changes = [usage, PutUsePart(sent)] if sent else [usage]
            try:
                await self.amend(flow, lambda stored: {"bytes_moved": stored.bytes_moved + count}, *changes)
            except StoreError:
                if uses:
                    uses.add_sent(part, -count)
                raise

        return Meter(book, limited=gate is not None and gate.max_bytes is not None)

    async def begin_use(self, flow: Flow, gate: Gate, attempt: Attempt) -> Uses:
        """Count a use if this access begins one and does not continue one. Raises LimitReached, TooSoon.

        If no further use is allowed, the access may take the place of an active one of the same data, also if active
        ones alone make it a use. Raises SourceError if the members of a folder cannot be listed.
        """
        key = flow.owner, flow.id
        uses = self._uses.get(key) or Uses()
        if key in self.gates:  # of a flow that has ended meanwhile, nothing is kept
            self._uses[key] = uses
        if not (uses.is_crowded(attempt) and await uses.take_over(attempt, STALLED_S)):
            async with uses.beginning:
                reached = await self._begin_or_continue(flow, gate, attempt, uses)
            if reached is None:
                return uses
            if not await uses.take_over(attempt, STALLED_S):
                if not isinstance(reached, TooSoon):
                    uses.refuse()
                raise reached
        uses.begin(uses.draft(key, attempt, new=False), new=False)
        return uses

    async def _begin_or_continue(self, flow: Flow, gate: Gate, attempt: Attempt, uses: Uses) -> LimitReached | None:
        """Begin a use or continue one; return the limit that is reached, or None."""
        key = flow.owner, flow.id
        new = uses.is_new(attempt)
        part = uses.draft(key, attempt, new=new)
        # Without a limit, it does not matter which use a member belongs to.
        folder = await uses.draft_folder(key, attempt, new=new) if gate.limits_uses else None
        if new:
            try:
                with uses.counting():
                    await self._count_use(flow, gate, *[PutUsePart(one) for one in (part, folder) if one])
            except LimitReached as limit:
                return limit
        elif folder:
            await self.amend(flow, lambda _: {}, PutUsePart(folder))
        uses.begin(part, new=new, folder=folder)
        return None

    async def _count_use(self, flow: Flow, gate: Gate, *parts: PutUsePart) -> None:
        """Store a new use with its first part and its folder, durably before the first byte leaves."""
        use = make_use(flow, self.now())
        count = AddUsage(owner=flow.owner, agreement_id=flow.agreement_id, uses=1, at=use.at, use=use)
        if self._count is not None:
            await self._count(flow)
        else:
            count = msgspec.structs.replace(
                count, max_uses=gate.max_uses, max_per_hour=gate.max_per_hour, max_within=gate.max_within
            )
        async with self.lock(flow.owner, flow.id):
            stored = await self.store.flow(flow.owner, flow.id)
            await self.store.commit([count, *(parts if stored and stored.state not in _OVER else ())])

    async def finish_use(self, flow: Flow, uses: Uses, part: str, *, last: bool = True) -> None:
        """Record that the peer has everything that it asked for of a part."""
        finished = uses.finish(part, self.now(), last=last)
        gate = self.gates.get((flow.owner, flow.id))
        if finished and last and gate is not None and gate.counts:
            await self.amend(flow, lambda _: {}, PutUsePart(finished))

    def is_in_use(self, flow: Flow) -> bool:
        """Return whether a counted use is open or was delivered so recently that the peer still has to complete it."""
        uses = self._uses.get((flow.owner, flow.id))
        return self.is_open(flow) or (uses is not None and uses.is_resting(self.now()))

    def is_open(self, flow: Flow) -> bool:
        """Return whether a counted use is open: a stream is active or can be continued."""
        key = flow.owner, flow.id
        gate, uses = self.gates.get(key), self._uses.get(key)
        return (gate is not None and gate.in_passage) or (uses is not None and uses.is_open())

    def note_wait(self, flow: Flow, reason: str | None) -> None:
        """Note why a flow does not move at present; None if it moves."""
        key = flow.owner, flow.id
        if reason is None:
            self.waits.pop(key, None)
        elif self.waits.get(key) != reason:
            _log.warning("flow %s waits: %s", flow.id, reason)
            self.waits[key] = reason

    def note_source(self, owner: str, dataset: str, reason: str | None) -> None:
        """Note why the source of a dataset failed, or with None that it was read."""
        key = owner, dataset
        self._failing.pop(key, None)
        if reason is not None and len(self._failing) < _MOST_FAILING:
            self._failing[key] = reason, self.now()

    def list_failing(self) -> dict[str, str]:
        """Return the datasets whose source failed at the last attempt within an hour, with the reason."""
        since = self.now() - _HOUR_MS
        return {dataset: reason for (_, dataset), (reason, at) in self._failing.items() if at >= since}

    def forget(self, flow: Flow, reason: str) -> None:
        """Remove an ended flow from memory and end its streams."""
        key = flow.owner, flow.id
        gate = self.gates.pop(key, None)
        self._uses.pop(key, None)
        self.waits.pop(key, None)
        if gate:
            gate.revoke(reason)


def drop_what_an_end_leaves(owner: str, flow_id: str) -> tuple[Change, ...]:
    """Return the changes that remove what a flow needs no more after its end: its lease and the parts of its use."""
    return DropLease(owner, flow_id), DropUseParts(owner, flow_id)


def make_use(flow: Flow, at: int) -> CountedUse:
    """Return a use of a flow that begins at a time (ms): it is one of this provider if the data leaves from here."""
    return CountedUse(
        owner=flow.owner,
        agreement_id=flow.agreement_id,
        flow_id=flow.id,
        counterparty=flow.peer,
        dataset=flow.dataset,
        providing=flow.direction in {FlowDirection.SERVE, FlowDirection.PUSH},
        at=at,
    )
