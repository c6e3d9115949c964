"""The data plane in process: the verbs of Data Plane Signaling 1.0 over durable flows.

A flow's states and what each verb makes of them are the table `VERBS`. Every verb may be repeated. Verbs of one flow
run one after the other; a running stream is ended through its gate before the verb waits for anything. A flow that
fails by itself keeps its state and reports an error, as Data Plane Signaling has it: whether to start again or to
terminate is the control plane's decision.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

import msgspec

from connector.dataplane.attempt import Delivered, Expected, TransferFailed, Way
from connector.dataplane.fetch import fetch
from connector.dataplane.leases import USED_UP, Gate, LeaseEnded
from connector.dataplane.meter import Meter, Uses
from connector.dataplane.push import push
from connector.dataplane.tokens import hash_of, matches, new_token, presented
from connector.net.client import GuardedClient
from connector.ports.changes import AddUsage, Change, Conflict, DropLease, PutFlow, PutLease, StoreError
from connector.ports.dataplane import FlowListener, FlowReport, FlowRequest
from connector.ports.entities import Flow, FlowDirection, Lease
from connector.ports.flow import Sink, Source, SourceError
from connector.ports.store import Store
from connector.protocol.dsp.common import EDC, DataAddress, EndpointProperty, http_address
from connector.protocol.dsp.transfer_machine import FlowState

SUSPENDED = "the transfer is suspended"
ENDED = "the transfer has ended"

_N, _P, _S = FlowState.NONE, FlowState.PREPARED, FlowState.STARTED
_U, _C, _T = FlowState.SUSPENDED, FlowState.COMPLETED, FlowState.TERMINATED

# What a verb makes of a state; a state that is missing stays as it is. A flow that was never created (NONE) moves
# nothing, so to suspend or end it is done already. A suspended flow may be completed: the control plane tells the data
# plane only where it stands in the end, not every step in between.
VERBS: Mapping[str, Mapping[FlowState, FlowState]] = {
    "prepare": {_N: _P, _P: _P},
    "start": {_N: _S, _P: _S, _S: _S, _U: _S},
    "suspend": {_N: _U, _P: _U, _S: _U, _U: _U},
    "complete": {_N: _C, _P: _C, _S: _C, _U: _C, _C: _C, _T: _T},
    "terminate": {_N: _T, _P: _T, _S: _T, _U: _T, _C: _C, _T: _T},
}

_OURS_TO_MOVE = frozenset({FlowDirection.PUSH, FlowDirection.FETCH})

_log = logging.getLogger(__name__)

Key = tuple[str, str]


class LocalDataPlane:
    """Implements `ports.dataplane.DataPlane`. See there for the verbs.

    `public_url` is where peers reach the listener of `pull.make_app` (without a slash at its end), `now` gives ms since
    the epoch, `pause` waits a number of seconds between attempts.
    """

    def __init__(
        self,
        store: Store,
        *,
        sources: Mapping[str, Source],
        sinks: Mapping[str, Sink],
        client: GuardedClient,
        public_url: str,
        now: Callable[[], int],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self.sources = sources
        self.sinks = sinks
        self._client = client
        self._public_url = public_url
        self._now = now
        self._pause = pause
        self._listener: FlowListener | None = None
        self._gates: dict[Key, Gate] = {}
        self._uses: dict[Key, Uses] = {}
        self._jobs: dict[Key, asyncio.Task[None]] = {}
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    # The verbs

    async def prepare(self, request: FlowRequest) -> FlowReport:
        """Make ready; a receiving flow gets its endpoint and token."""
        return await self._begin("prepare", request)

    async def start(self, request: FlowRequest) -> FlowReport:
        """Create or take up the flow; a serving flow gets a new token."""
        await self._stop_job_with_other_endpoint(request)
        return await self._begin("start", request)

    async def renew(self, lease: Lease) -> None:
        """Give or renew the lease; a lease for a flow that does not run (any more), or an older one, is ignored."""
        async with self._lock(lease.owner, lease.flow_id):
            flow = await self._store.flow(lease.owner, lease.flow_id)
            if flow is None or flow.state not in {_P, _S}:
                return
            gate = await self.gate_of(flow)
            try:
                await self._store.commit([PutLease(lease)])
            except Conflict:
                return
            if gate.grant(lease):
                self._launch(flow)

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Stop moving bytes at once; tokens stay."""
        _log.info("flow %s is suspended: %s", flow_id, reason)
        return await self._halt("suspend", owner, flow_id, SUSPENDED)

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        """End the flow as done."""
        return await self._halt("complete", owner, flow_id, ENDED)

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """End the flow for good."""
        _log.info("flow %s is terminated: %s", flow_id, reason)
        return await self._halt("terminate", owner, flow_id, ENDED)

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        """Return what is known of a flow."""
        flow = await self._store.flow(owner, flow_id)
        return self._report(flow) if flow else None

    def listen(self, listener: FlowListener) -> None:
        """Name the one listener."""
        self._listener = listener

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        """Return why these addresses cannot be served, or None."""
        for address, kinds, word in ((source, self.sources, "source"), (sink, self.sinks, "sink")):
            if address is None:
                continue
            kind = kinds.get(str(address.get("kind")))
            if kind is None:
                return f"There is no {word} of this kind: use one of {', '.join(sorted(kinds))}."
            try:
                kind.check(address)
            except SourceError as error:
                return str(error)
        return None

    # The life of the plane

    async def resume_flows(self, owner: str) -> None:
        """Take up the started flows of an owner after a restart; those with a live lease move on at once."""
        for flow in await self._store.flows(owner, state=_S):
            await self.gate_of(flow)
            self._launch(flow)

    async def close(self) -> None:
        """End all streams and jobs and book what they moved; the flows stay as they are, to be resumed."""
        for gate in self._gates.values():
            gate.revoke("the data plane is shutting down")
        jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel()
        if jobs:
            await asyncio.wait(jobs)

    # For the listener (pull, receive)

    async def admit(self, flow_id: str, authorization: str | None) -> Flow | None:
        """Return the flow that a request's token opens; None for every other combination of flow and token."""
        token = presented(authorization)
        flow = await self._store.flow_of_token(hash_of(token)) if token else None
        if token is None or flow is None or flow.id != flow_id or not matches(token, flow.token_hash):
            return None
        return flow

    async def gate_of(self, flow: Flow) -> Gate:
        """Return the gate of a flow, with the stored lease where this process has not seen the flow before."""
        key = flow.owner, flow.id
        if key not in self._gates:
            lease = await self._store.lease(*key)
            gate = self._gates.setdefault(key, Gate(self._now, flow.bytes_moved))
            if lease and flow.state in {_P, _S}:
                gate.grant(lease)
        return self._gates[key]

    def meter_of(self, flow: Flow) -> Meter:
        """Return a meter for one stream of the flow."""

        async def book(count: int) -> None:
            usage = AddUsage(flow.owner, flow.agreement_id, bytes_moved=count)
            await self._amend(flow, lambda stored: {"bytes_moved": stored.bytes_moved + count}, usage)

        return Meter(book)

    async def begin_use(self, flow: Flow, gate: Gate, part: str = "", offset: int = 0) -> Uses:
        """Count a use where this access begins one. Raises LimitReached."""
        uses = self._uses.setdefault((flow.owner, flow.id), Uses())
        new = uses.is_new(part, offset)
        if new:
            await self._store.commit([AddUsage(flow.owner, flow.agreement_id, uses=1, max_uses=gate.max_uses)])
        uses.begin(part, new=new)
        return uses

    async def delivered(self, flow: Flow, done: Delivered) -> None:
        """Note that a push to us arrived whole, and tell the listener."""
        stored = await self._settle(flow, done)
        if stored:
            await self._tell(stored)

    # Inside

    async def _begin(self, verb: str, request: FlowRequest) -> FlowReport:
        async with self._lock(request.owner, request.flow_id):
            flow = await self._store.flow(request.owner, request.flow_id)
            state = FlowState(flow.state) if flow else _N
            wanted = VERBS[verb].get(state)
            if flow and wanted is None:
                return self._report(flow, f"The flow is {state}: it cannot {verb}." if state == _T else None)
            problem = self.supports(request.source, request.sink)
            if problem or wanted is None:
                return FlowReport(flow_id=request.flow_id, state=state, error=problem)
            token = new_token() if _needs_token(verb, request.direction, flow) else None
            flow = self._flow_from(request, flow, wanted, token)
            await self._store.commit([PutFlow(flow)])
            gate = await self.gate_of(flow)
            gate.await_lease()
            self._launch(flow)
            return self._report(flow, token=token)

    async def _halt(self, verb: str, owner: str, flow_id: str, reason: str) -> FlowReport:
        gate = self._gates.get((owner, flow_id))
        if gate:
            gate.revoke(reason)
        async with self._lock(owner, flow_id):
            flow = await self._store.flow(owner, flow_id)
            state = FlowState(flow.state) if flow else _N
            wanted = VERBS[verb].get(state)
            if flow is None:
                return FlowReport(flow_id=flow_id, state=wanted or _N)
            if wanted is None:
                return self._report(flow, f"The flow is {state}: to {verb} it changes nothing.")
            token_hash = flow.token_hash if wanted == _U else None
            flow = msgspec.structs.replace(flow, state=wanted, token_hash=token_hash, updated_at=self._now())
            await self._store.commit([PutFlow(flow), DropLease(owner, flow_id)])
            if wanted != _U:
                self._forget(flow, reason)
            return self._report(flow)

    def _flow_from(self, request: FlowRequest, flow: Flow | None, state: FlowState, token: str | None) -> Flow:
        given = {name: getattr(request, name) for name in ("source", "sink", "endpoint") if getattr(request, name)}
        if flow is None:
            flow = Flow(
                owner=request.owner,
                id=request.flow_id,
                direction=request.direction,
                agreement_id=request.agreement_id,
                dataset=request.dataset,
                peer=request.peer,
                state=state,
                live=request.live,
                media_type=request.media_type,
            )
        elif flow.live and flow.state == _U:
            given["size"] = given["sha256"] = None  # a live flow that is resumed delivers once more
        token_hash = hash_of(token) if token else flow.token_hash
        return msgspec.structs.replace(
            flow, state=state, token_hash=token_hash, error=None, updated_at=self._now(), **given
        )

    def _report(self, flow: Flow, error: str | None = None, token: str | None = None) -> FlowReport:
        gate = self._gates.get((flow.owner, flow.id))
        address = None
        if token:
            url = f"{self._public_url}/flows/{quote(flow.id, safe=':')}"
            receives = flow.direction is FlowDirection.RECEIVE
            address = msgspec.json.encode(_push_address(url, token) if receives else http_address(url, token))
        return FlowReport(
            flow_id=flow.id,
            state=FlowState(flow.state),
            data_address=address,
            bytes_moved=max(flow.bytes_moved, gate.moved if gate else 0),
            size=flow.size,
            sha256=flow.sha256,
            error=error or flow.error,
        )

    def _launch(self, flow: Flow) -> None:
        """Run the job of a flow that is ours to move, unless it runs, failed, or has delivered."""
        key = flow.owner, flow.id
        delivered = flow.live and flow.size is not None
        if flow.direction not in _OURS_TO_MOVE or flow.state != _S or flow.error or delivered or key in self._jobs:
            return
        if self._gates[key].problem() is None:
            self._jobs[key] = asyncio.get_running_loop().create_task(self._job(key), name=f"flow {flow.id}")

    async def _job(self, key: Key) -> None:
        try:
            ended = await self._run(key, self._gates[key])
        finally:
            del self._jobs[key]  # before anybody is told, who may start the flow again
        if ended:
            await self._tell(ended)

    async def _run(self, key: Key, gate: Gate) -> Flow | None:
        """Move the data of one flow, as long as there is a lease; one taken away and given again goes on."""
        while gate.problem() is None:
            flow = await self._store.flow(*key)
            if flow is None or flow.state in {_C, _T}:
                return None
            if flow.state != _S:
                continue
            meter = self.meter_of(flow)
            try:
                async with gate.passage():
                    done = await self._move(flow, gate, meter)
                await meter.flush()
                return await self._settle(flow, done)
            except LeaseEnded as ending:
                if ending.reason == USED_UP:
                    return await self._failed(flow, f"Stopped: {ending.reason}.")
            except (TransferFailed, SourceError, StoreError) as error:
                return await self._failed(flow, str(error))
            except Exception:  # noqa: BLE001 - the worker loop of the data plane: a defect must not leave a flow silent
                _log.exception("flow %s failed unexpectedly", flow.id)
                return await self._failed(flow, "A defect of this connector stopped the transfer: see its log.")
            finally:
                with contextlib.suppress(StoreError):
                    await meter.flush()
        return None

    async def _move(self, flow: Flow, gate: Gate, meter: Meter) -> Delivered:
        way = Way(
            flow.id,
            self._client,
            gate,
            self._spender(flow, gate, meter),
            lambda facts: self._learn(flow, facts),
            self._pause,
        )
        expected = Expected() if flow.live else Expected(flow.size, flow.sha256)
        try:
            endpoint = msgspec.json.decode(flow.endpoint or b"{}", type=DataAddress)
        except msgspec.MsgspecError as error:
            raise TransferFailed("The data address of the peer cannot be read.") from error
        if flow.direction is FlowDirection.PUSH:
            source = self.sources[str((flow.source or {}).get("kind"))]
            return await push(way, endpoint, source, flow.source or {}, flow.media_type, expected)
        sink = self.sinks[str((flow.sink or {}).get("kind"))]
        return await fetch(way, endpoint, sink, flow.sink or {}, expected)

    def _spender(self, flow: Flow, gate: Gate, meter: Meter) -> Callable[[int], Awaitable[None]]:
        """Return what takes leave for bytes before they move; the first of a delivery is counted as a use."""
        counted = flow.bytes_moved > 0 and not flow.live

        async def spend(count: int) -> None:
            nonlocal counted
            if not counted:
                await self._store.commit([AddUsage(flow.owner, flow.agreement_id, uses=1, max_uses=gate.max_uses)])
                counted = True
            gate.spend(count)
            await meter.add(count)

        return spend

    async def _learn(self, flow: Flow, facts: Expected) -> None:
        if not flow.live and (facts.size, facts.sha256) != (flow.size, flow.sha256):
            await self._amend(flow, lambda _: {"size": facts.size, "sha256": facts.sha256})

    async def _settle(self, flow: Flow, done: Delivered) -> Flow | None:
        """Note that everything moved. A finite flow is completed; its token stays good for asking how it ended."""
        state = _S if flow.live else _C
        changes: list[Change] = [] if flow.live else [DropLease(flow.owner, flow.id)]
        facts = {"state": state, "size": done.size, "sha256": done.sha256, "error": None}
        stored = await self._amend(flow, lambda _: facts, *changes)
        if stored and not flow.live:
            self._forget(flow, ENDED)
        return stored

    async def _failed(self, flow: Flow, reason: str) -> Flow | None:
        _log.warning("flow %s failed: %s", flow.id, reason)
        try:
            return await self._amend(flow, lambda _: {"error": reason})
        except StoreError:
            return msgspec.structs.replace(flow, error=reason)

    async def _amend(self, flow: Flow, facts: Callable[[Flow], dict[str, Any]], *changes: Change) -> Flow | None:
        """Commit changes together with new facts of a flow; its state changes only while it is open."""
        async with self._lock(flow.owner, flow.id):
            stored = await self._store.flow(flow.owner, flow.id)
            if stored is None:
                return None
            new = facts(stored)
            if "state" in new and stored.state not in {_P, _S}:
                return None
            stored = msgspec.structs.replace(stored, updated_at=self._now(), **new)
            await self._store.commit([PutFlow(stored), *changes])
            return stored

    async def _tell(self, flow: Flow) -> None:
        if self._listener:
            await self._listener(flow.owner, self._report(flow))

    async def _stop_job_with_other_endpoint(self, request: FlowRequest) -> None:
        job = self._jobs.get((request.owner, request.flow_id))
        flow = await self._store.flow(request.owner, request.flow_id) if job else None
        if job and flow and request.endpoint and request.endpoint != flow.endpoint:
            job.cancel()
            await asyncio.wait([job])

    def _forget(self, flow: Flow, reason: str) -> None:
        key = flow.owner, flow.id
        gate = self._gates.pop(key, None)
        self._uses.pop(key, None)
        if gate:
            gate.revoke(reason)

    def _lock(self, owner: str, flow_id: str) -> asyncio.Lock:
        return self._locks.setdefault((owner, flow_id), asyncio.Lock())


def _needs_token(verb: str, direction: FlowDirection, flow: Flow | None) -> bool:
    """A serving flow gets a new token with every start, a receiving one when it is prepared or has none."""
    if direction is FlowDirection.SERVE:
        return verb == "start"
    return direction is FlowDirection.RECEIVE and (verb == "prepare" or flow is None or flow.token_hash is None)


def _push_address(url: str, token: str) -> DataAddress:
    """Return where to push, readable for our kind and, by the properties it knows, for the most deployed connector."""
    address = http_address(url, token, endpoint_type="HttpData")
    more = {"baseUrl": url, "authKey": "Authorization", "authCode": token}
    properties = tuple(EndpointProperty(name=EDC + name, value=value) for name, value in more.items())
    return msgspec.structs.replace(address, endpoint_properties=address.endpoint_properties + properties)
