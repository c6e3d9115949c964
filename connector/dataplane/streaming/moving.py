"""The streams that this side moves by itself: it pushes messages to a peer, or takes those of a peer into a sink."""

from collections.abc import Callable

from connector.dataplane.control.gate import Gate
from connector.dataplane.streaming.pushing import StreamPush
from connector.dataplane.streaming.storing import StreamStores
from connector.dataplane.streaming.streams import Streams
from connector.dataplane.streaming.taking import StreamTake
from connector.dataplane.transfer.follow import is_followed, is_stream
from connector.dataplane.transfer.retry import AttemptContext
from connector.dataplane.treating.messages import TreatedMessages
from connector.ports.entities import Flow, FlowDirection
from connector.protocol.dsp.common import DataAddress


class StreamMoves:
    """Moves streams; `treat` returns the treatment of the messages of a flow."""

    def __init__(
        self, streams: Streams, stores: StreamStores, treat: Callable[[Flow, Gate], TreatedMessages | None]
    ) -> None:
        self._streams = streams
        self._stores = stores
        self._treat = treat

    def has(self, flow: Flow) -> bool:
        """Return whether a flow is a stream that this side moves."""
        if flow.direction is FlowDirection.PUSH:
            return self._streams.has(flow.source)
        return flow.direction is FlowDirection.FETCH and is_stream(flow.endpoint) and is_followed(flow.sink)

    async def move(self, flow: Flow, gate: Gate, context: AttemptContext, endpoint: DataAddress) -> None:
        """Move the messages of a flow until cancelled; a stream has no end.

        Raises TransferFailed, SourceError, StoreError, LeaseEnded, LimitReached.
        """
        if flow.direction is FlowDirection.FETCH:
            await StreamTake(context, endpoint, flow, self._stores).run()
            return
        journal, cursor = await self._streams.find(flow)

        async def acknowledge(position: str) -> None:
            await self._streams.acknowledge(flow, position)

        treated = self._treat(flow, gate)
        push = StreamPush(context, endpoint, journal, cursor, treated, flow.media_type, acknowledge)
        await push.run(continues=flow.bytes_moved > 0)
