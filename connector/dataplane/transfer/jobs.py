"""The worker of the data plane: one task for each flow whose bytes this side moves (push, fetch)."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec

from connector.dataplane.address.parameters import PARAMETERS, BadParameters, choose
from connector.dataplane.control.gate import USED_UP, Gate, LeaseEnded
from connector.dataplane.control.meter import Meter
from connector.dataplane.control.register import Delivered, FlowKey, Register
from connector.dataplane.control.uses import Attempt, Uses
from connector.dataplane.transfer.fetch import fetch
from connector.dataplane.transfer.follow import is_stream
from connector.dataplane.transfer.push import push
from connector.dataplane.transfer.retry import MOST_FAILURES, AttemptContext, Expected, TransferFailed
from connector.net.client import GuardedClient
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import Cause, Sink, Source, SourceError
from connector.ports.store_errors import LimitReached, StoreError, Unavailable
from connector.protocol.dsp.common import DataAddress, endpoint_property, endpoint_url
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.views.assets import DEFAULT_MEDIA_TYPE

_MOVED_HERE = frozenset({FlowDirection.PUSH, FlowDirection.FETCH})
_ONCE_FAILURES = 2
_STORE_PAUSE = 5.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


class StreamMover(Protocol):
    """Moves the flows that are streams."""

    def has(self, flow: Flow) -> bool:
        """Return whether a flow is a stream that this side moves."""

    async def move(self, flow: Flow, gate: Gate, context: AttemptContext, endpoint: DataAddress) -> None:
        """Move the messages of a flow until cancelled. Raises TransferFailed, SourceError, StoreError, LeaseEnded."""


class Jobs:
    """Moves flows while they have a lease.

    `source` returns the source of a flow, treated as its lease requires; `notify` is called with a flow that was
    completed, has failed, or has delivered. `streams` moves those flows that have no end.
    """

    def __init__(
        self,
        register: Register,
        *,
        source: Callable[[Flow, Gate], Source],
        sinks: Mapping[str, Sink],
        client: GuardedClient,
        pause: Callable[[float], Awaitable[None]],
        notify: Callable[[Flow], Awaitable[None]],
        data_problem: Callable[[str, str], str | None],
        streams: StreamMover,
    ) -> None:
        self._register = register
        self._source = source
        self._sinks = sinks
        self._client = client
        self._notify = notify
        self._data_problem = data_problem
        self._streams = streams
        self._running: dict[FlowKey, asyncio.Task[None]] = {}
        self.pause = pause

    def launch(self, flow: Flow) -> None:
        """Start the job of a flow that this side moves, unless it is active, has failed, or has delivered."""
        key = flow.owner, flow.id
        delivered = flow.live and flow.size is not None
        if flow.direction not in _MOVED_HERE or flow.state != FlowState.STARTED or flow.error or delivered:
            return
        if flow.direction is FlowDirection.FETCH and is_stream(flow.endpoint) and not self._streams.has(flow):
            return  # it has no end: whoever reads it follows it
        gate = self._register.gates[key]
        if key not in self._running and gate.find_problem() is None:
            self._running[key] = asyncio.get_running_loop().create_task(
                self._run_job(key, gate), name=f"flow {flow.id}"
            )

    def is_running(self, key: FlowKey) -> bool:
        """Return whether the job of a flow is active."""
        return key in self._running

    async def wait_for_end(self, key: FlowKey, *, stop: bool = False) -> None:
        """Wait until the job of a flow has ended, or `stop` it; it books the bytes that it moved."""
        job = self._running.get(key)
        if job and job is not asyncio.current_task():
            if stop:
                job.cancel()
            await asyncio.wait([job])

    async def close(self) -> None:
        """Stop all jobs."""
        for key in list(self._running):
            await self.wait_for_end(key, stop=True)

    async def fetch_once(self, flow: Flow, gate: Gate) -> Flow | str:
        """Fetch once more for a live flow; return the new flow, or why the fetch failed. Does not change the state."""
        meter = self._register.make_meter(flow)
        try:
            async with gate.open_passage():
                done = await self._move(flow, gate, meter, _ONCE_FAILURES)
            await meter.flush()
            return await self._register.settle(flow, done) or flow
        except LeaseEnded as ending:
            return f"Stopped: {ending.reason}."
        except (TransferFailed, SourceError, StoreError) as error:
            return str(error)
        finally:
            with contextlib.suppress(StoreError):
                await meter.flush()

    async def _run_job(self, key: FlowKey, gate: Gate) -> None:
        ended = None
        try:
            if await self._take(key, gate):
                ended = await self._run(key, gate)
        finally:
            del self._running[key]  # before the notification, whose listener may start the flow again
        if ended:
            await self._insist(ended, lambda: self._notify(ended))

    async def _take(self, key: FlowKey, gate: Gate) -> bool:
        """Take a flow, so that no other process on the store moves it; return False for one that another one moves."""
        while gate.find_problem() is None:
            try:
                return await self._register.store.take_flow(*key)
            except Unavailable:
                await self.pause(_STORE_PAUSE)
        return False

    async def _run(self, key: FlowKey, gate: Gate) -> Flow | None:
        """Move the data of one flow as long as it has a lease; continue if a revoked lease is granted again."""
        while gate.find_problem() is None:
            try:
                flow = await self._register.store.flow(*key)
            except Unavailable:
                await self.pause(_STORE_PAUSE)
                continue
            if flow is None or flow.state in {FlowState.COMPLETED, FlowState.TERMINATED}:
                return None
            if flow.state != FlowState.STARTED:
                continue
            meter = self._register.make_meter(flow)
            try:
                async with gate.open_passage():
                    done = await self._move(flow, gate, meter, MOST_FAILURES)
                return await self._insist(flow, partial(self._settle, flow, meter, done))
            except LeaseEnded as ending:
                if ending.reason == USED_UP:
                    return await self._register.fail(flow, f"Stopped: {ending.reason}.", Cause.LIMIT)
            except Unavailable as error:
                # The disk of the store is full or away: what was received is kept, and the store recovers by itself.
                self._register.note_wait(flow, str(error))
                await self.pause(_STORE_PAUSE)
            except (TransferFailed, SourceError, StoreError) as error:
                if await self._has_new_endpoint(flow):
                    continue  # the peer has sent another address meanwhile: the failure is that of the old one
                return await self._register.fail(flow, str(error), _find_cause(flow, error))
            except Exception:  # noqa: BLE001 - the worker loop of the data plane: a defect must not leave a flow silent
                _log.exception("flow %s failed unexpectedly", flow.id)
                return await self._register.fail(
                    flow, "Internal error: the log of this connector contains the details.", Cause.INTERNAL
                )
            finally:
                with contextlib.suppress(StoreError):
                    await meter.flush()
        return None

    async def _has_new_endpoint(self, flow: Flow) -> bool:
        try:
            stored = await self._register.store.flow(flow.owner, flow.id)
        except StoreError:
            return False
        return stored is not None and stored.state == FlowState.STARTED and stored.endpoint != flow.endpoint

    async def _settle(self, flow: Flow, meter: Meter, done: Delivered) -> Flow | None:
        await meter.flush()
        return await self._register.settle(flow, done)

    async def _insist(self, flow: Flow, call: Callable[[], Awaitable[T]]) -> T:
        """Repeat what has to be stored while the store is unavailable: the data has arrived and is not fetched again.

        The disk of the store is full or away; the store recovers with it.
        """
        while True:
            try:
                return await call()
            except Unavailable as error:
                self._register.note_wait(flow, str(error))
                await self.pause(_STORE_PAUSE)

    async def _move(self, flow: Flow, gate: Gate, meter: Meter, failures: int) -> Delivered:
        async def learned(facts: Expected) -> None:
            if not flow.live and facts != _expect(flow):
                known = {"size": facts.size, "sha256": facts.sha256, "etag": facts.etag, "name": facts.name}
                if facts.media_type:
                    known["media_type"] = facts.media_type
                await self._register.amend(flow, lambda _: known)

        context = AttemptContext(
            flow.id,
            self._client,
            _JobUse(self._register, flow, gate, meter),
            learned,
            self.pause,
            failures,
            lambda reason: self._register.note_wait(flow, reason),
            lambda remark: self._register.remark(flow, remark),
        )
        try:
            endpoint = msgspec.json.decode(flow.endpoint or b"{}", type=DataAddress)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise TransferFailed(
                "The data address of the peer cannot be read: it is not a DataAddress in JSON."
            ) from error
        problem = self._data_problem(flow.peer, endpoint_url(endpoint) or "")
        if problem:
            raise TransferFailed(problem, Cause.ADDRESS)
        if self._streams.has(flow):
            await self._streams.move(flow, gate, context, endpoint)
            raise TransferFailed("The stream ended: start the transfer again.")
        if flow.direction is FlowDirection.PUSH:
            source = self._source(flow, gate)
            stated = flow.media_type if flow.media_type != DEFAULT_MEDIA_TYPE else None
            return await push(context, endpoint, source, _choose(flow, endpoint), stated)
        expected = Expected() if flow.live else _expect(flow)
        again = flow.live and flow.size is not None
        sink = self._sinks.get(str((flow.sink or {}).get("kind")))
        if sink is None:
            raise TransferFailed(
                "The sink of this flow is of a kind that is not supported any more: terminate the transfer."
            )
        return await fetch(context, endpoint, sink, flow.sink or {}, expected, again=again)


class _JobUse:
    """The use of a flow that this side moves: one delivery, however many attempts it takes."""

    def __init__(self, register: Register, flow: Flow, gate: Gate, meter: Meter) -> None:
        self._register = register
        self._flow = flow
        self._gate = gate
        self._meter = meter
        self._uses: Uses | None = None
        self._part = ""

    async def begin(self, attempt: Attempt) -> None:
        """Count a use if the attempt begins one."""
        self._uses = await self._register.begin_use(self._flow, self._gate, attempt)
        self._part = attempt.part

    async def spend(self, count: int) -> None:
        """Take bytes from the lease before they move, and meter them."""
        self._gate.spend(count)
        if self._uses:
            self._uses.add_sent(self._part, count)
        await self._meter.add(count)

    async def finish(self, part: str) -> None:
        """Record that a part has arrived."""
        if self._uses:
            await self._register.finish_use(self._flow, self._uses, part)


def _choose(flow: Flow, endpoint: DataAddress) -> dict[str, Any]:
    """Return the address of the source with the parameters that the consumer states in its data address."""
    try:
        return choose(flow.source or {}, endpoint_property(endpoint, PARAMETERS) or "")
    except BadParameters as error:
        raise TransferFailed(str(error), Cause.ADDRESS) from error


def _expect(flow: Flow) -> Expected:
    """Return what is known of the data of a flow."""
    received = flow.media_type if flow.direction is FlowDirection.FETCH else None
    return Expected(flow.size, flow.sha256, flow.etag, flow.name, received)


def _find_cause(flow: Flow, error: TransferFailed | SourceError | StoreError) -> Cause:
    """Return what the counterparty learns of a failure."""
    if isinstance(error, LimitReached):
        return Cause.USES
    if isinstance(error, StoreError):
        return Cause.INTERNAL
    return error.cause or (Cause.UNAVAILABLE if flow.direction is FlowDirection.PUSH else Cause.NOT_STORED)
