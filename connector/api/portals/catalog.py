"""The catalogue as DCAT-AP, page by page, single datasets in RDF and for search engines, and the sitemap."""

import datetime as dt
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from connector.api.broker import LONGEST_POSITION
from connector.api.frame.desk import TimeQuery
from connector.api.frame.errors import ApiError
from connector.api.portals.frame import (
    HTML,
    READ,
    AcceptHeader,
    AtSite,
    PageLimit,
    SiteDesk,
    answer_aside,
    choose_form,
)
from connector.broker import publishing
from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_catalog, describe_listed, describe_page
from connector.broker.describing.schema_org import (
    list_addresses,
    render_schema,
    render_sitemap,
    render_sitemap_index,
)
from connector.broker.describing.subject import Subject
from connector.ports.broker_store import Listing
from connector.semantic.statements import Statement
from connector.semantic.writing import SUFFIXES, RdfForm, write_statements

MAPPED_PAGES = 1000
SCHEMA = "application/ld+json"
_GRAPHS = {suffix: form for suffix, form in SUFFIXES.items() if form is not RdfForm.TRIG}
_BY_MEDIA = {form.value: form for form in _GRAPHS.values()}

router = APIRouter(include_in_schema=False)

CursorQuery = Annotated[str | None, Query(max_length=LONGEST_POSITION)]


@router.api_route("/catalog", methods=READ)
async def read_catalog(
    desk: AtSite,
    accept: AcceptHeader = "",
    after: CursorQuery = None,
    modified_since: TimeQuery = None,
    limit: PageLimit = publishing.PAGE,
) -> Response:
    """Return a page of the catalogue in the accepted form; `hydra:next` leads on."""
    form = _choose(desk, accept)
    if form is None:
        return _lead_to(f"{desk.site.pages}/")
    return await _answer_page(desk, "/catalog", form, after, modified_since, limit)


@router.api_route("/catalog.{suffix}", methods=READ)
async def read_catalog_file(
    desk: AtSite,
    suffix: str,
    after: CursorQuery = None,
    modified_since: TimeQuery = None,
    limit: PageLimit = publishing.PAGE,
) -> Response:
    """Return a page of the catalogue in the form of the ending."""
    return await _answer_page(desk, f"/catalog.{suffix}", _find_form(suffix), after, modified_since, limit)


async def _answer_page(
    desk: SiteDesk, path: str, form: RdfForm, after: str | None, since: dt.datetime | None, limit: int
) -> Response:
    try:
        if since is None:
            entries, following = await publishing.list_page(desk.record, after, limit)
        else:
            at = int((since if since.tzinfo else since.replace(tzinfo=dt.UTC)).timestamp() * 1000)
            entries, following = await publishing.list_changed(desk.record, at, after, limit)
    except (ValueError, OverflowError):
        raise ApiError(400, "cursor", "Unknown cursor: begin with the first page.") from None
    subjects = await publishing.gather_subjects(desk.record, desk.site, entries)
    chosen = {"limit": str(limit)} if limit != publishing.PAGE else {}
    if since is not None:
        chosen["modified_since"] = since.isoformat()

    def name(place: str | None) -> str:
        query = urlencode(chosen | ({} if place is None else {"after": place}))
        return f"{desk.site.base}{path}{'?' if query else ''}{query}"

    def write() -> bytes:
        page = describe_page(desk.site, name(after), name(None), following and name(following), limit)
        statements = (*describe_catalog(desk.site, subjects), *page)
        return write_statements(statements, form, CATALOG_PREFIXES)

    return await answer_aside(desk, entries, form.value, write)


def _find_form(suffix: str) -> RdfForm:
    form = _GRAPHS.get(suffix)
    if form is None:
        raise ApiError(404, "no-form", f"Unknown ending: use one of {', '.join(_GRAPHS)}.")
    return form


@router.api_route("/datasets/{participant}/{name}", methods=READ)
async def read_dataset(
    desk: AtSite,
    participant: str,
    name: str,
    accept: AcceptHeader = "",
) -> Response:
    """Return one dataset in the form of the ending, else in the accepted form; `.schema.json` is for search engines."""
    dataset, _, suffix = name.partition(".")
    wants_schema = suffix == "schema.json" or (not suffix and _prefers_schema(accept))
    stated = _find_form(suffix) if suffix and not wants_schema else None
    form = stated if suffix or wants_schema else _choose(desk, accept)
    subject = await publishing.find_subject(desk.record, desk.site, participant, dataset)
    if subject is None:
        raise ApiError(404, "no-dataset", "Unknown dataset: it was removed, or the address is not complete.")
    if wants_schema:
        return await answer_aside(desk, [subject.entry], SCHEMA, partial(render_schema, subject))
    if form is None:
        return _lead_to(subject.page)
    written = partial(_write_dataset, desk, subject, form)
    return await answer_aside(desk, [subject.entry], form.value, written)


def _choose(desk: SiteDesk, accept: str) -> RdfForm | None:
    """Return the form that is accepted, or None if a browser asks and the broker has pages. Raises ApiError (406)."""
    forms: dict[str, RdfForm | None] = {**_BY_MEDIA, **({HTML: None} if desk.site.pages else {})}
    return choose_form(accept, forms)


def _lead_to(page: str) -> Response:
    """Lead people to a page about the same thing (RFC 9110, section 15.4.4)."""
    return Response(status_code=303, headers={"Location": page, "Vary": "Accept"})


def _write_dataset(desk: SiteDesk, subject: Subject, form: RdfForm) -> bytes:
    statements: tuple[Statement, ...] = tuple(describe_listed(desk.site, subject))
    return write_statements(statements, form, CATALOG_PREFIXES)


def _prefers_schema(accept: str) -> bool:
    """Whether the first accepted form is JSON-LD with the profile of schema.org (RFC 6906)."""
    first = accept.partition(",")[0].lower().replace('"', "").replace(" ", "")
    media, _, profile = first.partition(";profile=")
    return media == SCHEMA and profile.partition(";")[0].rstrip("/").rpartition("//")[2] == "schema.org"


@router.api_route("/sitemap.xml", methods=READ)
async def read_sitemap_index(
    desk: AtSite,
) -> Response:
    """Return the index of the sitemaps."""
    count = await publishing.count_list(desk.record, Listing())
    body = render_sitemap_index(desk.site, max(1, -(-count // MAPPED_PAGES)))
    return Response(body, media_type="application/xml")


@router.api_route("/sitemap-{number}.xml", methods=READ)
async def read_sitemap(
    desk: AtSite,
    number: int,
) -> Response:
    """Return the addresses of the datasets of one sitemap."""
    if not 0 <= number <= 50_000:
        raise ApiError(404, "no-sitemap", "Unknown sitemap: /sitemap.xml lists them.")
    addresses: list[tuple[str, int]] = []
    async for part in publishing.walk_list(desk.record, Listing(offset=number * MAPPED_PAGES, limit=MAPPED_PAGES)):
        addresses += list_addresses(desk.site, part)
    return Response(render_sitemap(addresses), media_type="application/xml")
