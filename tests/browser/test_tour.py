"""The tour of the demonstration, clicked by a real browser: each station is done in the words that it says."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, expect

from connector.language.catalogue import LANGUAGES
from tests.browser.served import CHROMIUM, PATIENCE_MS
from tests.e2e.live import free_base

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]

PORTS, PASSWORD = 40, "sieben bunte Kiesel"
RUN = [sys.executable, "-c", "from connector.cli.main import run; run()", "demo", "--tour", "--json"]
_ADDRESS = re.compile(r"http://\S+")
_QUOTED = re.compile("[„“]([^„“”]+)[“”]")
_FILE = re.compile(r"/\S+\.csv")
_SCREEN = {"width": 1280, "height": 800}


class Tour:
    """A demonstration that goes on until it is stopped, and the stations that it told."""

    def __init__(self, folder: Path, language: str) -> None:
        self._process = subprocess.Popen(
            [*RUN, "--port-base", str(free_base(PORTS)), "--lang", language],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        self.stations: dict[str, str] = {}
        out = self._process.stdout
        assert out
        for told in _read(out):
            assert told.get("ok", True), told
            if "station" in told:
                self.stations[told["station"]] = told["detail"]
            if told.get("station") == "public":
                break

    def stop(self) -> None:
        """Stop the demonstration. Not by Ctrl-C: what runs in the background may ignore it."""
        self._process.terminate()
        self._process.communicate(timeout=60)


def _read(out: TextIO) -> Iterator[dict[str, Any]]:
    for line in out:
        yield json.loads(line)


@pytest.fixture(params=LANGUAGES)
def tour(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tour]:
    running = Tour(tmp_path, request.param)
    request.node.language = request.param
    yield running
    running.stop()


def test_every_step_of_the_tour_is_there_to_click(browser: Browser, tour: Tour, request: pytest.FixtureRequest) -> None:
    language = request.node.language
    assert list(tour.stations) == ["offer", "get", "answer", "public"]
    _offer(_open(browser, tour.stations["offer"], language), tour.stations["offer"])
    _get(_open(browser, tour.stations["get"], language), tour.stations["get"])
    _answer(_open(browser, tour.stations["answer"], language), tour.stations["answer"])
    public = _visit(browser, tour.stations["public"], language)
    expect(public.locator("main")).to_contain_text("Baum")
    public.context.close()


def _visit(browser: Browser, told: str, language: str) -> Page:
    """Open the address of a station, in the language in which it is told."""
    address = _ADDRESS.search(told)
    assert address
    context = browser.new_context(locale="de-DE", viewport=_SCREEN)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    origin = "/".join(address[0].split("/")[:3])
    page.goto(f"{origin}/sprache/{language}")
    page.goto(address[0])
    return page


def _open(browser: Browser, told: str, language: str) -> Page:
    """Sign in with the link of a station."""
    page = _visit(browser, told, language)
    page.locator("#passwort").fill(PASSWORD)
    page.locator("#passwort2").fill(PASSWORD)
    _press(page, _QUOTED.findall(told)[0])
    return page


def _press(page: Page, name: str) -> None:
    wanted = re.compile(rf"^\s*{re.escape(name)}(?!\w)")
    found = page.get_by_role("link", name=wanted).or_(page.get_by_role("button", name=wanted))
    with page.expect_navigation():
        found.first.click()


def _offer(page: Page, told: str) -> None:
    _, new, group, choice, label, licence, *steps = _QUOTED.findall(told)
    file = _FILE.search(told)
    assert file
    _press(page, new)
    with page.expect_navigation(url="**/neues-angebot/beschreibung*"):
        page.locator("#datei").set_input_files(file[0])
    page.get_by_role("group", name=group).get_by_text(choice, exact=True).click()
    page.get_by_label(label).select_option(label=licence)
    for name in steps:
        _press(page, name)
    page.wait_for_url("**/angebote/angebot?*")
    expect(page.get_by_role("status").first).to_be_visible()
    page.context.close()


def _get(page: Page, told: str) -> None:
    _, search, words, ask, purpose, to_check, send, order, open_ = _QUOTED.findall(told)
    _press(page, search)
    hit = page.locator("main").get_by_role("link", name=re.compile(words, re.IGNORECASE))
    # The broker reads the new offer as soon as it is told; a person would search again.
    for _ in range(60):
        page.locator("#q").first.fill(words)
        page.locator("#q").first.press("Enter")
        page.wait_for_load_state()
        if hit.count():
            break
        page.wait_for_timeout(500)
    hit.first.click()
    _press(page, ask)
    page.locator("#zweck").select_option(label=purpose)
    _press(page, to_check)
    _press(page, send)
    expect(page.get_by_role("button", name=order).first).to_be_visible()
    _press(page, order)
    expect(page.get_by_role("link", name=open_).first).to_be_visible()
    _press(page, open_)
    expect(page.get_by_role("cell", name="Linde").first).to_be_visible()
    page.context.close()


def _answer(page: Page, told: str) -> None:
    _, title, see, agree = _QUOTED.findall(told)
    expect(page.locator("main")).to_contain_text(title)
    _press(page, see)
    _press(page, agree)
    page.wait_for_url("**/eingang?fertig=zugestimmt")
    page.context.close()
