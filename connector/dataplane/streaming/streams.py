"""The streams of one data plane: for each source with an open flow one journal and one intake, however many readers."""

import asyncio
import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from connector.dataplane.control.register import Register
from connector.dataplane.streaming.intake import StreamIntake, name_subscription
from connector.dataplane.streaming.journal import Journal
from connector.dataplane.streaming.reading import format_id
from connector.dataplane.wire.stream_limits import read_stream_limits
from connector.ports.changes import DropJournal, ExtendJournal
from connector.ports.entities import Flow, FlowDirection, StreamJournal
from connector.ports.flow import Cause, SourceError
from connector.ports.store_errors import StoreError
from connector.ports.streams import StreamSource
from connector.protocol.dsp.machines.transfer_machine import FlowState

_SENDING = frozenset({FlowDirection.SERVE, FlowDirection.PUSH})
_NEEDING = (FlowState.PREPARED, FlowState.STARTED, FlowState.SUSPENDED)

_log = logging.getLogger(__name__)

StreamKey = tuple[str, str]
"""(owner, identifier of the journal)"""


class _Active:
    """A journal with the task that fills it, and the flows that need it."""

    def __init__(self, journal: Journal, intake: asyncio.Task[None]) -> None:
        self.journal = journal
        self.intake = intake
        self.flows = set[str]()


class Streams:
    """The streams of the flows in a register; `kinds` builds each kind of source at its first use."""

    def __init__(
        self,
        register: Register,
        kinds: Mapping[str, Callable[[], StreamSource]],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._register = register
        self._kinds = kinds
        self._pause = pause
        self._built: dict[str, StreamSource] = {}
        self._active: dict[StreamKey, _Active] = {}
        self._turn = asyncio.Lock()
        self._tasks = set[asyncio.Task[None]]()

    def has(self, address: Mapping[str, Any] | None) -> bool:
        """Return whether an address is that of a stream."""
        return address is not None and str(address.get("kind")) in self._kinds

    def is_stream(self, flow: Flow) -> bool:
        """Return whether a flow sends the messages of a stream."""
        return flow.direction in _SENDING and self.has(flow.source)

    def list_kinds(self) -> list[str]:
        """Return the kinds of streams."""
        return sorted(self._kinds)

    def find_source(self, address: Mapping[str, Any]) -> StreamSource:
        """Return the source of an address, checked. Raises SourceError."""
        kind = str(address.get("kind"))
        if kind not in self._built:
            self._built[kind] = self._kinds[kind]()
        self._built[kind].check(dict(address))
        return self._built[kind]

    def attend(self, flow: Flow) -> None:
        """Let the intake of a flow begin, if it does not run yet: messages are kept for the flow from now on."""
        active = self._active.get(_key(flow))
        if active is None or flow.id not in active.flows or not flow.cursor:
            self._begin_task(self._attend(flow), f"stream {flow.id}")

    async def _attend(self, flow: Flow) -> None:
        try:
            await self.find(flow)
        except (SourceError, StoreError) as error:
            self._register.note_wait(flow, str(error))

    async def find(self, flow: Flow) -> tuple[Journal, str]:
        """Return the journal of a flow and the flow's cursor in it. Raises SourceError, StoreError."""
        async with self._turn:
            stored = await self._register.store.flow(flow.owner, flow.id)
            if stored is None or stored.state not in _NEEDING:
                raise SourceError("The transfer has ended.", Cause.UNAVAILABLE)
            active = await self._open(flow)
            active.flows.add(flow.id)
            if stored.cursor:
                return active.journal, stored.cursor
            cursor = format_id(active.journal, active.journal.state.last)
            await self._register.amend(flow, lambda now: {"cursor": now.cursor or cursor})
            return active.journal, cursor

    async def _open(self, flow: Flow) -> _Active:
        key, address = _key(flow), flow.source or {}
        if key in self._active:
            return self._active[key]
        source = self.find_source(address)
        state = await self._register.store.journal(*key)
        if state is None:
            state = StreamJournal(owner=flow.owner, id=key[1], generation=os.urandom(6).hex(), source=address)
            await self._register.store.commit([ExtendJournal(state)])
        journal = Journal(self._register.store, state, read_stream_limits(address))
        note = partial(self._register.note_source, flow.owner, flow.dataset)
        intake = StreamIntake(source, journal, note=note, now=self._register.now, pause=self._pause)
        task = asyncio.get_running_loop().create_task(intake.run(), name=f"intake {key[1]}")
        self._active[key] = _Active(journal, task)
        return self._active[key]

    async def acknowledge(self, flow: Flow, cursor: str) -> None:
        """Store that the peer needs nothing more up to a position. Raises StoreError."""
        if cursor != flow.cursor:
            await self._register.amend(flow, lambda _: {"cursor": cursor})

    def release(self, flow: Flow) -> None:
        """End the intake of a flow that has ended, if no other flow needs it, with all that was kept."""
        active = self._active.get(_key(flow))
        if active is None or not self.is_stream(flow):
            return
        active.flows.discard(flow.id)
        if not active.flows:
            del self._active[_key(flow)]
            active.intake.cancel()
            self._begin_task(self._forget(active.journal.state), f"forget {flow.id}")

    async def _forget(self, state: StreamJournal) -> None:
        """Drop a journal, and the subscription at its broker."""
        async with self._turn:
            if (state.owner, state.id) in self._active:
                return  # another flow has begun meanwhile, with this journal
            try:
                await self._register.store.commit([DropJournal(state.owner, state.id)])
            except StoreError as error:
                _log.warning("the journal %s is dropped at the next start: %s", state.id, error)
                return
        try:
            await self.find_source(state.source).forget(state.source, name_subscription(state.generation))
        except SourceError as error:
            _log.warning("the subscription of %s stays at the broker until it expires: %s", state.id, error)

    async def resume(self, owner: str) -> None:
        """Continue the intakes of the open flows of an owner after a restart, and drop journals that no flow needs."""
        for state in _NEEDING:
            for flow in await self._register.store.flows(owner, state=state):
                if self.is_stream(flow) and not flow.plane:
                    await self._attend(flow)
        for journal in await self._register.store.journals(owner):
            if (journal.owner, journal.id) not in self._active and self.has(journal.source):
                self._begin_task(self._forget(journal), f"forget {journal.id}")

    async def close(self) -> None:
        """Stop all intakes; what was acknowledged is stored, and the brokers keep the rest."""
        tasks = [*self._tasks, *(active.intake for active in self._active.values())]
        self._active.clear()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _begin_task(self, work: Any, name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _key(flow: Flow) -> StreamKey:
    """Return the key of the journal of a flow: its dataset, and the digest of its source, which may be changed."""
    document = msgspec.json.encode(flow.source or {}, order="deterministic")
    return flow.owner, f"{flow.dataset} {hashlib.sha256(document).hexdigest()[:12]}"
