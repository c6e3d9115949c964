"""Whoever may not open a page learns nothing of what exists: the answer and the work for it are the same."""

import re
from pathlib import Path
from typing import Any

import pytest

from connector.ports.entities import UserRole
from connector.store.memory.store import MemoryStore
from connector.web.pages import PAGES
from tests.pages.world import furnish
from tests.support.plane import Desk
from tests.web.office import Office

KNOWN = ("urn:d:1", "urn:n:1", "urn:a:1", "urn:f:1", "https://city.example")
UNKNOWN = "urn:none"


class CountingStore(MemoryStore):
    """A store that notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name != "asked":
            self.asked.append(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("role", [*UserRole, None], ids=lambda role: role or "nobody")
async def test_a_page_of_others_is_refused_before_it_looks_at_what_is_asked_for(
    tmp_path: Path, role: UserRole | None
) -> None:
    store = CountingStore()
    office = Office(Desk(tmp_path, store))
    await furnish(office)
    browser = await office.sign_in(role) if role else office.visitor()
    others = [(method, path) for method, path, _, roles in PAGES if roles is not None and role not in roles]
    assert len(others) > 10
    for method, path in others:
        seen = set()
        for name in (*KNOWN, UNKNOWN):
            store.asked.clear()
            given = {"params": {"id": name, "vertrag": name}} if method == "GET" else {"data": {"id": name}}
            answer = await browser.request(method, path, **given)  # type: ignore[arg-type]
            # The link to the other language repeats what was asked, and so does the form of the sign-in.
            told = re.sub(r'href="/sprache/[^"]*"|<textarea.*?</textarea>', "", answer.text, flags=re.DOTALL)
            seen.add((answer.status_code, told, tuple(store.asked)))
        assert len(seen) == 1, (method, path, seen)
