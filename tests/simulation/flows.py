"""A data plane of the simulation: it moves no bytes, but knows at every moment whether it would."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.changes import Change
from connector.ports.dataplane import FlowListener, FlowReport, FlowRequest
from connector.ports.entities import FlowDirection, Lease
from connector.protocol.dsp.common import http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState


class SimulatedDataPlane:
    """Implements `ports.dataplane.DataPlane`. Flows survive a crash, as they do in the store; leases too."""

    def __init__(self, name: str, now: Callable[[], int], moves: Callable[[str], None]) -> None:
        self.name = name
        self._now = now
        self._moves = moves
        self.states: dict[str, FlowState] = {}
        self.leases: dict[str, Lease] = {}
        self.requests: dict[str, FlowRequest] = {}
        self._tokens = 0
        self._listener: FlowListener | None = None

    def moving(self) -> set[str]:
        """Return the flows whose bytes would leave or arrive now."""
        now = self._now()
        started = {flow for flow, state in self.states.items() if state is FlowState.STARTED}
        ends = {flow: self.leases[flow].valid_until for flow in started & self.leases.keys()}
        return {flow for flow, end in ends.items() if end is None or end > now}

    def crash(self) -> None:
        """Forget who listened."""
        self._listener = None

    async def finish(self, flow_id: str) -> None:
        """Let a moving flow have delivered everything."""
        self.states[flow_id] = FlowState.COMPLETED
        self.leases.pop(flow_id, None)
        if self._listener:
            await self._listener("default", FlowReport(flow_id=flow_id, state=FlowState.COMPLETED))

    async def prepare(self, request: FlowRequest) -> FlowReport:
        return await self._open(request, FlowState.PREPARED)

    async def draft(self, request: FlowRequest) -> tuple[FlowReport, Sequence[Change]]:
        # Known too early, but without a lease, and nobody has the token before the commit.
        return await self._open(request, FlowState.STARTED), ()

    async def start(self, request: FlowRequest, lease: Lease | None = None) -> FlowReport:
        report = await self._open(request, FlowState.STARTED)
        if lease and not report.error:
            await self.renew(lease)
        return report

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        if self.states.get(flow_id) is FlowState.SUSPENDED:
            self.states[flow_id] = FlowState.STARTED
        return self._report(flow_id)

    async def fetch(self, request: FlowRequest) -> FlowReport:
        return self._report(request.flow_id)

    async def renew(self, lease: Lease) -> None:
        await asyncio.sleep(0)
        if self.states.get(lease.flow_id) in {FlowState.PREPARED, FlowState.STARTED}:
            self.states[lease.flow_id] = FlowState.STARTED
            self.leases[lease.flow_id] = lease
            self._moves(lease.flow_id)

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        return await self._halt(flow_id, FlowState.SUSPENDED)

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        return await self._halt(flow_id, FlowState.COMPLETED)

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        return await self._halt(flow_id, FlowState.TERMINATED)

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        return self._report(flow_id) if flow_id in self.states else None

    def listen(self, listener: FlowListener) -> None:
        self._listener = listener

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        return None

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        return None

    async def _open(self, request: FlowRequest, state: FlowState) -> FlowReport:
        await asyncio.sleep(0)
        known = self.states.get(request.flow_id)
        if known in {FlowState.COMPLETED, FlowState.TERMINATED}:
            return FlowReport(flow_id=request.flow_id, state=known, error=f"the flow is {known}")
        self.states[request.flow_id] = state
        self.requests[request.flow_id] = request
        if request.direction in {FlowDirection.SERVE, FlowDirection.RECEIVE}:
            self._tokens += 1
            address = http_address(f"https://{self.name}.example/flows", f"{self.name}-token-{self._tokens}")
            return FlowReport(flow_id=request.flow_id, state=state, data_address=msgspec.json.encode(address))
        return self._report(request.flow_id)

    async def _halt(self, flow_id: str, state: FlowState) -> FlowReport:
        self.leases.pop(flow_id, None)
        await asyncio.sleep(0)
        if self.states.get(flow_id) not in {FlowState.COMPLETED, FlowState.TERMINATED}:
            self.states[flow_id] = state
        return self._report(flow_id)

    def _report(self, flow_id: str) -> FlowReport:
        return FlowReport(flow_id=flow_id, state=self.states.get(flow_id, FlowState.NONE))
