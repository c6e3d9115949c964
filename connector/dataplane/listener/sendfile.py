"""Send a file to a peer's socket in the kernel with `sendfile(2)`: the bytes never pass through this process.

Own threads move one step after the other over a duplicate of the connection's socket. Bytes are taken from the lease
before each step, and those that the kernel did not accept are given back, so the lease limits them like copied chunks.
The event loop waits for a slow peer; no thread does.

Bytes that are queued in the kernel change if the file is written meanwhile. The caller therefore copies the end of the
data itself, after the peer has confirmed everything before it: if the file has changed, the answer stays incomplete.
"""

import asyncio
import errno
import os
import select
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.meter import Meter
from connector.dataplane.files.below_root import await_job
from connector.dataplane.listener.confirming import Outflow
from connector.ports.flow import LocalFile, SourceError

SMALLEST = 1024 * 1024
TAIL = 64 * 1024
STEP = 8 * 1024 * 1024
_CALL = 1024 * 1024
_PATIENCE_MS = 2
_ROUNDS = 5
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="sendfile")


@dataclass
class _StreamStep:
    """One step of a stream: the bytes that the kernel accepted, and whether the thread has to stop."""

    moved: int = 0
    stop: bool = False
    full: bool = False
    unable: bool = False

    def end(self) -> None:
        """Make the thread return as soon as possible."""
        self.stop = True


def find_plain_connection(request: web.Request) -> asyncio.Transport | None:
    """Return the connection of a request if bytes can be written to its socket directly, so not with TLS."""
    transport = request.transport
    if transport is None or transport.get_extra_info("ssl_object") or transport.get_extra_info("socket") is None:
        return None
    return transport


async def send_file(
    transport: asyncio.Transport, file: LocalFile, offset: int, count: int, gate: Gate, meter: Meter, stall_s: float
) -> int:
    """Send `count` bytes from `offset` on, after the head of the answer was written; return how many were sent.

    Fewer or none are sent if the connection or the file system does not support it: the caller copies the rest. Raises
    LeaseEnded, SourceError, StoreError, ConnectionError, or TimeoutError after `stall_s` seconds without progress.
    """
    if not await _is_head_sent(transport):
        return 0
    sent = 0
    # The transport may close its socket at any moment, and the number of the descriptor may then be another peer's.
    out = os.dup(transport.get_extra_info("socket").fileno())
    try:
        while sent < count:
            if transport.is_closing():
                raise ConnectionResetError("the peer closed the connection")
            allowed, step = gate.take(min(STEP, count - sent)), _StreamStep()
            try:
                job = asyncio.get_running_loop().run_in_executor(
                    _THREADS, _move, out, file, offset + sent, allowed, step
                )
                await await_job(job, step.end)
            finally:
                gate.give_back(allowed - step.moved)
                meter.note(step.moved)
                sent += step.moved
            await meter.book_if_due()
            if step.unable:
                return sent
            if step.full:
                await _wait_for_room(out, stall_s)
        await Outflow(transport, out).wait_confirmed(stall_s)
        return sent
    finally:
        os.close(out)


async def _is_head_sent(transport: asyncio.Transport) -> bool:
    """Return whether everything written to the transport was sent: no byte of the file may precede it."""
    for _ in range(_ROUNDS):
        if not transport.get_write_buffer_size():
            return True
        await asyncio.sleep(0)
    return False


def _move(out: int, file: LocalFile, offset: int, count: int, step: _StreamStep) -> None:
    """Move one step, in a thread, until all of it is sent, the peer accepts no more, or `step.stop` is set."""
    room = select.poll()
    room.register(out, select.POLLOUT)
    while step.moved < count and not step.stop:
        file.check()
        try:
            moved = os.sendfile(out, file.descriptor, offset + step.moved, min(_CALL, count - step.moved))
        except BlockingIOError:
            if not room.poll(_PATIENCE_MS):
                step.full = True
                return
            continue
        except (ConnectionError, TimeoutError):
            raise
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                step.unable = True
                return
            raise SourceError(f"The file cannot be sent: {os.strerror(error.errno or errno.EIO)}.") from error
        if not moved:
            raise SourceError("The file became shorter while it was sent: start the transfer again.")
        step.moved += moved


async def _wait_for_room(out: int, stall_s: float) -> None:
    """Wait until the socket accepts more bytes."""
    loop = asyncio.get_running_loop()
    writable = asyncio.Event()
    loop.add_writer(out, writable.set)
    try:
        async with asyncio.timeout(stall_s):
            await writable.wait()
    finally:
        loop.remove_writer(out)
