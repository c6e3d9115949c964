"""Changes for harvesters that keep a copy: the DCAT-AP Feed page by page, and the newest changes as Atom."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from connector.api.broker import Known
from connector.api.frame.errors import ApiError
from connector.api.portals.frame import (
    LONGEST_ACCEPT,
    AcceptHeader,
    AtSite,
    PageLimit,
    SiteDesk,
    answer_aside,
    choose_form,
)
from connector.broker import publishing
from connector.broker.describing.feed import FEED_PREFIXES, describe_feed, render_atom
from connector.language.catalogue import match_language
from connector.semantic.writing import RdfForm, write_graphs

NEWEST = 50
ATOM = "application/atom+xml"
_FORMS = {"trig": RdfForm.TRIG, "jsonld": RdfForm.JSON_LD}
_BY_MEDIA = {form.value: form for form in _FORMS.values()}

router = APIRouter(include_in_schema=False)

PlaceQuery = Annotated[int, Query(ge=0, le=2**53)]


@router.get("/feed")
async def read_feed(
    desk: AtSite,
    caller: Known,  # noqa: ARG001 - only who may read
    accept: AcceptHeader = "",
    after: PlaceQuery = 0,
    limit: PageLimit = publishing.PAGE,
) -> Response:
    """Return a page of the feed in the accepted form."""
    return await _answer_feed(desk, "/feed", choose_form(accept, _BY_MEDIA), after, limit)


@router.get("/feed.atom")
async def read_newest(
    desk: AtSite,
    caller: Known,  # noqa: ARG001 - only who may read
    accept_language: Annotated[str, Header(max_length=LONGEST_ACCEPT)] = "",
) -> Response:
    """Return the newest changes as an Atom feed, in German unless English is asked for."""
    entries = await publishing.list_newest(desk.record, NEWEST)
    subjects = await publishing.gather_subjects(desk.record, desk.site, entries)
    language = match_language(accept_language.strip()) or "de"
    return await answer_aside(entries, ATOM, lambda: render_atom(desk.site, subjects, language))


@router.get("/feed.{suffix}")
async def read_feed_file(
    desk: AtSite,
    caller: Known,  # noqa: ARG001 - only who may read
    suffix: str,
    after: PlaceQuery = 0,
    limit: PageLimit = publishing.PAGE,
) -> Response:
    """Return a page of the feed in the form of the ending."""
    form = _FORMS.get(suffix)
    if form is None:
        raise ApiError(404, "no-form", f"Unknown ending: use one of atom, {', '.join(_FORMS)}.")
    return await _answer_feed(desk, f"/feed.{suffix}", form, after, limit)


async def _answer_feed(desk: SiteDesk, path: str, form: RdfForm, after: int, limit: int) -> Response:
    entries = await publishing.list_changes(desk.record, after, limit)
    subjects = await publishing.gather_subjects(desk.record, desk.site, entries)
    more = bool(entries) and bool(await desk.record.changes(entries[-1].seq, 1))
    size = "" if limit == publishing.PAGE else f"&limit={limit}"
    address = f"{desk.site.base}{path}"
    page = f"{address}?after={after}{size}" if after or size else address
    following = f"{address}?after={entries[-1].seq}{size}" if more else None

    def write() -> bytes:
        return write_graphs(describe_feed(desk.site, subjects, page, following), form, FEED_PREFIXES)

    return await answer_aside(entries, form.value, write)
