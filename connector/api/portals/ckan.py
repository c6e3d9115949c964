"""The reading actions of CKAN's API 3 for harvesters: packages, organisations, and the search with its filters.

CKAN 2.10, API guide. A filter that is not known is refused, because another list would be answered than is asked for.
"""

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

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
from connector.net.aside import work_aside
from connector.ports.broker_store import CrawlSource, Entry, Listing, ListOrder

VERSION = "2.10"
MOST_ROWS, MOST_NAMES, LARGEST_BODY, LARGEST_OFFSET = 100, 10_000, 64 * 1024, 10_000_000
_LONGEST_ID = 100

# The filters that harvesters send: `organization:name`, `metadata_modified:[2026-01-01T00:00:00Z TO *]`.
_TERM = re.compile(r'\s*\+?(\w+):("[^"]{1,200}"|\[[^\]]{1,100}\]|[^\s"\[\]()]{1,200})')
_SINCE = re.compile(r"\[(\S+) TO (?:\*|NOW)\]")

Arguments = Mapping[str, Any]
CkanAction = Callable[[SiteDesk, Arguments], Awaitable[Any]]

router = APIRouter(include_in_schema=False)


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
    try:
        answer = {"success": True, "result": await _find_action(name)(desk, await _read_arguments(request))}
    except _ActionRefused as refusal:
        status = refusal.status
        answer = {"success": False, "error": {"__type": refusal.kind, "message": refusal.reason}}
    body = msgspec.json.encode({"help": f"{desk.site.base}/api/3/action/help_show", **answer})
    return Response(body, status, media_type="application/json;charset=utf-8")


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
    limit = _read_number(arguments, ("limit",), MOST_NAMES, MOST_NAMES)
    offset = _read_number(arguments, ("offset",), 0, LARGEST_OFFSET)
    if "limit" not in arguments and await publishing.count_list(desk.record, Listing()) > MOST_NAMES:
        raise _ActionRefused(
            409, "Validation Error", f"There are more than {MOST_NAMES} packages: send limit and offset."
        )
    names: list[str] = []
    async for part in publishing.walk_list(desk.record, Listing(limit=limit, offset=offset)):
        names += [name_package(subject) for subject in await publishing.gather_subjects(desk.record, desk.site, part)]
    return names


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
    if str(arguments.get("q") or "*:*").strip() not in {"*:*", "*"}:
        raise _ActionRefused(
            409, "Validation Error", "Words are searched at /v1/search: send q=*:* with filters in fq."
        )
    rows = _read_number(arguments, ("rows", "limit"), 10, 1000)
    listing = Listing(
        limit=min(rows, MOST_ROWS),
        offset=_read_number(arguments, ("start", "offset"), 0, LARGEST_OFFSET),
        order=_read_order(str(arguments.get("sort") or "")),
    )
    filtered = await _read_filters(desk, " ".join(_list_filters(arguments)), listing)
    total = 0 if filtered is None else await publishing.count_list(desk.record, filtered)
    results: list[Any] = []
    if filtered is not None:
        async for part in publishing.walk_list(desk.record, filtered):
            results += await _render(desk, part)
    return {"count": total, "sort": str(listing.order), "results": results, "facets": {}, "search_facets": {}}


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


async def _read_filters(desk: SiteDesk, fq: str, listing: Listing) -> Listing | None:
    """Return the listing with the filters of `fq`, or None if no package can fit them."""
    for name, value in _split_filters(fq.strip()):
        if name in {"organization", "owner_org"}:
            source = await _find_organization(desk, value)
            if source is None:
                return None
            listing = msgspec.structs.replace(listing, participant=source.participant)
        elif name == "metadata_modified" and (since := _SINCE.fullmatch(value)):
            listing = msgspec.structs.replace(listing, since=_read_moment(since[1]))
        elif (name, value) not in {("dataset_type", "dataset"), ("state", "active"), ("*", "*")}:
            raise _refuse_filter()
    return listing


def _split_filters(fq: str) -> list[tuple[str, str]]:
    terms: list[tuple[str, str]] = []
    place = 0
    while place < len(fq):
        found = _TERM.match(fq, place)
        if found is None:
            raise _refuse_filter()
        place = found.end()
        terms.append((found[1], found[2].strip('"')))
    return terms


def _read_moment(text: str) -> int:
    try:
        at = dt.datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise _refuse_filter() from None


def _refuse_filter() -> _ActionRefused:
    reason = "fq cannot be used: filters are organization:NAME and metadata_modified:[2026-01-01T00:00:00Z TO *]."
    return _ActionRefused(409, "Validation Error", reason)


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
