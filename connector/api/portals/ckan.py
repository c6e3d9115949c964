"""The reading actions of CKAN's API 3 for harvesters: packages, organisations, and the search with its filters.

CKAN 2.10, API guide. A filter that is not known is refused, because another list would be answered than is asked for.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from connector.api.portals.frame import READ, AtSite, SiteDesk
from connector.broker import publishing
from connector.broker.describing.ckan import (
    Hashes,
    hash_participant,
    is_of,
    name_organization,
    name_package,
    read_identifier,
    render_organization,
    render_package,
)
from connector.broker.describing.ckan_filters import FilterRefused, read_filter
from connector.net.aside import work_aside
from connector.ports.broker_store import CrawlSource, Entry, Listing, ListOrder

VERSION = "2.10"
MOST_ROWS, MOST_NAMES, MOST_STREAMED = 1_000, 10_000, 1_000_000
LARGEST_BODY, LARGEST_OFFSET = 64 * 1024, 10_000_000
_LONGEST_ID = 100
_JSON = "application/json;charset=utf-8"

_FILTERS = (
    "Filters are organization:NAME, organization:A OR organization:B, -organization:NAME and "
    "metadata_modified:[2026-01-01T00:00:00Z TO *]; packages here have no groups."
)

Arguments = Mapping[str, Any]
CkanAction = Callable[[SiteDesk, Arguments], Awaitable[Any]]

router = APIRouter(include_in_schema=False)


class _Streamed:
    """A result that is written as it is read: a list, or with `name` an object whose last member is the list."""

    def __init__(
        self, parts: AsyncIterator[Sequence[Any]], head: Mapping[str, Any] | None = None, name: str = ""
    ) -> None:
        self.parts, self.head, self.name = parts, head, name

    async def write(self, help_url: str) -> AsyncIterator[bytes]:
        """Yield the answer in pieces; who reads slowly is waited for, and nothing is held but one part."""
        opening = msgspec.json.encode({"help": help_url, "success": True})[:-1] + b',"result":'
        closing = b"]}"
        if self.head is not None:
            opening += msgspec.json.encode(self.head)[:-1] + b"," + msgspec.json.encode(self.name) + b":"
            closing = b"]}}"
        yield opening + b"["
        begun = False
        async for part in self.parts:
            if part:
                yield (b"," if begun else b"") + msgspec.json.encode(part)[1:-1]
                begun = True
        yield closing


class _ActionRefused(Exception):
    """A request that the API refuses: a status, a type of error of CKAN, and a sentence."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.kind, self.reason = status, kind, reason


@router.api_route("/api/3/action/{name}", methods=[*READ, "POST"])
@router.api_route("/api/action/{name}", methods=[*READ, "POST"])
async def act(
    desk: AtSite,
    request: Request,
    name: str,
) -> Response:
    """Answer an action in the form of CKAN; arguments are those of the query and of a JSON body."""
    status, answer = 200, dict[str, Any]()
    help_url = f"{desk.site.base}/api/3/action/help_show"
    try:
        result = await _find_action(name)(desk, await _read_arguments(request))
        if isinstance(result, _Streamed):
            return StreamingResponse(result.write(help_url), media_type=_JSON)
        answer = {"success": True, "result": result}
    except _ActionRefused as refusal:
        status = refusal.status
        answer = {"success": False, "error": {"__type": refusal.kind, "message": refusal.reason}}
    return Response(msgspec.json.encode({"help": help_url, **answer}), status, media_type=_JSON)


def _find_action(name: str) -> CkanAction:
    if name not in ACTIONS:
        raise _ActionRefused(404, "Not Found Error", f"Unknown action: use one of {', '.join(ACTIONS)}.")
    return ACTIONS[name]


async def _read_arguments(request: Request) -> Arguments:
    arguments: dict[str, Any] = dict(request.query_params)
    body = await request.body() if request.method == "POST" else b""
    if len(body) > LARGEST_BODY:
        raise _ActionRefused(
            409, "Validation Error", f"The body is larger than {LARGEST_BODY} bytes: send fewer arguments."
        )
    if body.strip():
        try:
            return arguments | msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            reason = "The body is not a JSON object: send the arguments as one."
            raise _ActionRefused(409, "Validation Error", reason) from None
    return arguments


