"""The data planes of a control plane behind the one port: that of this process, and all that are registered.

A flow whose source or sink is of the kind `plane` goes to a registered data plane, and stays there: this side stores
which one it is before the first message, so a repeated message reaches the same one. Every other flow stays here.

The identifier of a message that begins a flow follows from the flow: the same message again is a repeat at the other
end (Data Plane Signaling 1.0, Start), whenever it is sent.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from connector.binding.dps.book import PlaneBook
from connector.binding.dps.client import PlaneRefused, SignalingClient, flow_path
from connector.binding.dps.placing import LIVE, MEDIA_TYPE, Placed, choose_plane, find_placed, read_placed
from connector.binding.dps.reports import to_report
from connector.binding.dps.stored import draft_flow, name_message, remember, to_lease_message, to_request
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.ports.changes import AddUsage, Change, DropLease, PutFlow, PutLease, UseReplayKey
from connector.ports.dataplane import AddressLost, FlowListener, FlowReport, FlowRequest, PlaneUnavailable
from connector.ports.entities import DataFacts, Flow, FlowDirection, Lease, Plane
from connector.ports.store import Store
from connector.ports.treatment import Records
from connector.protocol.dps.messages import (
    DataFlowPrepareMessage,
    DataFlowResumeMessage,
    DataFlowStartedNotificationMessage,
    DataFlowStartMessage,
    DataFlowState,
    DataFlowStatusMessage,
    DataFlowStatusResponseMessage,
    DataFlowSuspendMessage,
    DataFlowTerminateMessage,
)
from connector.protocol.dsp.agreement_keys import find_id
from connector.protocol.dsp.common import DataAddress, endpoint_url
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.views.sightings import Sighting

_log = logging.getLogger(__name__)
CALLBACK_S = 10.0
"""How long a start waits for the callback of a plane that needs time, in seconds."""
OPEN = (FlowState.NONE, FlowState.PREPARED, FlowState.STARTED, FlowState.SUSPENDED)
_MOVED_THERE = frozenset({FlowDirection.PUSH, FlowDirection.FETCH})
_ENDED = frozenset({FlowState.COMPLETED, FlowState.TERMINATED})


@dataclass(frozen=True)
class Wire:
    """What the messages to data planes need: who this side is, the planes, the client, a clock (ms), identifiers.

    `lease` is how long a lease is at most (ms). `dataspace` names the data space in messages; `claims` returns the
    verified claims of a counterparty, and `data_problem` why its URL must not be dialled, or None.
    """

    participant: str
    dataspace: str
    book: PlaneBook
    client: SignalingClient
    now: Callable[[], int]
    new_id: Callable[[], str]
    claims: Callable[[str], Mapping[str, Any]]
    data_problem: Callable[[str, str], str | None]
    lease: int = 60_000


class DataPlanes:
    """Implements `ports.dataplane.DataPlane`, which describes the verbs, over `here` and the registered planes."""

    def __init__(self, here: LocalDataPlane, store: Store, wire: Wire) -> None:
        self.here = here
        self._store, self._wire = store, wire
        self._listener: FlowListener | None = None
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._awaited: dict[str, asyncio.Future[FlowReport]] = {}

    # The verbs

    async def prepare(self, request: FlowRequest) -> FlowReport:
        """Prepare a flow, here or where its sink is."""
        if (placed := find_placed(request)) is None:
            return await self.here.prepare(request)
        return await self._begin(request, placed)

    async def draft(self, request: FlowRequest) -> tuple[FlowReport, Sequence[Change]]:
        """Return the report of a start; a flow at another data plane is stored before its message is sent."""
        if (placed := find_placed(request)) is None:
            return await self.here.draft(request)
        return await self._begin(request, placed), ()

    async def start(self, request: FlowRequest, lease: Lease | None = None) -> FlowReport:
        """Start a flow, or start it again with the address that the counterparty has now."""
        if (placed := find_placed(request)) is None:
            return await self.here.start(request, lease)
        flow = await self._store.flow(request.owner, request.flow_id)
        if flow is None or flow.state == FlowState.NONE:
            report = await self._begin(request, placed)
            if report.error or request.direction is FlowDirection.PUSH:
                return await self._grant(report, lease)
            flow = await self._store.flow(request.owner, request.flow_id)
        if flow is None or flow.direction in {FlowDirection.SERVE, FlowDirection.RECEIVE}:
            return await self._begin(request, placed)
        return await self._grant(await self._go_on(flow, request.endpoint), lease)

    async def renew(self, lease: Lease) -> None:
        """Grant or renew a lease; a plane without leases was started by the verb alone."""
        flow = await self._find(lease.owner, lease.flow_id)
        if flow is None:
            await self.here.renew(lease)
            return
        await self._store.commit([PutLease(lease)])
        flow = await self._move_if_lost(flow)
        plane = self._require(flow)
        if flow.direction is FlowDirection.RECEIVE and flow.state == FlowState.PREPARED:
            flow = await self._call(flow, plane, "started", DataFlowStartedNotificationMessage(message_id=self._new()))
        if plane.leased:
            usage = await self._store.usage(flow.owner, flow.agreement_id)
            message = to_lease_message(lease, usage.bytes_moved, self._new(), self._wire.now())
            await self._call(flow, plane, "lease", message, news=True)

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Suspend a flow."""
        flow = await self._find(owner, flow_id)
        if flow is None:
            return await self.here.suspend(owner, flow_id, reason)
        message = DataFlowSuspendMessage(message_id=self._new(), reason=reason)
        return await self._halt(flow, FlowState.SUSPENDED, "suspend", message)

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        """Resume a suspended flow."""
        flow = await self._find(owner, flow_id)
        if flow is None:
            return await self.here.resume(owner, flow_id)
        return await self._go_on(flow, None)

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        """Complete a flow."""
        flow = await self._find(owner, flow_id)
        if flow is None:
            return await self.here.complete(owner, flow_id)
        return await self._halt(flow, FlowState.COMPLETED, "completed", None)

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Terminate a flow."""
        flow = await self._find(owner, flow_id)
        if flow is None:
            return await self.here.terminate(owner, flow_id, reason)
        message = DataFlowTerminateMessage(message_id=self._new(), reason=reason)
        return await self._halt(flow, FlowState.TERMINATED, "terminate", message)

    async def fetch(self, request: FlowRequest) -> FlowReport:
        """Fetch once more for a live flow; the standard has no such verb, so only the plane of this process does."""
        if find_placed(request) is None:
            return await self.here.fetch(request)
        told = "Another data plane receives this data, and it delivers once: request a new transfer."
        return FlowReport(flow_id=request.flow_id, state=FlowState.STARTED, error=told)

    async def follow(self, owner: str, flow_id: str, after: str) -> AsyncIterator[bytes]:
        """Yield the lines of a stream that the plane of this process reads; of one elsewhere there are none here."""
        if await self._find(owner, flow_id) is None:
            async for lines in self.here.follow(owner, flow_id, after):
                yield lines

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        """Return the report of a flow; of a silent data plane, what it told last."""
        flow = await self._find(owner, flow_id)
        if flow is None:
            return await self.here.report(owner, flow_id)
        if flow.state in _ENDED or flow.state == FlowState.NONE:
            return remember(flow)
        try:
            plane = self._require(flow)
            path = flow_path(flow.plane_flow or flow.id, "status")
            status = await self._wire.client.ask(plane, "GET", path, DataFlowStatusResponseMessage)
        except PlaneUnavailable as fault:
            return msgspec.structs.replace(remember(flow), waits=str(fault))
        except PlaneRefused as refused:
            told = f"The data plane {flow.plane} does not know the flow any more: {refused.reason}"
            return msgspec.structs.replace(remember(flow), error=told if refused.status == 404 else None)
        report = to_report(flow.id, status) if status else remember(flow)
        await self._note(flow, report)
        return msgspec.structs.replace(report, in_use=True) if flow.owed else report

    def listen(self, listener: FlowListener) -> None:
        """Set the listener for flows that complete or fail, wherever they are."""
        self._listener = listener
        self.here.listen(listener)

    # Sources and sinks

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        """Return when data last changed; nobody knows it of data at another data plane."""
        return None if source.get("kind") == "plane" else await self.here.changed_at(source)

    async def describe(self, source: dict[str, Any]) -> DataFacts:
        """Return what is known of data now; of data at another data plane, nothing."""
        return DataFacts() if source.get("kind") == "plane" else await self.here.describe(source)

    async def look(self, source: dict[str, Any], media_type: str, records: Records | None) -> Sighting | str:
        """Try a source; data at another data plane is not looked at."""
        if source.get("kind") == "plane":
            return Sighting(media_type=media_type)
        return await self.here.look(source, media_type, records)

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        """Return why addresses are not supported, or None."""
        for address in (source, sink):
            if address is not None and address.get("kind") == "plane":
                placed = read_placed(address)
                if isinstance(placed, str):
                    return placed
                planes = self._wire.book.list()
                return None if any(placed.fits(plane) for plane in planes) else placed.explain()
        return self.here.supports(source, sink)

    # From the data planes

    async def hear(self, flow: Flow, report: FlowReport) -> None:
        """Take notice of a callback: store what has become of the flow, and tell the listener what has ended."""
        if flow.state in _ENDED:
            return
        waiting = self._awaited.get(flow.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(report)
        await self._note(flow, report, of_verb=False)
        if self._listener and (report.error or report.used_up or report.state is FlowState.COMPLETED):
            await self._listener(flow.owner, report)

    async def begin_use(self, flow: Flow, once: UseReplayKey, count: AddUsage) -> None:
        """Count a use of a flow that begins, by a message that counts once; one that is owed was counted before."""
        async with self._locks.setdefault(flow.id, asyncio.Lock()):
            stored = await self._store.flow(flow.owner, flow.id) or flow
            begun = PutFlow(msgspec.structs.replace(stored, begun=True, owed=False))
            await self._store.commit([once, begun] if stored.owed else [once, count, begun])

    async def catch_up(self, plane: str) -> None:
        """Ask a data plane that has started again what became of its active flows."""
        for flow in await self._store.flows_of(self._wire.book.owner, plane, state=FlowState.STARTED):
            report = await self.report(flow.owner, flow.id)
            if report and self._listener and (report.error or report.state is FlowState.COMPLETED):
                await self._listener(flow.owner, report)

    async def count_open(self, plane: str) -> int:
        """Return how many flows a data plane has that have not ended."""
        owner = self._wire.book.owner
        return sum([len(await self._store.flows_of(owner, plane, state=state)) for state in OPEN])

    async def give_up(self, plane: str) -> None:
        """End the flows of a removed data plane, whose transfers end with that reason."""
        owner, told = self._wire.book.owner, f"The data plane {plane} was removed."
        for state in OPEN:
            for flow in await self._store.flows_of(owner, plane, state=state):
                ended = msgspec.structs.replace(flow, state=FlowState.TERMINATED, error=told)
                await self._store.commit([PutFlow(ended), DropLease(owner, flow.id)])
                if self._listener:
                    await self._listener(owner, remember(ended))

    # Inside

    async def _find(self, owner: str, flow_id: str) -> Flow | None:
        """Return a flow that another data plane has."""
        flow = await self._store.flow(owner, flow_id)
        return flow if flow is not None and flow.plane else None

    def _require(self, flow: Flow) -> Plane:
        plane = self._wire.book.find(flow.plane)
        if plane is None:
            raise PlaneUnavailable(f"The data plane {flow.plane} of the flow {flow.id} is not registered any more.")
        return plane

    def _new(self) -> str:
        return self._wire.new_id()

    async def _begin(self, request: FlowRequest, placed: Placed) -> FlowReport:
        """Send the message that begins a flow, to the plane that has it or to a chosen one, which is stored before."""
        async with self.here.register.lock(request.owner, request.flow_id):
            flow = await self._store.flow(request.owner, request.flow_id)
            if flow is not None and flow.state in _ENDED:
                return msgspec.structs.replace(remember(flow), error=f"The flow is {flow.state}: it cannot start.")
            plane = self._choose(flow, placed, request)
            if plane is None:
                return FlowReport(flow_id=request.flow_id, state=FlowState.NONE, error=placed.explain())
            problem = self._find_data_problem(request)
            if problem:
                return FlowReport(flow_id=request.flow_id, state=FlowState.NONE, error=problem, cause="address")
            message_id = name_message(request)
            if flow is None or flow.plane != plane.id:
                owed = flow is not None and (flow.begun or flow.owed) and not flow.live
                flow = draft_flow(request, plane.id, message_id, owed=owed)
                await self._store.commit([PutFlow(flow)])
            return await self._send_begin(flow, plane, request, placed, message_id)

    def _choose(self, flow: Flow | None, placed: Placed, request: FlowRequest) -> Plane | None:
        """Return the plane that has a flow, or one for it: instead of a silent one another, if there is one."""
        known = self._wire.book.find(flow.plane) if flow else None
        silence = self._wire.client.find_silence
        if known is not None and flow is not None:
            silent = silence(known.id)
            if silent is None or (flow.state != FlowState.NONE and silent < self._wire.lease):
                return known
        planes = [plane for plane in self._wire.book.list() if plane != known]
        answering = [plane for plane in planes if silence(plane.id) is None]
        return choose_plane(answering, placed, request) or known or choose_plane(planes, placed, request)

    async def _move_if_lost(self, flow: Flow) -> Flow:
        """Return the flow, at another plane if its own was silent for so long that no lease of it is left.

        Raises AddressLost where the counterparty needs another address for that.
        """
        silence = self._wire.client.find_silence(flow.plane)
        request = to_request(flow)
        placed = find_placed(request)
        if placed is not None and silence is not None and silence >= self._wire.lease:
            other = self._choose(flow, placed, request)
            if other is not None and other.id != flow.plane and flow.direction is not FlowDirection.RECEIVE:
                _log.warning("the data plane %s is silent: %s has the flow %s now", flow.plane, other.id, flow.id)
                if flow.direction is FlowDirection.SERVE:
                    raise AddressLost(f"The data plane {flow.plane} is gone, and {other.id} has the data too.")
                return await self._begin_again(flow, request, placed)
        if flow.state == FlowState.NONE and placed is not None and flow.direction in _MOVED_THERE:
            # This process ended between the choice of a plane and its answer.
            return await self._begin_again(flow, request, placed)
        return flow

    async def _begin_again(self, flow: Flow, request: FlowRequest, placed: Placed) -> Flow:
        report = await self._begin(request, placed)
        if report.error:
            raise PlaneUnavailable(report.error)
        if flow.direction is FlowDirection.FETCH:
            await self._go_on(await self._store.flow(flow.owner, flow.id) or flow, request.endpoint)
        return await self._store.flow(flow.owner, flow.id) or flow

    async def _send_begin(
        self, flow: Flow, plane: Plane, request: FlowRequest, placed: Placed, message_id: str
    ) -> FlowReport:
        consumer = request.direction in {FlowDirection.FETCH, FlowDirection.RECEIVE}
        base = self._describe(request, placed, plane, message_id)
        address = msgspec.json.decode(request.endpoint, type=DataAddress) if request.endpoint else None
        message: DataFlowPrepareMessage = (
            DataFlowPrepareMessage(**base) if consumer else DataFlowStartMessage(**base, data_address=address)
        )
        path = "/dataflows/prepare" if consumer else "/dataflows/start"
        try:
            status = await self._wire.client.ask(plane, "POST", path, DataFlowStatusMessage, message)
        except PlaneRefused as refused:
            if request.direction is FlowDirection.RECEIVE:
                # No transfer is stored yet. Of any other flow, the end of its transfer ends what a plane may have.
                await self._store.commit([PutFlow(msgspec.structs.replace(flow, state=FlowState.TERMINATED))])
            told = f"The data plane {plane.id} refuses the flow: {refused.reason}"
            return FlowReport(flow_id=flow.id, state=FlowState.NONE, error=told, cause=refused.told.cause)
        if status is None:
            raise PlaneUnavailable(f"The data plane {plane.id} answers a start with nothing.")
        flow = msgspec.structs.replace(flow, plane_flow=status.data_flow_id)
        if status.state not in {DataFlowState.PREPARING, DataFlowState.STARTING}:
            await self._note(flow, to_report(flow.id, status))
            return to_report(flow.id, status)
        return await self._await_callback(flow, plane)

    async def _await_callback(self, flow: Flow, plane: Plane) -> FlowReport:
        """Return what a plane tells that needs time for a start (Asynchronous Transitions). Raises PlaneUnavailable."""
        await self._note(flow, FlowReport(flow_id=flow.id, state=FlowState.NONE))
        waiting: asyncio.Future[FlowReport] = asyncio.get_running_loop().create_future()
        self._awaited[flow.id] = waiting
        try:
            async with asyncio.timeout(CALLBACK_S):
                report = await waiting
        except TimeoutError:
            told = f"The data plane {plane.id} has not told within {CALLBACK_S:g} s that the flow is ready."
            return FlowReport(flow_id=flow.id, state=FlowState.NONE, error=told)
        finally:
            self._awaited.pop(flow.id, None)
        await self._note(flow, report)
        return report

    def _describe(self, request: FlowRequest, placed: Placed, plane: Plane, message_id: str) -> dict[str, Any]:
        """Return the members of the message that begins a flow. No address of ours contains a secret of this side."""
        metadata = dict(placed.address)
        if plane.leased:
            metadata |= {MEDIA_TYPE: request.media_type, **({LIVE: True} if request.live else {})}
        return {
            "message_id": message_id,
            "participant_id": self._wire.participant,
            "counter_party_id": request.peer,
            "dataspace_context": self._wire.dataspace,
            "process_id": request.flow_id,
            "agreement_id": find_id(request.agreement_id),
            "dataset_id": request.dataset,
            "profile": placed.find_profile(plane, request.direction) or "",
            "claims": dict(self._wire.claims(request.peer)),
            "metadata": metadata or None,
            "labels": placed.labels or None,
        }

    def _find_data_problem(self, request: FlowRequest) -> str | None:
        """Return why the address of the counterparty must not be dialled: this side knows the participant list."""
        if not request.endpoint:
            return None
        url = endpoint_url(msgspec.json.decode(request.endpoint, type=DataAddress)) or ""
        return self._wire.data_problem(request.peer, url)

    async def _go_on(self, flow: Flow, endpoint: bytes | None) -> FlowReport:
        """Start a prepared flow, or resume one, with the address of the counterparty if it has one."""
        plane = self._require(flow)
        address = msgspec.json.decode(endpoint, type=DataAddress) if endpoint else None
        if flow.state == FlowState.PREPARED and flow.direction is FlowDirection.FETCH:
            message: msgspec.Struct = DataFlowStartedNotificationMessage(message_id=self._new(), data_address=address)
            flow = await self._call(flow, plane, "started", message)
        else:
            message = DataFlowResumeMessage(message_id=self._new(), data_address=address)
            flow = await self._call(flow, plane, "resume", message, wanted=FlowState.STARTED)
        if endpoint and endpoint != flow.endpoint:
            await self._store.commit([PutFlow(msgspec.structs.replace(flow, endpoint=endpoint))])
        return remember(flow)

    async def _grant(self, report: FlowReport, lease: Lease | None) -> FlowReport:
        if lease is not None and not report.error:
            await self.renew(lease)
        return report

    async def _halt(self, flow: Flow, wanted: FlowState, verb: str, message: msgspec.Struct | None) -> FlowReport:
        """Stop or end a flow; one that its plane does not know, or whose plane was removed, moves nothing."""
        plane = self._wire.book.find(flow.plane)
        if plane is not None and flow.state not in _ENDED:
            try:
                flow = await self._call(flow, plane, verb, message, wanted=wanted)
            except PlaneRefused as refused:
                if refused.status != 404 and wanted is FlowState.SUSPENDED:
                    raise PlaneUnavailable(f"The data plane {plane.id} does not suspend: {refused.reason}") from None
                _log.warning("the data plane %s refuses to %s %s: %s", plane.id, verb, flow.id, refused.reason)
        async with self._locks.setdefault(flow.id, asyncio.Lock()):
            stored = await self._store.flow(flow.owner, flow.id) or flow
            halted = msgspec.structs.replace(stored, state=wanted, updated_at=self._wire.now())
            await self._store.commit([PutFlow(halted), DropLease(flow.owner, flow.id)])
        return remember(halted)

    async def _call(
        self,
        flow: Flow,
        plane: Plane,
        verb: str,
        message: msgspec.Struct | None,
        *,
        wanted: FlowState | None = None,
        news: bool = False,
    ) -> Flow:
        """Call a verb of a flow that a plane has; return the flow as it is stored then. With `news`, an end is told."""
        path = flow_path(flow.plane_flow or flow.id, verb)
        method = "POST"
        try:
            status = await self._wire.client.ask(plane, method, path, DataFlowStatusMessage, message)
        except PlaneRefused as refused:
            if verb in {"suspend", "terminate", "completed"}:
                raise
            raise PlaneUnavailable(f"The data plane {plane.id} refuses to {verb}: {refused.reason}") from None
        state = wanted or (FlowState.STARTED if verb == "started" else FlowState(flow.state))
        report = to_report(flow.id, status) if status else msgspec.structs.replace(remember(flow), state=state)
        noted = await self._note(flow, report)
        if news and self._listener and (report.error or report.state is FlowState.COMPLETED):
            await self._listener(flow.owner, report)
        return noted

    async def _note(self, flow: Flow, report: FlowReport, *, of_verb: bool = True) -> Flow:
        """Store what a plane reports, and book the bytes that are new; return the flow as it is stored then.

        What is told without being asked (`of_verb` is false) may be older than the last verb: of its states, only the
        end is news.
        """
        async with self._locks.setdefault(flow.id, asyncio.Lock()):
            stored = await self._store.flow(flow.owner, flow.id) or flow
            moved = max(stored.bytes_moved, report.bytes_moved)
            old = stored.state in _ENDED or (not of_verb and report.state is not FlowState.COMPLETED)
            new = msgspec.structs.replace(
                stored,
                state=stored.state if old or report.state is FlowState.NONE else report.state,
                plane_flow=flow.plane_flow,
                bytes_moved=moved,
                size=report.size,
                sha256=report.sha256,
                error=report.error,
            )
            if new == stored:
                return stored
            changes: list[Change] = [PutFlow(msgspec.structs.replace(new, updated_at=self._wire.now()))]
            if count := moved - stored.bytes_moved:
                changes.append(AddUsage(flow.owner, flow.agreement_id, bytes_moved=count, flow_id=flow.id))
            await self._store.commit(changes)
            return new
