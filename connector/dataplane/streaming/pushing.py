"""Push a stream: batches of messages are sent to the data address of the peer, and each is acknowledged by its answer.

A batch is bounded in messages, bytes and time. While one is on its way, the next ones wait in the journal: a slow peer
slows down nobody but itself. The position behind a batch is stored when the peer has answered with a status of success;
so after a break, also a restart of either side, the stream goes on behind it, and a batch can come twice. A gap is a
line in its place; a line shows every `ALIVE_S` that the stream lives though nothing is sent.
"""

import time
from collections.abc import Awaitable, Callable

from connector.dataplane.control.uses import Attempt
from connector.dataplane.streaming.framing import FORMS
from connector.dataplane.streaming.journal import Journal
from connector.dataplane.streaming.reading import Piece, StreamReader, find_start
from connector.dataplane.transfer.retry import (
    AttemptContext,
    Credential,
    TransferFailed,
    is_transient,
    parse_retry_after,
)
from connector.dataplane.treating.messages import TreatedMessages
from connector.dataplane.wire.stream_lines import LINES, STREAM_POSITION
from connector.net.errors import Blocked, NetError, Unwilling
from connector.protocol.dsp.common import DataAddress, endpoint_url, is_http

MOST_PIECES = 500
MOST_BYTES = 512 * 1024
LINGER_S = 0.2
ALIVE_S = 30.0
_ANSWER_S = 30.0
_PAUSES_S = (0.25, 30.0)
_MOST_REFUSALS = 6
_NO_SPACE = 507


class StreamPush:
    """The stream of one flow, from the position `cursor` on; `acknowledge` stores a position that the peer has."""

    def __init__(
        self,
        context: AttemptContext,
        endpoint: DataAddress,
        journal: Journal,
        cursor: str,
        treated: TreatedMessages | None,
        media_type: str,
        acknowledge: Callable[[str], Awaitable[None]],
    ) -> None:
        self._context = context
        self._url = endpoint_url(endpoint) or ""
        self._credential = Credential(endpoint)
        self._is_http = is_http(endpoint)
        self._journal = journal
        self._acknowledge = acknowledge
        start = find_start(journal, cursor, "")
        self._reader = StreamReader(journal, FORMS[LINES], start, media_type, treated, ALIVE_S)

    async def run(self, *, continues: bool) -> None:
        """Send batches until cancelled; a stream has no end. `continues` is true if messages were sent before.

        Raises TransferFailed if the peer refuses for good, StoreError, LeaseEnded, LimitReached.
        """
        if not self._url or not self._is_http:
            raise TransferFailed("The data address of the peer is none of HTTP: ask the consumer to correct it.")
        attempt: Attempt | None = Attempt(offset=int(continues), version=self._journal.state.generation)
        while True:
            pieces = await self._collect()
            if attempt is not None:
                await self._context.use.begin(attempt)
                attempt = None
            # Once for each message, however often a batch is sent: what is counted are the bytes of the stream.
            await self._context.use.spend(sum(len(piece.data) for piece in pieces if piece.payload))
            await self._send(b"".join(piece.data for piece in pieces), self._reader.id)
            await self._acknowledge(self._reader.id)
            self._context.waits(None)

    async def _collect(self) -> list[Piece]:
        """Wait for messages; return those that there are soon after, within the bounds of a batch."""
        pieces = list[Piece]()
        while not pieces:
            pieces = await self._reader.next()
        begun = time.monotonic()
        while len(pieces) < MOST_PIECES and sum(len(piece.data) for piece in pieces) < MOST_BYTES:
            left = begun + LINGER_S - time.monotonic()
            if self._journal.state.last > self._reader.position:
                pieces += await self._reader.next()
            elif left <= 0 or not await self._journal.wait(self._reader.position, self._journal.trouble, left):
                break
        return pieces

    async def _send(self, body: bytes, position: str) -> None:
        """Send a batch again and again until the peer has it. Raises TransferFailed after too many refusals."""
        shortest, longest = _PAUSES_S
        pause, refusals = shortest, 0
        while True:
            reason, wish, final = await self._try(body, position)
            if reason is None:
                return
            refusals = refusals + 1 if final else 0
            if refusals >= _MOST_REFUSALS:
                raise TransferFailed(f"{reason} It was tried {refusals} times: start the transfer again.")
            self._context.waits(reason)
            await self._context.pause(max(pause, wish or 0.0))
            pause = min(2 * pause, longest)

    async def _try(self, body: bytes, position: str) -> tuple[str | None, float | None, bool]:
        """Send a batch once; return why it was not taken, if so, the wished pause, and whether it was refused."""
        headers = {**self._credential.headers(), "Content-Type": LINES, STREAM_POSITION: position}
        try:
            answer = await self._context.client.request(
                "POST", self._url, headers=headers, body=body, timeout_s=_ANSWER_S
            )
        except (Blocked, Unwilling) as error:
            raise TransferFailed(f"The peer's data endpoint cannot be used: {error}") from error
        except NetError as error:
            return f"The peer's data endpoint failed: {error}", None, False
        if 200 <= answer.status < 300:
            return None, None, False
        if self._credential.try_other_form(answer.status):
            return await self._try(body, position)
        reason = f"The peer's data endpoint answered with status {answer.status}."
        return reason, parse_retry_after(answer.headers.get("Retry-After")), not is_transient(answer.status)