def _read_number(arguments: Arguments, names: tuple[str, ...], default: int, most: int) -> int:
    stated = next((arguments[name] for name in names if arguments.get(name) not in (None, "")), default)
    text = str(stated)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= most):
        raise _ActionRefused(
            409, "Validation Error", f"{names[0]} cannot be used: send a whole number from 0 to {most}."
        )
    return int(text)


def _read_flag(arguments: Arguments, name: str) -> bool:
    return str(arguments.get(name, "")).lower() in {"true", "1", "yes"}


async def _show_status(desk: SiteDesk, _: Arguments) -> Any:
    return {
        "ckan_version": VERSION,
        "site_url": desk.site.base,
        "site_title": desk.site.name,
        "site_description": "",
        "error_emails_to": None,
        "locale_default": "de",
        "extensions": [],
    }


async def _list_packages(desk: SiteDesk, arguments: Arguments) -> Any:
    limit = _read_number(arguments, ("limit",), 0, MOST_NAMES)
    offset = _read_number(arguments, ("offset",), 0, LARGEST_OFFSET)
    if arguments.get("limit") in (None, ""):
        if await publishing.count_list(desk.record, Listing()) > MOST_STREAMED:
            reason = f"There are more than {MOST_STREAMED} packages: send limit and offset."
            raise _ActionRefused(409, "Validation Error", reason)
        return _Streamed(_stream_names(desk, offset))
    names: list[str] = []
    async for part in publishing.walk_list(desk.record, Listing(limit=limit, offset=offset)):
        names += await _name(desk, part)
    return names


async def _stream_names(desk: SiteDesk, offset: int) -> AsyncIterator[Sequence[Any]]:
    """Yield the names of all packages from an offset on, part by part by its cursor: an offset costs what it skips."""
    after: str | None = None
    while True:
        entries, after = await publishing.list_page(desk.record, after)
        if shown := entries[offset:]:
            yield await _name(desk, shown)
        offset = max(0, offset - len(entries))
        if after is None or not entries:
            return


async def _name(desk: SiteDesk, entries: Sequence[Entry]) -> list[str]:
    return [name_package(subject) for subject in await publishing.gather_subjects(desk.record, desk.site, entries)]


async def _show_package(desk: SiteDesk, arguments: Arguments) -> Any:
    hashes = _read_id(arguments)
    for source in await _find_sources(desk, hashes):
        ids = await desk.record.identifiers(source.participant)

        def find(source: CrawlSource = source, ids: Sequence[str] = ids) -> str | None:
            return next((dataset for dataset in ids if is_of(hashes, source.participant, dataset)), None)

        dataset = await work_aside(64 * len(ids), find)
        entry = None if dataset is None else await desk.record.entry(source.participant, dataset)
        if entry is not None:
            return (await _render(desk, [entry]))[0]
    raise _ActionRefused(404, "Not Found Error", "Unknown package: package_list lists them.")


async def _search_packages(desk: SiteDesk, arguments: Arguments) -> Any:
    rows = _read_number(arguments, ("rows", "limit"), 10, LARGEST_OFFSET)
    listing = Listing(
        limit=min(rows, MOST_ROWS),
        offset=_read_number(arguments, ("start", "offset"), 0, LARGEST_OFFSET),
        order=_read_order(str(arguments.get("sort") or "")),
    )
    asked = " ".join((_read_query(arguments), *_list_filters(arguments)))
    filtered = await _apply_filter(desk, asked, listing)
    total = 0 if filtered is None else await publishing.count_list(desk.record, filtered)

    async def walk() -> AsyncIterator[Sequence[Any]]:
        if filtered is not None:
            async for part in publishing.walk_list(desk.record, filtered):
                yield await _render(desk, part)

    head = {"count": total, "sort": str(listing.order), "facets": {}, "search_facets": {}}
    return _Streamed(walk(), head, "results")


def _read_query(arguments: Arguments) -> str:
    """Return the filters in `q`, where udata has them; words are refused with where they are searched."""
    query = str(arguments.get("q") or "").strip()
    if query in {"", "*:*", "*"}:
        return ""
    try:
        read_filter(query)
    except FilterRefused:
        reason = f"Words are searched at /v1/search: send q=*:* with filters in fq. {_FILTERS}"
        raise _ActionRefused(409, "Validation Error", reason) from None
    return query


