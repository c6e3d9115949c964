"""A person at work in a real browser, whatever the hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from connector.language.catalogue import Language, say
from tests.browser.hands import Hand, Keyboard
from tests.browser.served import ServedOffice


@dataclass
class Work:
    """A person at work: the office, the page, the hand, and whether the browser runs scripts."""

    served: ServedOffice
    page: Page
    hand: Hand
    language: Language
    script: bool
    folder: Path

    def expect_text(self, key: str, **values: object) -> None:
        expect(self.page.locator("main")).to_contain_text(say(self.language, key, **values))

    def ask_store(self, work: Any) -> Any:
        return self.served.do(work)


def open_link(work: Work, title: str) -> None:
    """Follow the first link in the page with a title of the data."""
    if isinstance(work.hand, Keyboard):
        work.hand.reach(text=title)
        with work.page.expect_navigation():
            work.page.keyboard.press("Enter")
    else:
        work.page.locator("main").get_by_role("link", name=title).first.click()
