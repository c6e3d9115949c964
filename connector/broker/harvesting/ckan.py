"""A portal by the action API of CKAN: first what it lists, then what is new or changed.

CKAN 2.12, API guide: `package_search`, `package_show`, `package_list`. The first harvest reads whole packages, page by
page. Later ones read the identifier and the time of the last change of every package, a thousand on a page, and only
the packages that changed. A portal without `package_search` is read name by name.
"""

from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from connector.broker.crawl import CrawlFailed
from connector.broker.harvesting.packages import is_public_dataset, read_package
from connector.broker.harvesting.parts import DATASETS, Described, PortalPart, make_mark
from connector.broker.harvesting.portal import PortalClient
from connector.broker.harvesting.references import digest_mark
from connector.net.aside import work_aside
from connector.ports.broker_store import CrawlSource
from connector.protocol.dsp.codec import count_elements, parse
from connector.protocol.dsp.errors import ProtocolError, clean

ROWS, LISTED, NAMES = 100, 1000, 1000
"""The packages of a page that are read whole, of a page that only lists them, and the names of a page."""

FEW = 20
"""As many packages of a listing are read one by one; for more, their part of the list is read whole."""

_JSON = "application/json"


class ActionFailed(Exception):
    """CKAN refuses an action; the message is one sentence."""


class _ActionResult(msgspec.Struct, frozen=True):
    result: Any
    size: int
    elements: int


class _PackagePage(msgspec.Struct, frozen=True):
    """A page of `package_search`: its packages, whole or as lists of few members, and the number of all packages."""

    packages: list[dict[str, Any]]
    count: int
    answer: _ActionResult


async def read_ckan(
    client: PortalClient, source: CrawlSource, known: Mapping[str, str]
) -> AsyncGenerator[PortalPart, None]:
    """Yield the parts of a portal; `known` are the digests of its entries by identifier. Raises CrawlFailed."""
    entries = {digest: identifier for identifier, digest in known.items()}
    try:
        first = await _search(client, source, 0, listed=bool(entries))
    except ActionFailed:
        async for part in _read_by_name(client, source):
            yield part
        return
    seen: set[str] = set()
    start, page = 0, first
    while page.packages:
        # What has no identifier counts too, each by its place.
        names = {_identify(package) or f"#{place}" for place, package in enumerate(page.packages, start)}
        if names <= seen:
            raise CrawlFailed("The pages of the portal repeat: it returned the same packages twice.")
        seen |= names
        async for part in _read_page(client, source, entries, start, page):
            yield part
        start += len(page.packages)
        if start >= page.count:
            break
        page = await _search_again(client, source, start, listed=bool(entries))
    missing = page.count - len(seen)
    short = f"The portal counts {page.count} packages and listed {len(seen)}: nothing is removed until they agree."
    yield PortalPart(short=short if missing > 0 else None)


async def _read_page(
    client: PortalClient, source: CrawlSource, entries: Mapping[str, str], start: int, page: _PackagePage
) -> AsyncGenerator[PortalPart, None]:
    """Yield the packages of a page: those that are known by the time of their last change, and the others as read."""
    same, whole, wanted = [], [], []
    for package in page.packages:
        identifier = entries.get(digest_mark(source, _mark(package)))
        if identifier is not None:
            same.append(identifier)
        elif _is_whole(package):
            whole.append(package)
        else:
            wanted.append(_identify(package))
    yield PortalPart(same=tuple(same), size=page.answer.size, elements=page.answer.elements)
    async for part in _describe(source, whole):
        yield part
    if len(wanted) <= FEW:
        for identifier in wanted:
            async for part in _read_one(client, source, identifier):
                yield part
        return
    left = set(wanted)
    for begin in range(start, start + len(page.packages), ROWS):
        again = await _search_again(client, source, begin, listed=False)
        yield PortalPart(size=again.answer.size, elements=again.answer.elements)
        fitting = [package for package in again.packages if _identify(package) in left]
        left -= {_identify(package) for package in fitting}
        async for part in _describe(source, fitting):
            yield part
    if left:
        yield PortalPart(short=f"The portal changed while it was read: {len(left)} packages were not found again.")


async def _read_by_name(client: PortalClient, source: CrawlSource) -> AsyncGenerator[PortalPart, None]:
    seen: set[str] = set()
    while True:
        arguments = {"limit": NAMES, "offset": len(seen)}
        try:
            answer = await _act(client, source, "package_list", arguments)
        except ActionFailed as refusal:
            raise CrawlFailed(f"The portal lists no packages: {refusal}") from None
        listed = answer.result if isinstance(answer.result, list) else []
        names = [name for name in listed if isinstance(name, str) and name]
        yield PortalPart(size=answer.size, elements=answer.elements)
        if seen.issuperset(names):
            return
        for name in dict.fromkeys(names):
            if name not in seen:
                async for part in _read_one(client, source, name):
                    yield part
        seen.update(names)


