"""Changes for harvesters that keep a copy: the DCAT-AP Feed page by page, and the newest changes as Atom."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Response

from connector.api.broker import PositionQuery
from connector.api.frame.errors import ApiError
from connector.api.portals.frame import (
    LONGEST_ACCEPT,
    READ,
    AcceptHeader,
    AtSite,
    PageLimit,
    SiteDesk,
    answer_aside,
    choose_form,
)
from connector.broker import publishing
from connector.broker.describing.feed import FEED_PREFIXES, describe_feed, render_atom
from connector.language.catalogue import choose_language
from connector.semantic.writing import RdfForm, write_graphs

NEWEST = 50
ATOM = "application/atom+xml"
_FORMS = {"trig": RdfForm.TRIG, "jsonld": RdfForm.JSON_LD}
_BY_MEDIA = {form.value: form for form in _FORMS.values()}

router = APIRouter(include_in_schema=False)


@router.api_route("/feed", methods=READ)
async def read_feed(
    desk: AtSite,
    accept: AcceptHeader = "",
    after: PositionQuery = None,
    limit: PageLimit = publishing.PAGE,
) -> Response:
    """Return a page of the feed in the accepted form."""
    return await _answer_feed(desk, "/feed", choose_form(accept, _BY_MEDIA), after, limit)


@router.api_route("/feed.atom", methods=READ)
async def read_newest(
    desk: AtSite,
    accept_language: Annotated[str, Header(max_length=LONGEST_ACCEPT)] = "",
) -> Response:
    """Return the newest changes as an Atom feed, in German unless English is asked for."""
    entries = await desk.record.newest(NEWEST)
    subjects = await publishing.gather_subjects(desk.record, desk.site, entries)
    language = choose_language(accept_language)
    return await answer_aside(
        desk, entries, ATOM, partial(render_atom, desk.site, subjects, language), "Accept-Language"
    )


@router.api_route("/feed.{suffix}", methods=READ)
async def read_feed_file(
    desk: AtSite,
    suffix: str,
    after: PositionQuery = None,
    limit: PageLimit = publishing.PAGE,
) -> Response:
    """Return a page of the feed in the form of the ending."""
    form = _FORMS.get(suffix)
    if form is None:
        raise ApiError(404, "no-form", f"Unknown ending: use one of atom, {', '.join(_FORMS)}.")
    return await _answer_feed(desk, f"/feed.{suffix}", form, after, limit)


async def _answer_feed(desk: SiteDesk, path: str, form: RdfForm, after: str | None, limit: int) -> Response:
    try:
        entries, reached = await publishing.list_changes(desk.record, after, limit)
        more = bool(entries) and bool((await desk.record.changes(reached, 1))[0])
    except ValueError as fault:
        raise ApiError(400, "position", str(fault)) from None
    subjects = await publishing.gather_subjects(desk.record, desk.site, entries)
    chosen = {} if limit == publishing.PAGE else {"limit": str(limit)}

    def name(place: str | None) -> str:
        query = urlencode(({} if place in {None, "0"} else {"after": place}) | chosen)
        return f"{desk.site.base}{path}{'?' if query else ''}{query}"

    page, following = name(after), name(reached) if more else None

    def write() -> bytes:
        return write_graphs(describe_feed(desk.site, subjects, page, following), form, FEED_PREFIXES)

    return await answer_aside(desk, entries, form.value, write)
