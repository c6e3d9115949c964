"""A client that throws away what it pulls, and what a process used meanwhile: for measuring others, not itself."""

import hashlib
import os
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.figures import percentile

BUFFER = 1 << 20
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Place:
    """Where to pull, the token to show, and the processes that send (their CPU time is counted)."""

    url: str
    token: str = ""
    senders: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rate:
    """Medians over all runs: MB/s, and seconds of CPU time that the senders took for one GiB."""

    mb_per_s: float
    cpu_s_per_gib: float


def alternate(places: Mapping[str, Place], runs: int, *, digest: bool = False, streams: int = 1) -> dict[str, Rate]:
    """Pull from all places in turn, `runs` times: what disturbs the machine meanwhile disturbs them alike.

    With several `streams` at once the rate is that of all together.
    """
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in places}
    for _ in range(runs):
        for name, place in places.items():
            before = cpu_s(place.senders)
            begun = time.perf_counter()
            with ThreadPoolExecutor(streams) as pool:
                moved = sum(pool.map(lambda place: pull(place, digest=digest), [place] * streams))
            seconds = time.perf_counter() - begun
            seen[name].append((moved / 1e6 / seconds, (cpu_s(place.senders) - before) * (1 << 30) / moved))
    return {
        name: Rate(*(percentile([run[column] for run in found], 0.5) for column in (0, 1)))
        for name, found in seen.items()
    }


def pull(place: Place, *, digest: bool = False) -> int:
    """Pull once and return how many bytes the body had."""
    url = urlsplit(place.url)
    shown = f"Authorization: Bearer {place.token}\r\n" if place.token else ""
    request = f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n{shown}Connection: close\r\n\r\n"
    hashed = hashlib.sha256()
    take: Callable[[memoryview], object] = hashed.update if digest else len
    with socket.create_connection((url.hostname, url.port), 30) as connection:
        connection.sendall(request.encode())
        length, first = _head(connection)
        take(memoryview(first))
        moved, buffer = len(first), memoryview(bytearray(BUFFER))
        while moved < length:
            count = connection.recv_into(buffer)
            assert count, f"the answer broke off after {moved} of {length} bytes"
            take(buffer[:count])
            moved += count
    return moved


def _head(connection: socket.socket) -> tuple[int, bytes]:
    """Read the head of an answer; return the length of its body and what of the body came along."""
    held = b""
    while b"\r\n\r\n" not in held:
        more = connection.recv(4096)
        assert more, f"the answer broke off in its head: {held!r}"
        held += more
    head, _, rest = held.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert " 200 " in lines[0], lines
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(fields["content-length"]), rest


def cpu_s(pids: tuple[int, ...]) -> float:
    """Return the CPU time of processes so far, in seconds."""
    times = (Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13] for pid in pids)
    return sum(int(user) + int(system) for user, system in times) / _TICKS


class Memory:
    """The resident memory of a process, from now on."""

    def __init__(self, pid: int) -> None:
        Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")  # the peak counts from here
        self._before = _read_mb(pid, "VmRSS")
        self._pid = pid

    def growth_mb(self) -> float:
        """Return by how much the peak is above where it began, in MB."""
        return self.peak_mb() - self._before

    def peak_mb(self) -> float:
        """Return the peak in MB."""
        return _read_mb(self._pid, "VmHWM")


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    return _read_mb(pid, "VmRSS")


def _read_mb(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) * 1024 / 1e6
