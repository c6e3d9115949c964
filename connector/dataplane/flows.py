"""The data plane in process: the verbs of Data Plane Signaling 1.0 over durable flows.

A flow's states and what each verb makes of them are the table `VERBS`. Every verb may be repeated. Verbs of one flow
run one after the other; a running stream is ended through its gate before the verb waits for anything. A flow that
fails by itself keeps its state and reports an error, as Data Plane Signaling has it: whether to start again or to
terminate is the control plane's decision.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

import msgspec

from connector.dataplane.control.gate import USED_UP, Gate
from connector.dataplane.control.register import ENDED, Delivered, FlowKey, Register
from connector.dataplane.control.tokens import hash_token, matches, new_token, parse_token
from connector.dataplane.kinds import Treating
from connector.dataplane.transfer.jobs import Jobs
from connector.dataplane.treating.treatment import treat
from connector.net.client import GuardedClient
from connector.ports.changes import Change, Conflict, DropLease, PutFlow, PutLease
from connector.ports.dataplane import FlowListener, FlowReport, FlowRequest
from connector.ports.entities import Flow, FlowDirection, Lease
from connector.ports.flow import Sink, Source, SourceError
from connector.ports.store import Store
from connector.protocol.dsp.common import EDC, DataAddress, EndpointProperty, http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState

SUSPENDED = "the transfer is suspended"

_N, _P, _S = FlowState.NONE, FlowState.PREPARED, FlowState.STARTED
_U, _C, _T = FlowState.SUSPENDED, FlowState.COMPLETED, FlowState.TERMINATED

# What a verb makes of a state; a state that is missing stays as it is. A flow that was never created (NONE) moves
# nothing, so to suspend or end it is done already. A suspended flow may be completed: the control plane tells the data
# plane only where it stands in the end, not every step in between.
VERBS: Mapping[str, Mapping[FlowState, FlowState]] = {
    "prepare": {_N: _P, _P: _P},
    "start": {_N: _S, _P: _S, _S: _S, _U: _S},
    "resume": {_P: _P, _S: _S, _U: _S},
    "suspend": {_N: _U, _P: _U, _S: _U, _U: _U},
    "complete": {_N: _C, _P: _C, _S: _C, _U: _C, _C: _C, _T: _T},
    "terminate": {_N: _T, _P: _T, _S: _T, _U: _T, _C: _C, _T: _T},
}

_log = logging.getLogger(__name__)


class LocalDataPlane:
    """Implements `ports.dataplane.DataPlane`. See there for the verbs.

    `public_url` is where peers reach the listener of `pull.make_app` (without a slash at its end), `now` gives ms since
    the epoch, `pause` waits a number of seconds between attempts. Without `treating` only untreated data leaves.
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
        treating: Treating | None = None,
    ) -> None:
        self.register = Register(store, now)
        self.sources = sources
        self.sinks = sinks
        self._treating = treating
        self._jobs = Jobs(
            self.register, source=self.source_of, sinks=sinks, client=client, pause=pause, tell=self._tell
        )
        self._public_url = public_url
        self._listener: FlowListener | None = None
        self._fetching: WeakValueDictionary[FlowKey, asyncio.Lock] = WeakValueDictionary()

    # The verbs

    async def prepare(self, request: FlowRequest) -> FlowReport:
        """Make ready; a receiving flow gets its endpoint and token."""
        return await self._begin("prepare", request)

    async def start(self, request: FlowRequest) -> FlowReport:
        """Create or take up the flow; a serving flow gets a new token."""
        flow = await self.register.store.flow(request.owner, request.flow_id)
        if flow and request.endpoint and request.endpoint != flow.endpoint:
            await self._jobs.wait_for_end((request.owner, request.flow_id), stop=True)
        return await self._begin("start", request)

    async def renew(self, lease: Lease) -> None:
        """Give or renew the lease; a lease for a flow that does not run (any more), or an older one, is ignored.

        A flow that was prepared to receive is started by its first lease: its peer needs nothing more from us.
        """
        async with self.register.lock(lease.owner, lease.flow_id):
            flow = await self.register.store.flow(lease.owner, lease.flow_id)
            if flow is None or flow.state not in {_P, _S}:
                return
            gate = await self.register.find_gate(flow)
            changes: list[Change] = [PutLease(lease)]
            if flow.state == _P and flow.direction is FlowDirection.RECEIVE:
                flow = msgspec.structs.replace(flow, state=_S, updated_at=self.register.now())
                changes.append(PutFlow(flow))
            try:
                await self.register.store.commit(changes)
            except Conflict:
                return
            if gate.grant(lease):
                self._jobs.launch(flow)

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Stop moving bytes at once; tokens stay."""
        _log.info("flow %s is suspended: %s", flow_id, reason)
        return await self._halt("suspend", owner, flow_id, SUSPENDED)

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        """Take up a suspended flow with the addresses and tokens it has."""
        async with self.register.lock(owner, flow_id):
            flow = await self.register.store.flow(owner, flow_id)
            wanted = VERBS["resume"].get(FlowState(flow.state)) if flow else None
            if flow is None or wanted is None:
                state = FlowState(flow.state) if flow else _N
                return FlowReport(flow_id=flow_id, state=state, error=f"The flow is {state}: it cannot be resumed.")
            if wanted != flow.state:
                flow = msgspec.structs.replace(flow, state=wanted, error=None, updated_at=self.register.now())
                await self.register.store.commit([PutFlow(flow)])
            (await self.register.find_gate(flow)).await_lease()
            return self._report(flow)

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        """End the flow as done."""
        return await self._halt("complete", owner, flow_id, ENDED)

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """End the flow for good."""
        _log.info("flow %s is terminated: %s", flow_id, reason)
        return await self._halt("terminate", owner, flow_id, ENDED)

    async def fetch(self, request: FlowRequest) -> FlowReport:
        """Fetch once more for a flow that is kept open. What goes wrong is reported and leaves the flow as it is."""
        key = request.owner, request.flow_id
        async with self._fetching.setdefault(key, asyncio.Lock()):
            await self._jobs.wait_for_end(key)
            flow = await self.register.store.flow(*key)
            if flow is None or flow.state != _S or flow.direction is not FlowDirection.FETCH or not flow.live:
                state = FlowState(flow.state) if flow else _N
                return FlowReport(flow_id=request.flow_id, state=state, error="There is no open flow to fetch for.")
            if request.endpoint and request.endpoint != flow.endpoint:
                flow = await self.register.amend(flow, lambda _: {"endpoint": request.endpoint}) or flow
            gate = await self.register.find_gate(flow)
            outcome = await self._jobs.fetch_once(flow, gate)
        if isinstance(outcome, str):
            return self._report(flow, outcome)
        await self._tell(outcome)
        return self._report(outcome)

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        """Return what is known of a flow."""
        flow = await self.register.store.flow(owner, flow_id)
        return self._report(flow) if flow else None

    def listen(self, listener: FlowListener) -> None:
        """Name the one listener."""
        self._listener = listener

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        """Return when the data of a source last changed (ms), None where that is not known."""
        kind = self.sources.get(str(source.get("kind")))
        if kind is None:
            return None
        try:
            return await kind.changed_at(source)
        except SourceError as error:
            _log.warning("the age of a source is not known: %s", error)
            return None

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
        for flow in await self.register.store.flows(owner, state=_S):
            await self.register.find_gate(flow)
            self._jobs.launch(flow)

    async def close(self) -> None:
        """End all streams and jobs and book what they moved; the flows stay as they are, to be resumed."""
        for gate in self.register.gates.values():
            gate.revoke("the data plane is shutting down")
        await self._jobs.close()

    # For the listener (pull, receive)

    async def admit(self, flow_id: str, authorization: str | None) -> Flow | None:
        """Return the flow that a request's token opens; None for every other combination of flow and token."""
        token = parse_token(authorization)
        flow = await self.register.store.flow_of_token(hash_token(token)) if token else None
        if token is None or flow is None or flow.id != flow_id or not matches(token, flow.token_hash):
            return None
        return flow

    def source_of(self, flow: Flow, gate: Gate) -> Source:
        """Return the source of a flow as its lease lets the data leave. Raises SourceError, LeaseEnded."""
        source = self.sources.get(str((flow.source or {}).get("kind")))
        if source is None:
            raise SourceError("The address of this flow is of a kind that is not configured (any longer).")
        return treat(source, flow, gate, self._treating, self.register)

    async def note_delivery(self, flow: Flow, done: Delivered) -> None:
        """Note that a push to us arrived whole, and tell the listener."""
        stored = await self.register.settle(flow, done)
        if stored:
            await self._tell(stored)

    async def tell_if_spent(self, flow: Flow) -> None:
        """Tell the listener where a stream or a refusal has left nothing of what the lease allows.

        More bytes than were allowed end the flow; uses are counted, and whether there are more is decided elsewhere.
        """
        gate = await self.register.find_gate(flow)
        if gate.used_up:
            failed = await self.register.fail(flow, f"Stopped: {USED_UP}.")
            if failed:
                await self._tell(failed)
        elif gate.max_uses is not None and not self.register.is_in_use(flow):
            usage = await self.register.store.usage(flow.owner, flow.agreement_id)
            if usage.uses >= gate.max_uses and self._listener:
                await self._listener(flow.owner, msgspec.structs.replace(self._report(flow), used_up=True))

    # Inside

    async def _begin(self, verb: str, request: FlowRequest) -> FlowReport:
        async with self.register.lock(request.owner, request.flow_id):
            flow = await self.register.store.flow(request.owner, request.flow_id)
            state = FlowState(flow.state) if flow else _N
            wanted = VERBS[verb].get(state)
            if flow and wanted is None:
                return self._report(flow, f"The flow is {state}: it cannot {verb}." if state == _T else None)
            problem = self.supports(request.source, request.sink)
            if problem or wanted is None:
                return FlowReport(flow_id=request.flow_id, state=state, error=problem)
            token = new_token() if _needs_token(verb, request.direction, flow) else None
            flow = self._flow_from(request, flow, wanted, token)
            await self.register.store.commit([PutFlow(flow)])
            gate = await self.register.find_gate(flow)
            gate.await_lease()
            self._jobs.launch(flow)
            return self._report(flow, token=token)

    async def _halt(self, verb: str, owner: str, flow_id: str, reason: str) -> FlowReport:
        gate = self.register.gates.get((owner, flow_id))
        if gate:
            gate.revoke(reason)
        async with self.register.lock(owner, flow_id):
            flow = await self.register.store.flow(owner, flow_id)
            state = FlowState(flow.state) if flow else _N
            wanted = VERBS[verb].get(state)
            if flow is None:
                return FlowReport(flow_id=flow_id, state=wanted or _N)
            if wanted is None:
                return self._report(flow, f"The flow is {state}: to {verb} it changes nothing.")
            token_hash = flow.token_hash if wanted == _U else None
            flow = msgspec.structs.replace(flow, state=wanted, token_hash=token_hash, updated_at=self.register.now())
            await self.register.store.commit([PutFlow(flow), DropLease(owner, flow_id)])
            if wanted != _U:
                self.register.forget(flow, reason)
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
        token_hash = hash_token(token) if token else flow.token_hash
        return msgspec.structs.replace(
            flow, state=state, token_hash=token_hash, error=None, updated_at=self.register.now(), **given
        )

    def _report(self, flow: Flow, error: str | None = None, token: str | None = None) -> FlowReport:
        gate = self.register.gates.get((flow.owner, flow.id))
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
            in_use=self.register.is_in_use(flow),
        )

    async def _tell(self, flow: Flow) -> None:
        if self._listener:
            await self._listener(flow.owner, self._report(flow))


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
