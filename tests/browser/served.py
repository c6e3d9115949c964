"""The pages of an office, served on this machine for a real browser."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from connector.ports.entities import UserRole
from tests.broker.world import Catalogue
from tests.support.plane import Desk
from tests.web.office import Office
from tests.web.public.square import Square
from tests.web.visited import PASSWORD

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
PATIENCE_MS = 60_000
"""A busy machine takes its time; a quick one never waits for it."""
WAS_FASTER = "Autofocus processing was blocked because a document already has a focused element."
"""Chromium says it of a person who moves on before the page is drawn. The focus is hers, as it is to be."""


class Served:
    """Pages that are open on loopback; their loop runs in a thread. `build` makes them at their address."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._server = uvicorn.Server(uvicorn.Config(build(self.address), lifespan="off", log_config=None, ws="none"))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do work on the loop of the server."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def close(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._loop.close()
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve([self._socket]))


class ServedOffice(Served):
    """An office whose pages are open on loopback."""

    office: Office

    def __init__(self, folder: Path, **given: Any) -> None:
        def build(address: str) -> Any:
            self.office = Office(Desk(folder), address=address, **given)
            return self.office.app

        super().__init__(build)


class ServedSquare(Served):
    """A broker whose pages for everybody are open on loopback."""

    square: Square

    def __init__(self, **catalogues: Catalogue) -> None:
        def build(address: str) -> Any:
            self.square = Square(address, **catalogues)
            return self.square.app

        super().__init__(build)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the Chromium of the system."""
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


def watch(context: BrowserContext, served: Served) -> tuple[Page, list[str]]:
    """Return a page, and what must not happen on it: messages of the console, errors, and requests to others.

    A violation of the policy is a message of the console.
    """
    faults: list[str] = []
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: None if said.text == WAS_FASTER else faults.append(f"{page.url}: {said.text}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", lambda asked: None if asked.url.startswith(served.address) else faults.append(asked.url))
    return page, faults


def sign_in(page: Page, served: ServedOffice | ServedSquare, *roles: UserRole, name: str = "a.kaya") -> None:
    """Sign in as a user with these roles."""
    visited = served.office if isinstance(served, ServedOffice) else served.square
    context = visited.register.context
    if served.do(context.store.user(context.owner, name)) is None:
        served.do(visited.add_user(name, *roles))
    page.goto(f"{served.address}/anmelden")
    page.locator("#name").fill(name)
    page.locator("#passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.address}/")
