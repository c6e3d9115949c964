"""Run a connector or a broker until it is told to stop: logging, loop, signals, and one line that says it is ready."""

import asyncio
import gc
import signal
import sys
from typing import Protocol

import uvloop

from connector.app.logs import set_up
from connector.settings import Settings

SWITCH_S = 0.0001
GARBAGE_FROM = 20_000


class Runnable(Protocol):
    """What can be run: it opens its listeners, and closes them."""

    async def start(self) -> None:
        """Open and begin."""

    async def stop(self) -> None:
        """Finish and close."""


def serve(settings: Settings) -> None:
    """Run a connector until SIGINT or SIGTERM. Raises the errors of its parts, each one sentence."""
    _prepare(settings)
    uvloop.run(_connector(settings))


def serve_broker(settings: Settings) -> None:
    """Run a broker until SIGINT or SIGTERM. Raises the errors of its parts, each one sentence."""
    _prepare(settings)
    uvloop.run(_broker(settings))


def _prepare(settings: Settings) -> None:
    set_up(settings.logging.format, settings.logging.level)
    tune()


def tune() -> None:
    """Set the interpreter for a process that does nothing else: a tenth of the time a message takes."""
    # The store's writer thread waits for the interpreter after every fsync; at the default of 5 ms a busy loop would
    # let it wait longer than the disk does.
    sys.setswitchinterval(SWITCH_S)
    # Messages leave hardly a cycle behind: at the default of 700 new objects the collector runs several times for each.
    gc.set_threshold(GARBAGE_FROM, 20, 20)


async def _connector(settings: Settings) -> None:
    # A role imports what it needs: a connector does without the broker's room, and the other way round.
    from connector.app.connector import build

    connector = await build(settings)
    await _until_told(connector, connector.listeners.addresses)


async def _broker(settings: Settings) -> None:
    from connector.app.broker import build_broker

    broker = await build_broker(settings)
    await _until_told(broker, broker.listeners.addresses)


async def _until_told(running: Runnable, addresses: dict[str, str]) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        await running.start()
        listening = ", ".join(f"{name} {address}" for name, address in addresses.items())
        print(f"ready: {listening}", flush=True)  # noqa: T201 - the one line that whoever started us waits for
        await told.wait()
    finally:
        await running.stop()
