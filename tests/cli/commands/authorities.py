"""The folder of a broker that is an authority, reached at localhost over TLS, and a thread that answers for it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.app.parts import build_parts, list_identity_routes
from connector.app.trust.joining import serve_routes
from connector.settings import load
from tests.cli.conftest import Cli
from tests.e2e.live import free_base
from tests.support.certificates import write_certificates

BROKER = ("--settings", "broker/datenkontor.toml")


def set_up(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Make a broker, and let it be an authority; return the first of twenty free ports."""
    for name, path in write_certificates(folder).items():
        monkeypatch.setenv(name, path)
    monkeypatch.setenv("DATENKONTOR_NET__HOSTS", '["localhost:*"]')
    base = free_base()
    url = f"https://localhost:{base}"
    assert (
        cli(
            "init", "broker", "--role", "broker", "--identity", "roster", "--public-url", url, "--port-base", str(base)
        ).code
        == 0
    )
    made = cli("authority", "init", *BROKER)
    assert made.code == 0, made.err
    return base + 10


@contextmanager
def answering(file: Path) -> Iterator[None]:
    """Serve what proves who the process of a settings file is, and its authority, in a thread."""
    ready, loop, stopped = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        settings = load(file)
        parts = await build_parts(settings)
        async with serve_routes(settings, list_identity_routes(parts, None)):
            ready.set()
            await stopped.wait()
        await parts.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(20)
        loop.close()


def invite(cli: Cli, name: str, *more: str) -> str:
    return str(cli("authority", "member", "invite", name, *more, "--json", *BROKER).json["link"])
