"""What a consumer receives of a stream is stored in its sink, and then the position: in this order, so nothing is lost.

A message that comes again is left out, as far as the stored position shows it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from connector.dataplane.control.register import Register
from connector.dataplane.wire.stream_lines import KEEP_ALIVE, is_behind
from connector.ports.entities import Flow
from connector.ports.flow import Cause, Sink, SourceError
from connector.ports.stream_sink import StreamBatch, StreamMessage, StreamSink
from connector.ports.streams import Lost

_GAP, _SILENCE, _END = "gap", "silence", "end"
_AT_ONCE = 1_000


class _EventFacts(msgspec.Struct, frozen=True):
    """What an event says; of its words, only known ones are repeated."""

    reason: str = ""
    count: int | None = None


class StreamStores:
    """The places of the streams that this data plane receives."""

    def __init__(self, register: Register, sinks: Mapping[str, Sink]) -> None:
        self._register = register
        self._sinks = sinks

    def find(self, flow: Flow) -> StreamSink:
        """Return the sink of a flow. Raises SourceError if its kind takes no streams."""
        address = flow.sink or {}
        sink: object = self._sinks.get(str(address.get("kind")))
        if not isinstance(sink, StreamSink):
            raise SourceError("This kind of sink takes no streams: choose another kind.")
        sink.check_stream(address)
        return sink

    async def find_position(self, flow: Flow) -> str:
        """Return the position up to which the flow has stored everything, empty at its beginning. Raises StoreError."""
        stored = await self._register.store.flow(flow.owner, flow.id)
        return stored.cursor if stored else ""

    async def store(self, flow: Flow, messages: Sequence[StreamMessage]) -> None:
        """Store what is new of the messages, and their position. Raises SourceError, StoreError."""
        reached = await self.find_position(flow)
        kept = [one for one in messages if one.event in {"", _GAP} and is_behind(one.id, reached)]
        sink = self.find(flow)
        for begin in range(0, len(kept), _AT_ONCE):
            await sink.store(flow.sink or {}, StreamBatch(flow.id, tuple(kept[begin : begin + _AT_ONCE])))
        positions = [one.id for one in messages if one.event != _END]
        if positions and is_behind(positions[-1], reached):
            await self._register.amend(flow, lambda _: {"cursor": positions[-1]})
        await self._tell(flow, messages, reached)

    async def _tell(self, flow: Flow, messages: Sequence[StreamMessage], reached: str) -> None:
        """Say of the flow what events say: messages that are missing, and a source that is silent."""
        silent = next((one for one in reversed(messages) if one.event != KEEP_ALIVE), None)
        if silent is not None:
            is_silent = silent.event == _SILENCE
            self._register.note_wait(flow, "Nothing arrives at the source of the stream." if is_silent else None)
        for one in messages:
            if one.event == _GAP and is_behind(one.id, reached):
                told = _read(one.line)
                reason = told.reason if told.reason in {*Lost} else Lost.UNKNOWN
                count = "an unknown number of" if told.count is None else str(told.count)
                await self._register.remark(flow, f"The stream has a gap of {count} messages ({reason}).")


def is_worth_retry(error: SourceError) -> bool:
    """Return whether a sink may take the same messages later."""
    return error.cause in {Cause.UNAVAILABLE, Cause.NO_SPACE}


def _read(line: bytes) -> _EventFacts:
    try:
        return msgspec.json.decode(line, type=_EventFacts)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _EventFacts()
