"""What a data plane tells the control plane of a flow: the callbacks of the standard, and the uses that begin.

A callback is repeated until the control plane takes it or the flow is unknown there. The uses of an agreement are
counted at the control plane, before the first byte: all data planes share their number.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from connector.binding.dps.book import PlaneBook
from connector.binding.dps.client import REST_S, PlaneRefused, SignalingClient, transfer_path
from connector.binding.dps.reports import to_status
from connector.ports.dataplane import FlowReport, PlaneUnavailable
from connector.ports.entities import Flow, Plane
from connector.ports.store_errors import LimitReached, TooSoon, Unavailable
from connector.protocol.dps.messages import UseMessage
from connector.protocol.dsp.machines.transfer_machine import FlowState

_log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
LIMIT, TOO_SOON = "limit-reached", "too-soon"
"""The words with which a control plane refuses a use."""


class ControlPlanes:
    """The control planes of a data plane, by the owner of a flow. `pause` waits seconds between two attempts."""

    def __init__(
        self,
        book: PlaneBook,
        client: SignalingClient,
        new_id: Callable[[], str],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book, self._client, self._new_id, self._pause = book, client, new_id, pause
        self._telling: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def note(self, owner: str, report: FlowReport) -> None:
        """Tell a control plane that its flow has completed, failed or delivered; a later report replaces an earlier."""
        key = owner, report.flow_id
        if earlier := self._telling.pop(key, None):
            earlier.cancel()
        task = asyncio.get_running_loop().create_task(self._insist(owner, report), name=f"tell {report.flow_id}")
        self._telling[key] = task
        task.add_done_callback(lambda done: self._telling.pop(key) if self._telling.get(key) is done else None)

    async def return_(self) -> None:
        """Tell all control planes that this data plane works again: they ask for what ended meanwhile."""
        for plane in self._book.list():
            try:
                await self._client.send(plane, "POST", "/dataplanes/returned")
            except (PlaneRefused, PlaneUnavailable) as fault:
                _log.info("the control plane %s is not told of the start: %s", plane.id, fault)

    async def count_use(self, flow: Flow) -> None:
        """Count a use that begins. Raises LimitReached, TooSoon, and Unavailable if nobody can count it now."""
        plane = self._book.find(flow.owner)
        if plane is None:
            raise Unavailable("The control plane of this flow is not registered any more: nobody counts its uses.")
        if not plane.leased:
            return
        use = UseMessage(message_id=self._new_id(), data_flow_id=flow.id, bytes_moved=flow.bytes_moved)
        try:
            await self._send_use(plane, flow.id, use)
        except PlaneRefused as refused:
            told = refused.told
            if told.error == TOO_SOON:
                raise TooSoon(told.most, told.again_at, told.period) from None
            raise LimitReached(refused.reason) from None
        except PlaneUnavailable as fault:
            raise Unavailable(str(fault)) from None

    async def _send_use(self, plane: Plane, flow_id: str, use: UseMessage) -> None:
        """Send a use, and once more if the answer was lost: it counts once by its identifier."""
        try:
            await self._client.send(plane, "POST", transfer_path(flow_id, "uses"), use)
        except PlaneUnavailable:
            await self._pause(REST_S)
            await self._client.send(plane, "POST", transfer_path(flow_id, "uses"), use)

    async def close(self) -> None:
        """Stop telling; who was not told asks after the next start."""
        for task in list(self._telling.values()):
            task.cancel()

    async def _insist(self, owner: str, report: FlowReport) -> None:
        pause = FIRST_PAUSE_S
        word = "errored" if report.error else "completed" if report.state is FlowState.COMPLETED else "started"
        while (plane := self._book.find(owner)) is not None:
            try:
                status = to_status(report, self._new_id())
                await self._client.send(plane, "POST", transfer_path(report.flow_id, f"dataflow/{word}"), status)
            except PlaneRefused as refused:
                _log.warning("the control plane %s refuses a callback: %s", owner, refused)
                return
            except PlaneUnavailable:
                await self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                return
