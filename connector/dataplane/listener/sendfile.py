"""From a file to a peer's socket in the kernel: `sendfile(2)`, so that the bytes never pass through this process.

Threads of its own move one step after the other over a duplicate of the connection's socket. Leave is taken before
each step and what the kernel did not take is given back, so a lease holds as it does for chunks that are copied. A peer
that is slow is waited for in the event loop and holds no thread.

Pages on their way show what is written to the file meanwhile. So the end of the data is left to be copied by the
caller, and only when the peer has confirmed everything before it: if the file changed until then, the answer stays
incomplete.
"""

import asyncio
import errno
import fcntl
import os
import select
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.meter import Meter
from connector.dataplane.files.below_root import await_job
from connector.ports.flow import LocalFile, SourceError

SMALLEST = 1024 * 1024
TAIL = 64 * 1024
STEP = 8 * 1024 * 1024
_CALL = 1024 * 1024
_PATIENCE_MS = 2
_ROUNDS = 5
_LOOKS = (0.0005, 0.05)
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="sendfile")


@dataclass
class _StreamStep:
    """One step of a stream: what the kernel took, and whether to stop, read by the thread between two calls."""

    moved: int = 0
    stop: bool = False
    full: bool = False
    unable: bool = False

    def end(self) -> None:
        """Let the thread come back as soon as it can."""
        self.stop = True


def plain_connection(request: web.Request) -> asyncio.Transport | None:
    """Return the connection of a request if bytes can go to its socket as they are: not under TLS."""
    transport = request.transport
    if transport is None or transport.get_extra_info("ssl_object") or transport.get_extra_info("socket") is None:
        return None
    return transport


async def send_file(
    transport: asyncio.Transport, file: LocalFile, offset: int, count: int, gate: Gate, meter: Meter, stall_s: float
) -> int:
    """Send `count` bytes from `offset` on, after the head of the answer was written; return how many were sent.

    Fewer (perhaps none) are sent where the connection or the file system cannot: the caller copies what is left. Raises
    LeaseEnded, SourceError, StoreError, ConnectionError, or TimeoutError after `stall_s` seconds without progress.
    """
    if not await _head_is_gone(transport):
        return 0
    sent = 0
    # The transport may close its socket at any moment, and the number of the descriptor may then be another peer's.
    out = os.dup(transport.get_extra_info("socket").fileno())
    try:
        while sent < count:
            if transport.is_closing():
                raise ConnectionResetError("the peer has gone")
            leave, step = gate.take(min(STEP, count - sent)), _StreamStep()
            try:
                job = asyncio.get_running_loop().run_in_executor(_THREADS, _move, out, file, offset + sent, leave, step)
                await await_job(job, step.end)
            finally:
                gate.give_back(leave - step.moved)
                meter.note(step.moved)
                sent += step.moved
            await meter.book_if_due()
            if step.unable:
                return sent
            if step.full:
                await _wait_for_room(out, stall_s)
        await _wait_confirmed(transport, out, stall_s)
        return sent
    finally:
        os.close(out)


async def _head_is_gone(transport: asyncio.Transport) -> bool:
    """Tell whether all that was written to the transport has left it: nothing may overtake it."""
    for _ in range(_ROUNDS):
        if not transport.get_write_buffer_size():
            return True
        await asyncio.sleep(0)
    return False


def _move(out: int, file: LocalFile, offset: int, count: int, step: _StreamStep) -> None:
    """Move one step, in a thread: until all of it is sent, the peer lets it wait, or it is to stop."""
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
            if error.errno in _NOT_HERE:
                step.unable = True
                return
            raise SourceError(f"The file cannot be sent: {os.strerror(error.errno or errno.EIO)}.") from error
        if not moved:
            raise SourceError("The file ended while it was being sent: the transfer has to begin again.")
        step.moved += moved


async def _wait_for_room(out: int, stall_s: float) -> None:
    """Wait until the peer takes more."""
    loop = asyncio.get_running_loop()
    writable = asyncio.Event()
    loop.add_writer(out, writable.set)
    try:
        async with asyncio.timeout(stall_s):
            await writable.wait()
    finally:
        loop.remove_writer(out)


async def _wait_confirmed(transport: asyncio.Transport, out: int, stall_s: float) -> None:
    """Wait until the peer has confirmed every byte; there is no event for it, so the socket is looked at."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + stall_s * (1 + _count_unconfirmed(out) // _CALL)  # as slow as a peer may be elsewhere
    pause, longest = _LOOKS
    while _count_unconfirmed(out):
        if transport.is_closing():
            raise ConnectionResetError("the peer has gone")
        if clock() > deadline:
            raise TimeoutError("the peer confirms nothing more")
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


def _count_unconfirmed(out: int) -> int:
    return int.from_bytes(fcntl.ioctl(out, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
