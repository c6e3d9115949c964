"""Take a stream by pull into a sink: as long as the lease holds, from the stored position on, whatever breaks between.

The peer sends as fast as lines are stored: while the sink is slow, the connection is not read. A stream that ends for
good ends the transfer with the reason of the peer.
"""

import msgspec

from connector.dataplane.control.uses import Attempt
from connector.dataplane.streaming.storing import StreamStores, is_worth_retry
from connector.dataplane.transfer.follow import STREAM, LineTooLong, cut_lines, read_refusal
from connector.dataplane.transfer.retry import AttemptContext, Credential, TransferFailed, is_transient
from connector.dataplane.wire.fields import read_media_type
from connector.dataplane.wire.stream_lines import LINES, BadLines, read_lines
from connector.net.errors import Blocked, NetError, Unwilling
from connector.ports.entities import Flow
from connector.ports.flow import SourceError
from connector.ports.stream_sink import StreamMessage
from connector.protocol.dsp.common import DataAddress, endpoint_url
from connector.protocol.dsp.errors import clean

_IDLE_S = 30.0
_PAUSES_S = (0.25, 30.0)
_MOST_REFUSALS = 6


class _End(msgspec.Struct, frozen=True):
    reason: str = ""
    message: str = ""
    again: bool = True


class StreamTake:
    """The stream of one flow. `run` raises TransferFailed, SourceError, StoreError, LeaseEnded, LimitReached."""

    def __init__(self, context: AttemptContext, endpoint: DataAddress, flow: Flow, stores: StreamStores) -> None:
        self._context = context
        self._url = endpoint_url(endpoint) or ""
        self._credential = Credential(endpoint)
        self._flow = flow
        self._stores = stores
        self._moved = False
        self._refusals = 0

    async def run(self) -> None:
        """Take messages until cancelled; a connection that breaks is opened again, less and less often."""
        self._stores.find(self._flow)
        shortest, longest = _PAUSES_S
        pause = shortest
        while True:
            self._moved = False
            reason = await self._try()
            pause = shortest if self._moved else min(2 * pause, longest)
            if self._refusals >= _MOST_REFUSALS:
                raise TransferFailed(f"{reason} It was tried {self._refusals} times: start the transfer again.")
            if reason:
                self._context.waits(reason)
            await self._context.pause(pause)

    async def _try(self) -> str:
        """Open the stream once and read it until it breaks; return why it broke."""
        after = await self._stores.find_position(self._flow)
        headers = {**self._credential.headers(), "Accept": LINES, **({"Last-Event-ID": after} if after else {})}
        try:
            async with self._context.client.stream("GET", self._url, headers=headers, idle_s=_IDLE_S) as answer:
                if answer.status != 200 or read_media_type(answer.headers.get("Content-Type")) != LINES:
                    if self._credential.try_other_form(answer.status):
                        return ""
                    self._refusals = 0 if is_transient(answer.status) else self._refusals + 1
                    return await read_refusal(answer)
                self._refusals = 0
                continues = bool(after) or self._flow.bytes_moved > 0
                await self._context.use.begin(Attempt(offset=int(continues), version=STREAM))
                async for lines in cut_lines(answer.chunks()):
                    await self._take(read_lines(lines.split(b"\n")))
        except (Blocked, Unwilling, LineTooLong, BadLines) as error:
            raise TransferFailed(f"The stream of the peer cannot be taken: {error}") from error
        except NetError as error:
            return f"The peer's data endpoint failed: {error}"
        except SourceError as error:
            if not is_worth_retry(error):
                raise
            return str(error)
        return "The stream ended."

    async def _take(self, messages: list[StreamMessage]) -> None:
        await self._context.use.spend(sum(len(one.line) + 1 for one in messages if not one.event))
        await self._stores.store(self._flow, messages)
        self._moved = self._moved or any(not one.event for one in messages)
        ending = next((one for one in messages if one.event == "end"), None)
        if ending is not None:
            end = _read_end(ending.line)
            if not end.again:
                raise TransferFailed(f"The provider ended the stream: {clean(end.message, 300)}")


def _read_end(line: bytes) -> _End:
    try:
        return msgspec.json.decode(line, type=_End)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _End()
