"""How a person works a page: with the mouse, or with the keyboard alone. Texts are those of the catalogue."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page, expect

from connector.language.catalogue import Language, say

MOST_TABS = 200
_FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels && one.labels[0] ? one.labels[0].innerText : "";
  const place = one.closest("main, nav");
  return [one.tagName, one.id, place ? place.tagName : "", (one.innerText || "").trim() || label.trim()];
}"""


class Hand(Protocol):
    """Works one page."""

    inputs: int

    def press(self, key: str, *, place: str = "") -> None:
        """Follow the link or press the button with a text of the catalogue, and wait for the next page.

        `place` is the part of the page that it is in, if it is not that of the key.
        """

    def write(self, id: str, text: str) -> None:
        """Type a text into a field."""

    def tick(self, id: str) -> None:
        """Tick a box."""

    def choose(self, id: str, index: int) -> None:
        """Choose from a list, from 0 on."""

    def pick(self, group: str, value: str) -> None:
        """Choose one of several that exclude each other."""

    def save(self, key: str) -> Path:
        """Follow a link that leads to a file, and return the file."""

    def choose_file(self, id: str, file: Any) -> None:
        """Choose a file."""

    def unfold(self, key: str) -> None:
        """Open what is folded under a text of the catalogue."""


@dataclass
class Mouse:
    """A person with a mouse; `inputs` counts what was done."""

    page: Page
    language: Language
    inputs: int = 0

    def press(self, key: str, *, place: str = "") -> None:
        self.inputs += 1
        name = re.compile(_begin(say(self.language, _complete(key))))
        part = self.page.locator(place or _find_place(key))
        with self.page.expect_navigation():
            part.get_by_role("link", name=name).or_(part.get_by_role("button", name=name)).first.click()

    def write(self, id: str, text: str) -> None:
        self.inputs += 1
        self.page.locator(f"[id='{id}']").fill(text)

    def tick(self, id: str) -> None:
        self.inputs += 1
        self.page.locator(f"[id='{id}']").check()

    def choose(self, id: str, index: int) -> None:
        self.inputs += 1
        self.page.locator(f"[id='{id}']").select_option(index=index)

    def pick(self, group: str, value: str) -> None:
        self.inputs += 1
        self.page.locator(f"[id='{group}-{value}']").check()

    def save(self, key: str) -> Path:
        self.inputs += 1
        with self.page.expect_download() as saved:
            self.page.locator("main").get_by_role("link", name=say(self.language, _complete(key))).first.click()
        return saved.value.path()

    def choose_file(self, id: str, file: Any) -> None:
        self.inputs += 1
        self.page.locator(f"[id='{id}']").set_input_files(file)

    def unfold(self, key: str) -> None:
        self.inputs += 1
        self.page.locator("summary").filter(has_text=say(self.language, _complete(key))).first.click()


@dataclass
class Keyboard:
    """A person without a mouse: everything is reached with the tabulator."""

    page: Page
    language: Language
    inputs: int = 0

    def press(self, key: str, *, place: str = "") -> None:
        self.reach(text=say(self.language, _complete(key)), place=place or _find_place(key))
        self.inputs += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, id: str, text: str) -> None:
        self.reach(id=id)
        self.inputs += 1
        self.page.keyboard.type(text)

    def tick(self, id: str) -> None:
        self.reach(id=id)
        self.inputs += 1
        self.page.keyboard.press("Space")
        expect(self.page.locator(f"[id='{id}']")).to_be_checked()

    def choose(self, id: str, index: int) -> None:
        self.reach(id=id)
        self.inputs += 1
        for _ in range(index):
            self.page.keyboard.press("ArrowDown")

    def pick(self, group: str, value: str) -> None:
        # The tabulator leads to the one that is chosen, and the arrows to the others.
        chosen = self.page.locator(f"input[name='{group}']:checked").get_attribute("id")
        assert chosen
        self.reach(id=chosen)
        self.inputs += 1
        for _ in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.id") == f"{group}-{value}":
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value} of {group}")

    def save(self, key: str) -> Path:
        self.reach(text=say(self.language, _complete(key)))
        self.inputs += 1
        with self.page.expect_download() as saved:
            self.page.keyboard.press("Enter")
        return saved.value.path()

    def choose_file(self, id: str, file: Any) -> None:
        # The window in which a file is chosen is the system's, and opens only while a key was pressed just before.
        self.reach(id=id)
        self.inputs += 1
        self.page.locator(f"[id='{id}']").set_input_files(file)

    def unfold(self, key: str) -> None:
        self.reach(text=say(self.language, _complete(key)))
        self.inputs += 1
        self.page.keyboard.press("Enter")

    def reach(self, *, id: str = "", text: str = "", place: str = "main") -> None:
        """Move the focus until it is on the field with `id`, or on what begins with `text` in a place of the page."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            tag, found, around, words = self.page.evaluate(_FOCUSED)
            if id and found == id:
                return
            if text and tag in {"A", "BUTTON", "SUMMARY"} and around == place.upper() and re.match(_begin(text), words):
                return
        raise AssertionError(f"the keyboard does not reach {id or text!r} on {self.page.url}")


def _complete(key: str) -> str:
    return key if "." in key else f"pages.{key}"


def _find_place(key: str) -> str:
    """Return the part of the page in which a text is: the menu, or the content."""
    return "nav" if key.startswith("menu-") else "main"


def _begin(text: str) -> str:
    """Return the pattern of a name that begins with a text, as a whole word; a space may be one that does not break."""
    pattern = re.escape(text).replace(r"\ ", r"\s")
    return rf"^\s*{pattern}(?!\w)"


def write_table(folder: Path) -> Path:
    """Write a small table that somebody offers."""
    file = folder / "baum_kataster.csv"
    file.write_text("Art;Höhe;Datum\nLinde;12,5;2026-05-01\nAhorn;9;2026-05-03\n", encoding="utf-8")
    return file