async def _read_one(client: PortalClient, source: CrawlSource, name: str) -> AsyncGenerator[PortalPart, None]:
    try:
        answer = await _act(client, source, "package_show", {"id": name})
    except ActionFailed as refusal:
        yield PortalPart(unusable=(f"The package {clean(name, 100)} cannot be read: {refusal}",))
        return
    yield PortalPart(size=answer.size, elements=answer.elements)
    if isinstance(answer.result, dict):
        async for part in _describe(source, [answer.result]):
            yield part


async def _describe(source: CrawlSource, packages: list[dict[str, Any]]) -> AsyncGenerator[PortalPart, None]:
    """Yield packages as Datasets, a few at a time, made beside the loop."""
    public = [package for package in packages if is_public_dataset(package)]
    for begin in range(0, len(public), DATASETS):
        some = public[begin : begin + DATASETS]

        def read(some: list[dict[str, Any]] = some) -> tuple[Described, ...]:
            return tuple(Described(read_package(package, source.address), _mark(package)) for package in some)

        yield PortalPart(datasets=await work_aside(len(some) * 2048, read))


async def _search(client: PortalClient, source: CrawlSource, start: int, *, listed: bool) -> _PackagePage:
    """Return a page of `package_search`, with few members of each package if `listed`. Raises ActionFailed."""
    arguments: dict[str, Any] = {"q": "*:*", "rows": LISTED if listed else ROWS, "start": start, "sort": "id asc"}
    if listed:
        arguments["fl"] = ["id", "metadata_modified"]
    answer = await _act(client, source, "package_search", arguments)
    found = answer.result if isinstance(answer.result, dict) else {}
    results, count = found.get("results"), found.get("count")
    if not isinstance(results, list) or not isinstance(count, int) or count < 0:
        raise CrawlFailed("The portal answered without a list of packages: expected `results` and `count` of CKAN.")
    return _PackagePage([package for package in results if isinstance(package, dict)], count, answer)


async def _search_again(client: PortalClient, source: CrawlSource, start: int, *, listed: bool) -> _PackagePage:
    try:
        return await _search(client, source, start, listed=listed)
    except ActionFailed as refusal:
        raise CrawlFailed(f"The portal refused a page of its list: {refusal}") from None


async def _act(client: PortalClient, source: CrawlSource, action: str, arguments: Mapping[str, Any]) -> _ActionResult:
    """Return the result of an action. Raises ActionFailed if CKAN refuses it, CrawlFailed without an answer of CKAN."""
    query = urlencode(arguments, doseq=True, quote_via=quote, safe="*:")
    url = f"{source.address}/api/3/action/{action}?{query}"
    answer = await client.fetch(url, accept=_JSON, refusals=frozenset({400, 403, 404, 409}))
    try:
        document = await work_aside(len(answer.body), partial(parse, answer.body))
    except ProtocolError as error:
        if answer.status != 200:
            # What is no JSON is a page of some server in front: its status says more than its mark-up.
            raise CrawlFailed(
                f"The portal answered with status {answer.status}, and not as CKAN does: "
                "check its address and its kind."
            ) from None
        raise CrawlFailed(f"The portal did not answer in JSON: {error.reason}") from None
    if not isinstance(document, dict) or "success" not in document:
        raise CrawlFailed("The portal did not answer as CKAN does: check its address and its kind.")
    if document["success"] is not True or answer.status != 200:
        raise ActionFailed(f"CKAN refuses {action} (status {answer.status}).")
    return _ActionResult(document.get("result"), len(answer.body), count_elements(answer.body))


def _identify(package: Mapping[str, Any]) -> str:
    identifier = package.get("id")
    return identifier if isinstance(identifier, str) else ""


def _mark(package: Mapping[str, Any]) -> str:
    """Return the mark of a package; empty without a time of its last change."""
    modified = package.get("metadata_modified")
    known = isinstance(modified, str) and modified and _identify(package)
    return make_mark(_identify(package), _trim(modified)) if known and isinstance(modified, str) else ""


def _trim(modified: str) -> str:
    """Return a time of CKAN as its database writes it: its search adds a zone and shortens the fraction."""
    whole, _, fraction = modified.removesuffix("Z").partition(".")
    return f"{whole}.{fraction[:3].rstrip('0')}"


def _is_whole(package: Mapping[str, Any]) -> bool:
    return "title" in package or "resources" in package
