"""Follow the stream of a peer: its lines of JSON are passed on as they arrive, from the position that the reader names.

Nothing is kept here: the position is the reader's, and if the reader is slow, so is the connection to the peer. What
ends the connection is one more line, `{"event": "interrupted"}`, which says why and whether to try again.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from connector.dataplane.control.gate import Gate, LeaseEnded
from connector.dataplane.control.register import Register
from connector.dataplane.control.uses import Attempt
from connector.dataplane.transfer.retry import Credential, is_transient
from connector.dataplane.wire.fields import read_media_type
from connector.dataplane.wire.stream_lines import LINES
from connector.net.client import GuardedClient, Stream
from connector.net.errors import Blocked, NetError, Unwilling
from connector.policy.model.policy import DK
from connector.ports.entities import Flow
from connector.ports.store_errors import LimitReached, StoreError
from connector.protocol.dsp.common import DataAddress, endpoint_property, endpoint_url

FORM = DK + "form"
STREAM = "stream"
"""The property of a data address, and its value, by which a consumer knows a stream before it reads it."""

_IDLE_S = 30.0
_LONGEST_LINE = 8 * 1024 * 1024
_LONGEST_ERROR = 8 * 1024


class _RefusedStream(msgspec.Struct, frozen=True):
    message: str = ""


def is_followed(sink: Mapping[str, Any] | None) -> bool:
    """Return whether the messages of a stream go to a place of this data plane as they arrive, and not to a reader."""
    return sink is not None and sink.get("follow") is True


def is_stream(endpoint: bytes | None) -> bool:
    """Return whether a data address (JSON) is that of a stream."""
    try:
        address = msgspec.json.decode(endpoint or b"{}", type=DataAddress)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return endpoint_property(address, FORM) == STREAM


async def follow(
    client: GuardedClient, register: Register, flow: Flow, gate: Gate, after: str, problem: str | None
) -> AsyncIterator[bytes]:
    """Yield whole lines of the stream behind the position `after`, until it ends or the connection breaks.

    `problem` is why data must not be fetched from the address of the flow, or None.
    """
    endpoint = msgspec.json.decode(flow.endpoint or b"{}", type=DataAddress)
    url, credential, meter = endpoint_url(endpoint), Credential(endpoint), register.make_meter(flow)
    if url is None or problem:
        yield write_interruption(problem or "The data address of the peer has no endpoint.", again=False)
        return
    headers = {**credential.headers(), "Accept": LINES, **({"Last-Event-ID": after} if after else {})}
    try:
        async with gate.open_passage(), client.stream("GET", url, headers=headers, idle_s=_IDLE_S) as answer:
            if answer.status != 200 or read_media_type(answer.headers.get("Content-Type")) != LINES:
                yield write_interruption(await read_refusal(answer), again=is_transient(answer.status))
                return
            await register.begin_use(flow, gate, Attempt(offset=int(flow.bytes_moved > 0), version=STREAM))
            async for lines in cut_lines(answer.chunks()):
                gate.spend(len(lines))
                await meter.add(len(lines))
                register.note_wait(flow, None)
                yield lines
            yield write_interruption("The stream ended.", again=True)
    except LeaseEnded as ending:
        yield write_interruption(f"Stopped: {ending.reason}.", again=False)
    except (Blocked, Unwilling, LimitReached) as error:
        yield write_interruption(str(error), again=False)
    except (NetError, StoreError, LineTooLong) as error:
        register.note_wait(flow, str(error))
        yield write_interruption(str(error), again=not isinstance(error, LineTooLong))
    finally:
        with suppress(StoreError):
            await meter.flush()


def write_interruption(message: str, *, again: bool) -> bytes:
    """Return the line that says why nothing more comes over this connection."""
    return msgspec.json.encode({"event": "interrupted", "message": message, "again": again}) + b"\n"


class LineTooLong(Exception):
    """A line of the peer is longer than any message may be."""


async def cut_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield whole lines; what is behind the last line end waits for the next chunk."""
    rest = b""
    async for chunk in chunks:
        head, end, tail = chunk.rpartition(b"\n")
        if end:
            yield rest + head + end
            rest = tail
        else:
            rest += chunk
        if len(rest) > _LONGEST_LINE:
            raise LineTooLong("The peer sends a message that is larger than any may be: the stream was left.")


async def read_refusal(answer: Stream) -> str:
    """Return why the peer refuses: its own sentence, if it is one."""
    body = b""
    async for chunk in answer.chunks():
        body += chunk
        if len(body) > _LONGEST_ERROR:
            break
    told = ""
    with suppress(msgspec.MsgspecError, RecursionError):
        told = msgspec.json.decode(body, type=_RefusedStream).message[:1_000]
    status = f"The peer's data endpoint answered with status {answer.status}"
    return f"{status}: {told}" if told and told.isprintable() else f"{status}."
