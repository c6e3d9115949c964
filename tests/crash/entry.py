"""A connector that kills itself: `python -m tests.crash.entry SETTINGS` reads orders from its standard input.

`start N` forks a connector that dies by SIGKILL at its Nth event once it is armed by SIGUSR1; 0 is never, and then the
events are written down as they come. An event is the moment before or after a write, a send, or a step of what arrives
on its way to its file. The imports are done once, before the forks, so that a restart costs a fork and not a second;
the child is a process like any other.
With `power N` an event is what SQLite does to a file, and the end is a loss of power: see `power`. With `cut N` an
event is a COMMIT of PostgreSQL, and what ends is its connection, after the server has done it and before it answers.
With `pause N` it stands still at the event, until somebody lets it go on.
"""

import asyncio
import os
import random
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import uvloop

# What a connector loads at its first request: here it is loaded once, and not in each child.
import connector.api.management  # noqa: F401
from connector.app import serve
from connector.app.connector import ConnectorServer, build
from connector.dataplane.sinks import file as file_sink
from connector.settings import load
from tests.crash import cutting, power

VARIABLE = "DATENKONTOR_CRASH_AT"
_LOST = ".lost"


class Fuse:
    """Counts events once it is armed, and ends the process at one of them, after `last` was called."""

    def __init__(self, at: int, log: Path, last: Callable[[], None] = lambda: None, *, ends: bool = True) -> None:
        self._at = at
        self._log = log
        self._last = last
        self._ends = ends
        self._count = 0
        self._armed = False

    def arm(self) -> None:
        self._armed = True

    def event(self, name: str) -> bool:
        """Count an event; return whether it is the one, where that does not end the process."""
        if not self._armed:
            return False
        self._count += 1
        if self._at == 0:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(name + "\n")
        elif self._count == self._at:
            self._log.write_text(name + "\n", encoding="utf-8")
            self._last()
            if self._ends:
                os.kill(os.getpid(), signal.SIGKILL)
            return True
        return False

    def around(self, call: Callable[..., Awaitable[Any]], name: Callable[..., str]) -> Callable[..., Awaitable[Any]]:
        """Return the call with an event before and after it."""

        async def watched(*arguments: Any) -> Any:
            what = name(*arguments)
            self.event(f"before {what}")
            result = await call(*arguments)
            self.event(f"after {what}")
            return result

        return watched

    def beside(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Return a blocking call, of another thread, with an event before and after it."""

        def watched(*arguments: Any) -> Any:
            self.event(f"before {name}")
            result = call(*arguments)
            self.event(f"after {name}")
            return result

        return watched


# How data that arrives gets to its file.
_STORING = {"_begin": "opening the part", "_append": "adding to the part", "_put_in_place": "naming the file"}


def _written(group: Any) -> str:
    kinds = [change.leaf.kind for change in group if hasattr(change, "leaf")]
    return f"write {kinds[0] if kinds else '+'.join(sorted({type(change).__name__ for change in group}))}"


def _sent(_participant: str, _address: str, message: str, *_: Any) -> str:
    return f"send {message}"


def _aside(path: str) -> Path:
    """Where the process that dies leaves what is left of a file: its other thread may still read the file itself."""
    return Path(path + _LOST)


def _in_place(folder: Path) -> None:
    """After a loss of power: let the files be what is left of them, and those be gone of which nothing is."""
    lost = list(folder.glob(f"*{_LOST}"))
    for gone in [old for suffix in ("", "-wal", "-journal", "-shm") for old in folder.glob(f"*.sqlite{suffix}")]:
        if lost:
            gone.unlink()
    for file in lost:
        file.rename(file.with_name(file.name.removesuffix(_LOST)))


async def _run(settings_file: Path) -> None:
    kind, _, at = os.environ.pop(VARIABLE).partition(" ")
    disk = power.Disk()
    log = settings_file.with_name("events.txt")
    if kind == "power":
        fuse = Fuse(int(at), log, lambda: power.lose(disk.snapshot(), random.Random(at), _aside))
        disk.event = fuse.event
    elif kind == "cut":
        fuse = Fuse(int(at), log, ends=False)
    elif kind == "pause":
        fuse = Fuse(int(at), log, lambda: os.kill(os.getpid(), signal.SIGSTOP), ends=False)
    else:
        fuse = Fuse(int(at), log)
    with power.installed(disk) if kind == "power" else nullcontext():
        connector: ConnectorServer = await build(load(settings_file))
        store, peer = connector.parts.store, connector.parts.peer
        if kind in {"start", "pause"}:
            store.commit = fuse.around(store.commit, _written)  # type: ignore[method-assign]  # what this module is for
            peer.send = fuse.around(peer.send, _sent)  # type: ignore[method-assign]  # what this module is for
            for step, name in _STORING.items():
                setattr(file_sink, step, fuse.beside(getattr(file_sink, step), name))
        if kind == "cut":
            cutting.cut_commits(store, fuse.event)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, fuse.arm)
        print(f"forked {os.getpid()}", flush=True)
        ended = connector.parts.replica.ended
        await serve._run_until_signal(connector, connector.listeners.addresses, ended=ended)


def _child(settings_file: Path) -> None:
    os.setpgid(0, 0)
    log = os.open(settings_file.with_name("log.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    serve._prepare(
        load(settings_file, {name: text for name, text in os.environ.items() if name != VARIABLE}), is_broker=False
    )
    cutting.shorten_silence()
    uvloop.run(_run(settings_file))


def main() -> None:
    settings_file = Path(sys.argv[1])
    for order in sys.stdin:
        os.environ[VARIABLE] = order.strip()
        pid = os.fork()
        if pid == 0:
            try:
                _child(settings_file)
            except BaseException:  # noqa: BLE001 - the end of a process, which says why in its log
                traceback.print_exc()
            os._exit(1)
        os.waitpid(pid, 0)
        _in_place(settings_file.parent)
        print(f"ended {pid}", flush=True)


if __name__ == "__main__":
    main()
