"""A walk over all pages that a person reaches: from the first page by every link and every search form.

It knows no page by name, so that a new one is walked without a word about it.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import httpx

from tests.pages.page import Form, Page

VIEWS, ADDRESSES = 4, 8
"""So many addresses of one path are opened for each set of names in their query, and so many in all."""
STARTS = ("/", "/konto", "/none")
_LANGUAGE = "/sprache/"
POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
STRICT = {"x-frame-options": "DENY", "x-content-type-options": "nosniff", "referrer-policy": "same-origin"}


@dataclass
class Walked:
    """What a person met: pages by address, forms with the address of their page, and every path that was named.

    `dead` are links into nothing, `bare` are answers without the headers that keep other sites out.
    """

    pages: dict[str, Page] = field(default_factory=dict)
    others: dict[str, httpx.Response] = field(default_factory=dict)
    forms: dict[tuple[str, str, frozenset[str]], tuple[str, Form]] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)
    named: set[tuple[str, str]] = field(default_factory=set)

    def list_faults(self) -> list[str]:
        """Return the faults of all pages, each once for each path."""
        found: dict[tuple[str, str], str] = {}
        for address, page in self.pages.items():
            for fault in page.list_faults():
                found.setdefault((address.partition("?")[0], fault), f"{address}: {fault}")
        return [*found.values(), *self.bare]


async def walk(browser: httpx.AsyncClient, starts: tuple[str, ...] = STARTS) -> Walked:
    """Open everything that is reached with GET; what is not found although a page leads to it is `dead`."""
    walked, waiting, opened = Walked(), deque(starts), Counter[object]()
    asked: set[str] = set()
    while waiting:
        address = waiting.popleft()
        path, _ = view = _read_view(address)
        walked.named.add(("GET", path))
        known = address in walked.pages or address in walked.others or path.startswith((_LANGUAGE, "/static/"))
        if known or opened[view] >= VIEWS or opened[path] >= ADDRESSES:
            continue
        opened.update((view, path))
        answer = await browser.get(address)
        if not STRICT.items() <= answer.headers.items() or answer.headers["content-security-policy"] != POLICY:
            walked.bare.append(f"{address}: not all headers are there")
        if answer.status_code == 303:
            waiting.append(answer.headers["location"])
            continue
        # A search form that nobody has filled in may say what is missing.
        if answer.status_code not in ({200, 422} if address in asked else {200}) and address not in starts:
            walked.dead.append(f"{address}: {answer.status_code}")
        if not answer.headers["content-type"].startswith("text/html") or "content-disposition" in answer.headers:
            walked.others[address] = answer
            continue
        page = walked.pages[address] = Page(answer.text)
        waiting.extend(link.partition("#")[0] for link in page.links())
        walked.streams.update(page.streams())
        asking = _take_forms(walked, address, page)
        asked.update(asking)
        waiting.extend(asking)
    walked.named |= {("GET", stream.partition("?")[0]) for stream in walked.streams}
    return walked


def _take_forms(walked: Walked, address: str, page: Page) -> list[str]:
    """Keep the forms that are sent, and return the addresses of those that ask."""
    asked = []
    for form in page.forms():
        if form.method == "get":
            asked += [join(form.path, form.fields), join(form.path, {**form.fields, **form.choices})]
            continue
        walked.named.add(("POST", form.path))
        walked.forms.setdefault(("POST", form.path, frozenset(form.fields)), (address, form))
    return asked


def join(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def choose_views(walked: Walked, most: int = 2) -> list[str]:
    """Return a few addresses of each path, each with other names in its query."""
    views: dict[str, dict[frozenset[str], str]] = {}
    for address in walked.pages:
        path, names = _read_view(address)
        views.setdefault(path, {}).setdefault(names, address)
    return [address for found in views.values() for address in list(found.values())[:most]]


def _read_view(address: str) -> tuple[str, frozenset[str]]:
    """Return the path of an address, and the names in its query."""
    path, _, query = address.partition("?")
    return path, frozenset(name for name, _ in parse_qsl(query))
