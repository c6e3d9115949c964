"""The data plane in process: the verbs of Data Plane Signaling 1.0 over stored flows.

Each verb can be repeated. Verbs of one flow run one after the other. A verb that stops a flow closes its gate first, so
active streams end before the verb waits for anything. A flow that fails keeps its state and reports an error: the
control plane decides whether to start it again or to terminate it (Data Plane Signaling 1.0).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from connector.dataplane.backends.notices import Notices
from connector.dataplane.control.gate import USED_UP, Gate
from connector.dataplane.control.register import ENDED, OPEN, Delivered, FlowKey, Register, drop_what_an_end_leaves
from connector.dataplane.control.tokens import hash_token, make_token, matches, parse_token
from connector.dataplane.files.folder import FOLDER_TYPE, read_listing
from connector.dataplane.forms.choice import Choice
from connector.dataplane.signaling.hearing import StoredLeases
from connector.dataplane.signaling.looking import try_source
from connector.dataplane.signaling.reports import make_address, make_report
from connector.dataplane.signaling.typed import TypedSource
from connector.dataplane.signaling.verbs import SUSPENDED, VERBS, make_flow, needs_token
from connector.dataplane.streaming.moving import StreamMoves
from connector.dataplane.streaming.storing import StreamStores
from connector.dataplane.streaming.streams import Streams
from connector.dataplane.transfer.follow import follow, is_followed, is_stream, write_interruption
from connector.dataplane.transfer.jobs import Jobs
from connector.dataplane.treating.delivery import Treating
from connector.dataplane.treating.messages import TreatedMessages, treat_messages
from connector.dataplane.treating.source import treat
from connector.net.client import GuardedClient
from connector.ports.changes import Change, DropLease, PutFlow, PutLease
from connector.ports.dataplane import FlowListener, FlowReport, FlowRequest
from connector.ports.entities import DataFacts, Flow, FlowDirection, Lease
from connector.ports.flow import FINAL, Cause, Content, Sink, Source, SourceError
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from connector.ports.stream_sink import StreamSink
from connector.ports.streams import StreamSource
from connector.ports.treatment import Records
from connector.protocol.dsp.common import DataAddress, endpoint_url
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.views.sightings import Sighting

_RESUMED_AT_ONCE = 100
_LONGEST_REASON = 1_000
_log = logging.getLogger(__name__)


class LocalDataPlane:
    """Implements `ports.dataplane.DataPlane`, which describes the verbs.

    `public_url` is the public URL of the data-plane listener, without a slash at its end. `now` returns ms since the
    epoch. `pause` waits a number of seconds between two attempts. Without `treating`, only untreated data is served.
    `data_problem(peer, url)` returns why data must not be sent to or fetched from a URL of a peer, or None. `count` is
    that of the register, `streams` builds each kind of source of streams, `notices` has the places of those that are
    told of changes.
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
        data_problem: Callable[[str, str], str | None] = lambda *_: None,
        count: Callable[[Flow], Awaitable[None]] | None = None,
        streams: Mapping[str, Callable[[], StreamSource]] | None = None,
        notices: Notices | None = None,
    ) -> None:
        self.register = Register(store, now, count)
        self.streams = Streams(self.register, streams or {}, pause)
        self.sources = sources
        self.sinks = sinks
        self._treating = treating
        self.stores = StreamStores(self.register, sinks)
        self._jobs = Jobs(
            self.register,
            source=self.source_of,
            sinks=sinks,
            client=client,
            pause=pause,
            notify=self._notify,
            data_problem=data_problem,
            streams=StreamMoves(self.streams, self.stores, self.treat_messages),
        )
        self.leases = StoredLeases(self.register, self.streams.release, self._jobs.launch)
        self._client = client
        self._data_problem = data_problem
        self.public_url = public_url
        self.notices = notices or Notices(public_url)
        self._listener: FlowListener | None = None
        self._fetching: WeakValueDictionary[FlowKey, asyncio.Lock] = WeakValueDictionary()

    # The verbs

    async def prepare(self, request: FlowRequest) -> FlowReport:
        """Prepare a flow; a receiving flow gets its endpoint and token."""
        return await self._begin("prepare", request)

    async def draft(self, request: FlowRequest) -> tuple[FlowReport, Sequence[Change]]:
        """Return the report and the changes that start a new flow; a flow that exists is started."""
        if await self.register.store.flow(request.owner, request.flow_id):
            return await self.start(request), ()
        flow, report = self._plan("start", request, None)
        return report, [PutFlow(flow)] if flow else ()

    async def start(self, request: FlowRequest, lease: Lease | None = None) -> FlowReport:
        """Create or start the flow, with its lease if there is one; a serving flow gets a new token."""
        flow = await self.register.store.flow(request.owner, request.flow_id)
        if flow and request.endpoint and request.endpoint != flow.endpoint:
            await self._jobs.wait_for_end((request.owner, request.flow_id), stop=True)
        return await self._begin("start", request, lease)

    async def renew(self, lease: Lease) -> None:
        """Grant or renew the lease; an older lease, or one for a flow that is not active, is ignored.

        The first lease starts a flow that was prepared to receive: its peer needs nothing else to begin.
        """
        async with self.register.lock(lease.owner, lease.flow_id):
            flow = await self.register.store.flow(lease.owner, lease.flow_id)
            if flow is None or flow.state not in OPEN:
                return
            gate = await self.register.find_gate(flow)
            changes: list[Change] = [PutLease(lease)]
            if flow.state == FlowState.PREPARED and flow.direction is FlowDirection.RECEIVE:
                flow = msgspec.structs.replace(flow, state=FlowState.STARTED, updated_at=self.register.now())
                changes.append(PutFlow(flow))
            try:
                await self.register.store.commit(changes)
            except Conflict:
                return
            if gate.grant(lease):
                self._launch(flow)

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Stop moving bytes immediately; tokens remain valid."""
        _log.info("flow %s suspended: %s", flow_id, reason)
        return await self._halt("suspend", owner, flow_id, SUSPENDED)

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        """Resume a suspended flow with its addresses and tokens."""
        async with self.register.lock(owner, flow_id):
            flow = await self.register.store.flow(owner, flow_id)
            wanted = VERBS["resume"].get(FlowState(flow.state)) if flow else None
            if flow is None or wanted is None:
                state = FlowState(flow.state) if flow else FlowState.NONE
                return FlowReport(flow_id=flow_id, state=state, error=f"The flow is {state}: it cannot be resumed.")
            if wanted != flow.state:
                flow = msgspec.structs.replace(flow, state=wanted, error=None, updated_at=self.register.now())
                await self.register.store.commit([PutFlow(flow)])
            (await self.register.find_gate(flow)).await_lease()
            return make_report(self.register, flow)

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        """Complete the flow."""
        return await self._halt("complete", owner, flow_id, ENDED)

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Terminate the flow."""
        _log.info("flow %s terminated: %s", flow_id, reason)
        return await self._halt("terminate", owner, flow_id, f"{ENDED}: {reason[:_LONGEST_REASON].removesuffix('.')}")

    async def fetch(self, request: FlowRequest) -> FlowReport:
        """Fetch the data once more for a live flow; an error is reported and does not change the flow."""
        key = request.owner, request.flow_id
        async with self._fetching.setdefault(key, asyncio.Lock()):
            await self._jobs.wait_for_end(key)
            flow = await self.register.store.flow(*key)
            if (
                flow is None
                or flow.state != FlowState.STARTED
                or flow.direction is not FlowDirection.FETCH
                or not flow.live
                or is_stream(flow.endpoint)
            ):
                state = FlowState(flow.state) if flow else FlowState.NONE
                return FlowReport(
                    flow_id=request.flow_id,
                    state=state,
                    error=f"The flow is {state}: only a started live flow can fetch again.",
                )
            if request.endpoint and request.endpoint != flow.endpoint:
                flow = await self.register.amend(flow, lambda _: {"endpoint": request.endpoint}) or flow
            gate = await self.register.find_gate(flow)
            outcome = await self._jobs.fetch_once(flow, gate)
        if isinstance(outcome, str):
            return make_report(self.register, flow, outcome)
        await self._notify(outcome)
        return make_report(self.register, outcome)

    async def follow(self, owner: str, flow_id: str, after: str) -> AsyncIterator[bytes]:
        """Yield the lines of a stream that this side reads, from behind a position on."""
        flow = await self.register.store.flow(owner, flow_id)
        if flow is not None and is_followed(flow.sink):
            yield write_interruption("The messages of this transfer go to its sink.", again=False)
            return
        if flow is None or flow.state != FlowState.STARTED or not is_stream(flow.endpoint):
            state = FlowState(flow.state) if flow else FlowState.NONE
            again = state in {FlowState.PREPARED, FlowState.SUSPENDED}
            yield write_interruption(f"The flow is {state}: only a started stream can be followed.", again=again)
            return
        endpoint = msgspec.json.decode(flow.endpoint or b"{}", type=DataAddress)
        problem = self._data_problem(flow.peer, endpoint_url(endpoint) or "")
        gate = await self.register.find_gate(flow)
        async for lines in follow(self._client, self.register, flow, gate, after, problem):
            yield lines

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        """Return the report of a flow; None if the flow is unknown."""
        flow = await self.register.store.flow(owner, flow_id)
        return make_report(self.register, flow) if flow else None

    def listen(self, listener: FlowListener) -> None:
        """Set the listener for flows that complete or fail."""
        self._listener = listener

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        """Return when the data of a source last changed (ms); None if that is unknown."""
        kind = self.sources.get(str(source.get("kind")))
        if kind is None:
            return None
        try:
            return await kind.changed_at(source)
        except SourceError as error:
            _log.warning("the age of a source is unknown: %s", error)
            return None

    async def look(self, source: dict[str, Any], media_type: str, records: Records | None) -> Sighting | str:
        """Try a source; return what its data shows, or why it cannot be read."""
        try:
            if self.streams.has(source):
                await self.streams.find_source(source).probe(source)
                return Sighting(media_type=media_type)
            return await try_source(self.sources, source, media_type, records)
        except SourceError as error:
            return str(error)

    async def describe(self, source: dict[str, Any]) -> DataFacts:
        """Return what is known of the data of a source now; of failing data only the last change.

        The facts of a folder are those of its listing, and change with each member that is added, removed or changed.
        """
        kind = self.sources.get(str(source.get("kind")))
        facts = DataFacts(changed_at=await self.changed_at(source))
        if kind is None:
            return facts
        try:
            async with kind.open(source) as content:
                if content.media_type == FOLDER_TYPE:
                    return await _describe_folder(content, facts)
                return msgspec.structs.replace(facts, size=content.size, sha256=content.sha256, name=content.name)
        except (SourceError, ValueError) as error:
            _log.warning("the facts of a source are unknown: %s", error)
            return facts

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        """Return why these addresses are not supported, or None."""
        fault = self._find_fault(source, sink)
        return str(fault) if fault else None

    # Start and stop

    async def resume_flows(self, owner: str) -> None:
        """Resume the started flows of an owner after a restart; those with a valid lease continue immediately."""
        for number, flow in enumerate(await self.register.store.flows(owner, state=FlowState.STARTED), start=1):
            if flow.plane:
                continue  # another data plane has it
            await self.register.find_gate(flow)
            self._jobs.launch(flow)
            if number % _RESUMED_AT_ONCE == 0:
                # Reads do not wait, so nothing else would run before the last flow. One that changes meanwhile has no
                # lease any more, and is not launched.
                await asyncio.sleep(0)
        await self.streams.resume(owner)

    async def take_up(self, owner: str) -> None:
        """Move the flows of an owner that a process has left which had the store too."""
        for flow in await self.register.store.flows_left(owner):
            await self.register.find_gate(flow)
            await self.leases.look((owner, flow.id))

    async def close(self) -> None:
        """Stop all streams and jobs and book their bytes; the flows keep their state and can be resumed."""
        for gate in self.register.gates.values():
            gate.revoke("the data plane is stopping")
        await self._jobs.close()
        await self.streams.close()

    # For the listener

    async def admit(self, flow_id: str, authorization: str | None) -> Flow | None:
        """Return the flow if the token of the request belongs to it; None for every other flow and token."""
        token = parse_token(authorization)
        flow = await self.register.store.flow_of_token(hash_token(token)) if token else None
        if token is None or flow is None or flow.id != flow_id or not matches(token, flow.token_hash):
            return None
        return flow

    def source_of(self, flow: Flow, gate: Gate, *, head: bool = False, choice: Choice | None = None) -> Source:
        """Return the source of a flow, treated as its lease requires. Raises SourceError, LeaseEnded.

        For the `head` of an answer alone, nothing is treated: it has what is known without it. A `choice` narrows what
        the treatment leaves.
        """
        source = self.sources.get(str((flow.source or {}).get("kind")))
        if source is None:
            raise SourceError(
                "The source of this flow is of a kind that is not supported any more: terminate the transfer."
            )
        typed = TypedSource(source, flow.media_type)
        return treat(typed, flow, gate, self._treating, self.register, head=head, choice=choice)

    def treat_messages(self, flow: Flow, gate: Gate) -> TreatedMessages | None:
        """Return the treatment of the messages of a flow as its lease requires. Raises Untreatable, LeaseEnded."""
        return treat_messages(flow, gate, self._treating, self.register)

    async def note_delivery(self, flow: Flow, done: Delivered) -> None:
        """Record that a push was received completely, and notify the listener."""
        stored = await self.register.settle(flow, done)
        if stored:
            await self._notify(stored)

    async def note_failure(self, flow: Flow, reason: str, cause: Cause) -> None:
        """Record that a flow has failed for good, and notify the listener."""
        failed = await self.register.fail(flow, reason, cause)
        if failed:
            await self._notify(failed)

    async def note_source_failure(self, flow: Flow, error: SourceError) -> None:
        """Record that the source of a served flow failed; a finite flow ends at once if no later attempt can succeed.

        Otherwise the peer tries again, and both sides can read why.
        """
        self.register.note_source(flow.owner, flow.dataset, str(error))
        self.register.note_wait(flow, str(error))
        if error.cause in FINAL and not flow.live:
            await self.note_failure(flow, str(error), error.cause)

    async def report_if_used_up(self, flow: Flow) -> None:
        """Notify the listener if the bytes or uses that the lease allows are used up.

        A flow that needs more bytes than allowed fails. The control plane decides whether more uses are allowed.
        """
        gate = self.register.gates.get((flow.owner, flow.id))
        if gate is None:
            return  # the flow has ended meanwhile
        if gate.used_up:
            await self.note_failure(flow, f"Stopped: {USED_UP}.", Cause.LIMIT)
        elif gate.max_uses is not None and not self.register.is_open(flow):
            usage = await self.register.store.usage(flow.owner, flow.agreement_id)
            if usage.uses >= gate.max_uses and self._listener:
                await self._listener(
                    flow.owner, msgspec.structs.replace(make_report(self.register, flow), used_up=True)
                )

    # Inside

    def _launch(self, flow: Flow) -> None:
        if self.streams.is_stream(flow):
            self.streams.attend(flow)
        self._jobs.launch(flow)

    def _find_fault(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> SourceError | None:
        """Return why these addresses cannot be used, or None."""
        for address, kinds, word in ((source, self.sources, "source"), (sink, self.sinks, "sink")):
            if address is None:
                continue
            kind = kinds.get(str(address.get("kind")))
            streams = word == "source" and self.streams.has(address)
            if kind is None and not streams:
                known = sorted({*kinds, *(self.streams.list_kinds() if word == "source" else ())})
                return SourceError(f"This kind of {word} is not supported: use one of {', '.join(known)}.")
            try:
                if kind is not None:
                    self._check_place(kind, address)
                else:
                    self.streams.find_source(address)
            except SourceError as error:
                return error
        return None

    def _check_place(self, kind: Source | Sink, address: dict[str, Any]) -> None:
        """Raise SourceError if an address cannot be used, or is to take a stream and cannot."""
        kind.check(address)
        if is_followed(address):
            if not isinstance(kind, StreamSink):
                raise SourceError("This kind of sink takes no streams: choose another kind.")
            kind.check_stream(address)

    async def _begin(self, verb: str, request: FlowRequest, lease: Lease | None = None) -> FlowReport:
        async with self.register.lock(request.owner, request.flow_id):
            known = await self.register.store.flow(request.owner, request.flow_id)
            flow, report = self._plan(verb, request, known)
            if flow is None:
                return report
            await self.register.store.commit([PutFlow(flow), *([PutLease(lease)] if lease else [])])
            gate = await self.register.find_gate(flow)
            gate.await_lease()
            if lease:
                gate.grant(lease)
            self._launch(flow)
            return report

    def _plan(self, verb: str, request: FlowRequest, flow: Flow | None) -> tuple[Flow | None, FlowReport]:
        """Return the flow that a verb makes of the stored one, or None if it makes nothing, and the report."""
        state = FlowState(flow.state) if flow else FlowState.NONE
        wanted = VERBS[verb].get(state)
        if flow and wanted is None:
            problem = f"The flow is {state}: it cannot {verb}." if state == FlowState.TERMINATED else None
            return None, make_report(self.register, flow, problem)
        fault = self._find_fault(request.source, request.sink)
        if fault and request.source is not None:
            self.register.note_source(request.owner, request.dataset, str(fault))
        if fault or wanted is None:
            side = Cause.UNAVAILABLE if request.source is not None else Cause.NOT_STORED
            error, cause = (str(fault), fault.cause or side) if fault else (None, None)
            return None, FlowReport(flow_id=request.flow_id, state=state, error=error, cause=cause)
        token = make_token() if needs_token(verb, request.direction, flow) else None
        flow = make_flow(request, flow, wanted, token, self.register.now())
        report = make_report(self.register, flow)
        if token:
            report = msgspec.structs.replace(report, data_address=self._write_address(flow, token))
        return flow, report

    def _write_address(self, flow: Flow, token: str) -> bytes:
        return make_address(flow, token, self.public_url, stream=self.streams.is_stream(flow))

    async def _halt(self, verb: str, owner: str, flow_id: str, reason: str) -> FlowReport:
        gate = self.register.gates.get((owner, flow_id))
        if gate:
            gate.revoke(reason)
        async with self.register.lock(owner, flow_id):
            flow = await self.register.store.flow(owner, flow_id)
            state = FlowState(flow.state) if flow else FlowState.NONE
            wanted = VERBS[verb].get(state)
            if flow is None:
                return FlowReport(flow_id=flow_id, state=wanted or FlowState.NONE)
            if wanted is None:
                return make_report(self.register, flow, f"The flow is {state}: it cannot {verb}.")
            token_hash = flow.token_hash if wanted == FlowState.SUSPENDED else None
            flow = msgspec.structs.replace(flow, state=wanted, token_hash=token_hash, updated_at=self.register.now())
            if wanted == FlowState.SUSPENDED:
                await self.register.store.commit([PutFlow(flow), DropLease(owner, flow_id)])
                if gate := self.register.gates.get((owner, flow_id)):
                    gate.revoke(reason)  # a lease that was on its way may have opened it meanwhile
            else:
                await self.register.store.commit([PutFlow(flow), *drop_what_an_end_leaves(owner, flow_id)])
                self.register.forget(flow, reason)
                self.streams.release(flow)
            return make_report(self.register, flow)

    async def _notify(self, flow: Flow) -> None:
        if self._listener:
            await self._listener(flow.owner, make_report(self.register, flow))


async def _describe_folder(listing: Content, facts: DataFacts) -> DataFacts:
    """Return the facts of a folder by its listing; `facts` are those of its data by date."""
    members = read_listing(b"".join([chunk async for chunk in listing.chunks])).members
    # A digest that is not known yet would change the one of the listing later. And who gets a single file compares what
    # is stated with the digest of that file.
    stable = len(members) != 1 and all(member.sha256 for member in members)
    return DataFacts(
        size=sum(member.size for member in members),
        sha256=listing.sha256 if stable else None,
        changed_at=listing.changed_at or facts.changed_at,
    )
