"""A connector that kills itself: `python -m tests.crash.entry SETTINGS` reads orders from its standard input.

`start N` forks a connector that dies by SIGKILL at its Nth event once it is armed by SIGUSR1; 0 is never, and then the
events are written down as they come. An event is the moment before or after a write or a send. The imports are done
once, before the forks, so that a restart costs a fork and not a second; the child is a process like any other.
"""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop

from connector.app import serve
from connector.app.connector import Connector, build
from connector.settings import load

VARIABLE = "DATENKONTOR_CRASH_AT"


class Fuse:
    """Counts events once it is armed, and ends the process at one of them."""

    def __init__(self, at: int, log: Path) -> None:
        self._at = at
        self._log = log
        self._count = 0
        self._armed = False

    def arm(self) -> None:
        self._armed = True

    def event(self, name: str) -> None:
        if not self._armed:
            return
        self._count += 1
        if self._at == 0:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(name + "\n")
        elif self._count == self._at:
            self._log.write_text(name + "\n", encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Awaitable[Any]], name: Callable[..., str]) -> Callable[..., Awaitable[Any]]:
        """Return the call with an event before and after it."""

        async def watched(*arguments: Any) -> Any:
            what = name(*arguments)
            self.event(f"before {what}")
            result = await call(*arguments)
            self.event(f"after {what}")
            return result

        return watched


def _written(group: Any) -> str:
    kinds = [change.leaf.kind for change in group if hasattr(change, "leaf")]
    return f"write {kinds[0] if kinds else '+'.join(sorted({type(change).__name__ for change in group}))}"


def _sent(_participant: str, _address: str, message: str, *_: Any) -> str:
    return f"send {message}"


async def _run(settings_file: Path) -> None:
    at = int(os.environ.pop(VARIABLE))
    connector: Connector = await build(load(settings_file))
    fuse = Fuse(at, settings_file.with_name("events.txt"))
    store, peer = connector.parts.store, connector.parts.peer
    store.commit = fuse.around(store.commit, _written)  # type: ignore[method-assign]  # what this module is for
    peer.send = fuse.around(peer.send, _sent)  # type: ignore[method-assign]  # what this module is for
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, fuse.arm)
    print(f"forked {os.getpid()}", flush=True)
    await serve._until_told(connector, connector.listeners.addresses)


def _child(settings_file: Path) -> None:
    os.setpgid(0, 0)
    log = os.open(settings_file.with_name("log.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    serve._prepare(load(settings_file, {name: text for name, text in os.environ.items() if name != VARIABLE}))
    uvloop.run(_run(settings_file))


def main() -> None:
    settings_file = Path(sys.argv[1])
    for order in sys.stdin:
        os.environ[VARIABLE] = order.split()[1]
        pid = os.fork()
        if pid == 0:
            try:
                _child(settings_file)
            except BaseException:  # noqa: BLE001 - the end of a process, which says why in its log
                traceback.print_exc()
            os._exit(1)
        os.waitpid(pid, 0)
        print(f"ended {pid}", flush=True)


if __name__ == "__main__":
    main()
