"""Run a connector or a broker until a signal stops it: logging, event loop, signals, and one line when it is ready."""

import asyncio
import gc
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import uvloop

from connector.app.logs import set_up
from connector.controlplane.usecases.users import InvitedUser
from connector.ports.store_errors import Unavailable
from connector.settings import Settings
from connector.views.conversion import moment

SWITCH_S = 0.0001
GARBAGE_FROM = 20_000
Tell = Callable[[str, datetime], None]
"""Tells a person the link for the first sign-in, and when it ends."""


class Runnable(Protocol):
    """A process that can be run."""

    async def start(self) -> None:
        """Open the listeners and start the tasks."""

    async def stop(self) -> None:
        """Stop the tasks and close the listeners."""


def serve(settings: Settings, tell: Tell = lambda *_: None) -> None:
    """Run a connector until SIGINT or SIGTERM. Raises the errors of its parts.

    `tell` is called after the start with the link for the first sign-in to the pages and its end, if there is one.
    """
    _prepare(settings, is_broker=False)
    run(_run_connector(settings, tell))


def serve_broker(settings: Settings, tell: Tell = lambda *_: None) -> None:
    """Run a broker until SIGINT or SIGTERM. Raises the errors of its parts; `tell` is that of `serve`."""
    _prepare(settings, is_broker=True)
    run(_run_broker(settings, tell))


def serve_data_plane(settings: Settings) -> None:
    """Run a data plane until SIGINT or SIGTERM. Raises the errors of its parts."""
    _prepare(settings, is_broker=True)
    run(_run_data_plane(settings))


def run(process: Coroutine[Any, Any, None]) -> None:
    """Run a process to its end.

    A full disk or a reader that is gone can keep its output from being written. Without this, the interpreter tries to
    write it once more at its end, and reports a stop in good order as a failure (exit code 120).
    """
    uvloop.run(process)
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except (OSError, ValueError):
            setattr(sys, name, None)


def _prepare(settings: Settings, *, is_broker: bool) -> None:
    _import_aiohttp()
    # Its imports bring aiohttp along.
    from connector.app.checking import check_settings

    check_settings(settings, is_broker=is_broker)
    set_up(settings.logging.format, settings.logging.level)
    tune()


def tune() -> None:
    """Set the interpreter for a dedicated process; it saves a tenth of the time per message."""
    # The writer thread of the store waits for the interpreter after each fsync. With the default of 5 ms, it waits
    # longer for a busy event loop than for the disk.
    sys.setswitchinterval(SWITCH_S)
    # Messages leave hardly any reference cycles. With the default of 700 new objects, the collector runs several
    # times per message.
    gc.set_threshold(GARBAGE_FROM, 20, 20)


def _import_aiohttp() -> None:
    """Import aiohttp without the system's certificates, which it would read at its import and nothing here uses."""
    name = "SSL_CERT_FILE"
    before = os.environ.get(name)
    os.environ[name] = os.devnull
    try:
        importlib.import_module("aiohttp")
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


async def _run_connector(settings: Settings, tell: Tell) -> None:
    # Each role imports only its own rooms, which shortens the start.
    from connector.app.connector import build

    if settings.tenants.folder is not None:
        await _run_house(settings, tell)
        return
    connector = await build(settings)
    first = partial(_tell_first, connector.invite_first, tell)
    ended = connector.parts.replica.ended
    await _run_until_signal(connector, connector.listeners.addresses, connector.parts.list_wanted.set, first, ended)


async def _run_house(settings: Settings, tell: Tell) -> None:
    from connector.app.tenants.house import build_house

    running = await build_house(settings)
    own = running.house
    first = partial(_tell_first, own.invite_first, tell)
    await _run_until_signal(running, own.listeners.addresses, running.reload, first, own.parts.replica.ended)


async def _run_broker(settings: Settings, tell: Tell) -> None:
    from connector.app.broker import build_broker

    broker = await build_broker(settings)
    first = partial(_tell_first, broker.invite_first, tell)
    await _run_until_signal(
        broker, broker.listeners.addresses, broker.parts.list_wanted.set, first, broker.parts.replica.ended
    )


async def _tell_first(invite: Callable[[], Awaitable[InvitedUser | None]], tell: Tell) -> None:
    """Tell the link for the first sign-in, if there is one."""
    invited = await invite()
    if invited:
        tell(invited.link, moment(invited.user.link_until or 0))


async def _run_data_plane(settings: Settings) -> None:
    from connector.app.planes.dataplane import build_data_plane

    plane = await build_data_plane(settings)
    await _run_until_signal(plane, plane.listeners.addresses)


async def _run_until_signal(
    running: Runnable,
    addresses: dict[str, str],
    reload: Callable[[], None] = lambda: None,
    started: Callable[[], Awaitable[None]] | None = None,
    ended: asyncio.Event | None = None,
) -> None:
    """Run until SIGINT or SIGTERM; SIGHUP calls `reload`, and `started` is called after the start.

    Raises Unavailable if `ended` is set meanwhile: another process has replaced this one.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        await running.start()
        # What is built now stays: the collector need not look at it again.
        gc.freeze()
        listening = ", ".join(f"{name} {address}" for name, address in addresses.items())
        with suppress(OSError):  # whoever waits for the line learns from `/ready` too
            print(f"ready: {listening}", flush=True)  # noqa: T201 - the starting process waits for this line
        if started:
            await started()
        await _wait_for_any(stopped, ended or stopped)
    finally:
        await running.stop()
    if ended and ended.is_set():
        raise Unavailable("Another process on its database has replaced this one, which was silent: start it again.")


async def _wait_for_any(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