def _list_filters(arguments: Arguments) -> list[str]:
    several = arguments.get("fq_list") or ()
    if isinstance(several, str) and several.startswith("["):
        # In a query, lists are written in JSON.
        try:
            several = msgspec.json.decode(several, type=list[str])
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise _refuse_filter() from None
    return [str(arguments.get("fq") or ""), *map(str, several if isinstance(several, list) else (several or "",))]


def _read_order(sort: str) -> ListOrder:
    """Return the order: that of the last change if it is asked for, else that of arrival, which no change disturbs."""
    name, _, direction = sort.partition(",")[0].strip().partition(" ")
    if name not in {"metadata_modified", "last_modified"}:
        return ListOrder.ARRIVAL
    return ListOrder.NEWEST if direction.strip().lower() == "desc" else ListOrder.OLDEST


async def _apply_filter(desk: SiteDesk, text: str, listing: Listing) -> Listing | None:
    """Return the listing with the filters of `fq`, or None if no package can fit them."""
    try:
        asked = read_filter(text)
    except FilterRefused:
        raise _refuse_filter() from None
    known = await desk.record.sources()
    listing = msgspec.structs.replace(listing, since=asked.since, without=frozenset(_find_named(known, asked.without)))
    if asked.organizations is None:
        return listing
    wanted = _find_named(known, asked.organizations)
    if not wanted:
        return None
    if len(wanted) == 1:
        return msgspec.structs.replace(listing, participant=wanted[0])
    return msgspec.structs.replace(listing, among=frozenset(wanted))


def _find_named(sources: Sequence[CrawlSource], names: Iterable[str]) -> list[str]:
    """Return the participants that have these names or identifiers as organisations."""
    hashes = [found for name in names if (found := read_identifier(name[:_LONGEST_ID])) is not None]
    return [
        source.participant for source in sources if hashes and any(is_of(each, source.participant) for each in hashes)
    ]


def _refuse_filter() -> _ActionRefused:
    return _ActionRefused(409, "Validation Error", f"fq cannot be used. {_FILTERS}")


async def _list_organizations(desk: SiteDesk, arguments: Arguments) -> Any:
    sources = sorted(filter(lambda source: source.datasets, await desk.record.sources()), key=name_organization)
    offset = _read_number(arguments, ("offset",), 0, LARGEST_OFFSET)
    shown = sources[offset : offset + _read_number(arguments, ("limit",), MOST_NAMES, MOST_NAMES)]
    if not _read_flag(arguments, "all_fields"):
        return [name_organization(source) for source in shown]
    return [render_organization(source.participant, source.name, source.datasets) for source in shown]


async def _show_organization(desk: SiteDesk, arguments: Arguments) -> Any:
    source = await _find_organization(desk, str(arguments.get("id") or ""))
    if source is None:
        raise _ActionRefused(404, "Not Found Error", "Unknown organization: organization_list lists them.")
    return render_organization(source.participant, source.name, source.datasets)


async def _find_organization(desk: SiteDesk, text: str) -> CrawlSource | None:
    hashes = read_identifier(text[:_LONGEST_ID])
    sources = () if hashes is None else await _find_sources(desk, hashes)
    return next((source for source in sources if hashes and is_of(hashes, source.participant)), None)


def _read_id(arguments: Arguments) -> Hashes:
    hashes = read_identifier(str(arguments.get("id") or arguments.get("name_or_id") or "")[:_LONGEST_ID])
    if hashes is None:
        raise _ActionRefused(404, "Not Found Error", "Unknown package: package_list lists them.")
    return hashes


async def _find_sources(desk: SiteDesk, hashes: Hashes) -> list[CrawlSource]:
    sources = await desk.record.sources()
    return [source for source in sources if hash_participant(source.participant).startswith(hashes.participant)]


async def _render(desk: SiteDesk, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    subjects = await publishing.gather_subjects(desk.record, desk.site, entries)
    size = sum(len(entry.document) for entry in entries)
    return await work_aside(size, lambda: [render_package(subject) for subject in subjects])


ACTIONS: Mapping[str, CkanAction] = {
    "status_show": _show_status,
    "package_list": _list_packages,
    "package_show": _show_package,
    "package_search": _search_packages,
    "organization_list": _list_organizations,
    "organization_show": _show_organization,
}
