"""The pages for everybody, one function each."""

from typing import Any

import msgspec
from starlette.responses import Response

from connector.broker import publishing
from connector.broker.board.needs import view_need
from connector.broker.describing.schema_org import render_schema, render_sitemap, render_sitemap_index
from connector.broker.describing.subject import PublicSite, make_page_path, make_path
from connector.broker.query import QueryRefused
from connector.broker.visibility.audience import explain_teaser
from connector.ports.broker_store import CrawlSource, Entry, Listing, ListOrder, Liveness, RecordView
from connector.ports.entities import PageBounds
from connector.ports.store_errors import Unavailable
from connector.views.search import HitsView
from connector.web.frame.visit import Visit, find_operator, make_link, read_query, render, show_error
from connector.web.public.reading import search_here, see
from connector.web.showing import results
from connector.web.showing.dataset import show_dataset
from connector.web.showing.results import AskedSearch, PageShown, read_search

MOST_SOURCES, PAGE, MAPPED = 200, 50, 1000
_FARTHEST = 100_000
# More digits than any number of a page has.
_DIGITS = 10


async def show_start(visit: Visit) -> Response:
    """Show what is shared: figures, themes, and what is new."""
    shown, problem = await _search(visit, AskedSearch())
    themes = next((one for one in shown.filters if one.name == "thema"), None)
    return render(
        visit,
        "public_start.html",
        shown=shown,
        problem=problem,
        themes=(*themes.first, *themes.more) if themes else (),
        organisations=len(await _list_sources(visit)),
        canonical=_name(visit, "/"),
    )


async def show_search(visit: Visit) -> Response:
    """Show the search with what was found."""
    asked = read_search(visit.request.query_params.multi_items())
    shown, problem = await _search(visit, asked)
    if not problem and not asked.offset:
        visit.broker.note_search(asked.words, shown.total, visit.user.member or None if visit.user else None)
    address = asked.write_page(asked.offset)
    return render(
        visit,
        "search.html",
        status=422 if problem else 200,
        shown=shown,
        asked=asked,
        problem=problem,
        again=False,
        may_ask=False,
        canonical=_name(visit, address),
    )


async def show_found(visit: Visit) -> Response:
    """Show one dataset as the broker has read it last."""
    participant, dataset = read_query(visit, "teilnehmer") or "", read_query(visit, "id") or ""
    record = await see(visit)
    entry = await record.entry(participant, dataset)
    if entry is None:
        return show_error(visit, 404, visit.words.say("sharing.unknown-offer"))
    entry, source = explain_teaser(entry), await record.source(participant)
    path = _name(visit, make_page_path(participant, dataset))
    item = await show_dataset(
        visit.pages.library,
        visit.words,
        _read_document(entry),
        participant=participant,
        party=(source.name if source else "") or visit.words.party(participant),
        now=visit.now,
        address=path,
    )
    return render(
        visit,
        "found.html",
        item=item,
        results_path=results.read_back(read_query(visit, "suche") or ""),
        page=entry.via or "",
        teaser=entry.reduced,
        own=False,
        may_ask=False,
        operator=find_operator(visit, visit.words.say("finding.feedback-about", title=item.title), path),
        agreed=(),
        open_requests=(),
        canonical=path,
        schema="" if entry.reduced else f"{visit.broker.site.base}{make_path(participant, dataset)}.schema.json",
        schema_data="" if entry.reduced else await _write_schema(visit, record, entry),
    )


async def _write_schema(visit: Visit, record: RecordView, entry: Entry) -> str:
    """Return what search engines read in the page itself: data of schema.org, which no browser runs.

    `render_schema` leaves no sign in it that ends its element.
    """
    (subject,) = await publishing.gather_subjects(record, visit.broker.site, [entry])
    return render_schema(subject).decode()


def _read_document(entry: Entry) -> dict[str, Any]:
    """Return the Dataset of an entry; that of a teaser with its title and who sees the rest."""
    dataset: dict[str, Any] = msgspec.json.decode(entry.document)
    if not entry.reduced:
        return dataset
    texts = {"dct:title": entry.titles, "dct:description": entry.descriptions}
    stated = {
        name: [{"@value": text, "@language": language} for language, text in found.items()]
        for name, found in texts.items()
    }
    return {**dataset, **stated, "dct:publisher": {"foaf:name": entry.publisher}}


async def show_organisations(visit: Visit) -> Response:
    """List who offers data, the largest first."""
    found = await _list_sources(visit)
    more = max(len(found) - MOST_SOURCES, 0)
    canonical = _name(visit, "/organisationen")
    return render(visit, "organisations.html", found=found[:MOST_SOURCES], more=more, canonical=canonical)


async def show_organisation(visit: Visit) -> Response:
    """Show what one organisation offers, the newest first."""
    record = await see(visit)
    source = await record.source(read_query(visit, "id") or "")
    if source is None or source.liveness is Liveness.DEAD:
        return show_error(visit, 404, visit.words.say("sharing.unknown-organisation"))
    given = read_query(visit, "ab") or "0"
    offset = min(int(given[: _DIGITS - 1]), _FARTHEST) if given.isascii() and given.isdecimal() else 0
    listing = Listing(participant=source.participant, order=ListOrder.NEWEST, limit=PAGE, offset=offset)
    entries, total = await record.list_entries(listing)
    untitled = visit.words.say("untitled")
    return render(
        visit,
        "organisation.html",
        source=source,
        total=total,
        entries=[(one.id, visit.words.pick(one.titles, untitled), one.changed_at) for one in entries],
        after=offset + PAGE if offset + PAGE < total else None,
        canonical=_name(visit, make_link("/organisationen/organisation", id=source.participant)),
    )


async def show_needs(visit: Visit) -> Response:
    """List the needs that are open, the newest first, as everybody sees them: without a contact."""
    record = await see(visit)
    bounds = PageBounds(limit=PAGE, after=read_query(visit, "nach"))
    try:
        needs, following = await visit.broker.board.needs(bounds, open_at=visit.now)
    except ValueError:
        return show_error(visit, 422, visit.words.say("cursor-unknown"))
    owners = {need.owner: await record.source(need.owner) for need in needs}
    names = {owner: (source.name if source else "") or visit.words.party(owner) for owner, source in owners.items()}
    return render(
        visit,
        "public_needs.html",
        found=[(view_need(need, visit.now, known=False), names[need.owner]) for need in needs],
        following=following,
        canonical=_name(visit, make_link("/bedarf", nach=bounds.after)),
    )


async def show_sitemap_index(visit: Visit) -> Response:
    """Return the index of the sitemaps of these pages (sitemaps.org)."""
    count = await publishing.count_list(await see(visit), Listing())
    site = PublicSite(base=visit.pages.here.origin, participant="", name="")
    return Response(render_sitemap_index(site, max(1, -(-count // MAPPED))), media_type="application/xml")


async def show_sitemap(visit: Visit) -> Response:
    """Return the addresses of the datasets of one sitemap."""
    stated = visit.request.path_params["number"]
    if not (stated.isascii() and stated.isdecimal() and len(stated) < _DIGITS):
        return show_error(visit, 404, visit.words.say("error-unknown"))
    number = int(stated)
    addresses: list[tuple[str, int]] = []
    listing = Listing(offset=min(number * MAPPED, 50 * _FARTHEST), limit=MAPPED)
    async for part in publishing.walk_list(await see(visit), listing):
        for entry in part:
            address = _name(visit, make_page_path(entry.participant, entry.id))
            addresses.append((address.replace("&", "&amp;"), entry.changed_at))
    return Response(render_sitemap(addresses), media_type="application/xml")


async def show_robots(visit: Visit) -> Response:
    """Lead search engines to the sitemap (RFC 9309)."""
    return Response(f"User-agent: *\nAllow: /\nSitemap: {_name(visit, '/sitemap.xml')}\n", media_type="text/plain")


async def _search(visit: Visit, asked: AskedSearch) -> tuple[PageShown, str]:
    """Return what is found, and what keeps the search from it."""
    problem, found = "", HitsView(items=())
    try:
        found = await search_here(visit, results.write_query(asked))
    except QueryRefused as refusal:
        problem = results.write_refusal(visit.words, str(refusal))
    except Unavailable:
        visit.broker.operator.projector.wake()
        problem = visit.words.say("sharing.unavailable")
    return results.show_page(visit.words, asked, found, visit.now), problem


async def _list_sources(visit: Visit) -> list[CrawlSource]:
    """Return the organisations that offer something and are not gone, the largest first."""
    sources = await (await see(visit)).sources()
    offering = [one for one in sources if one.datasets and one.liveness is not Liveness.DEAD]
    return sorted(offering, key=lambda one: (-one.datasets, one.name))


def _name(visit: Visit, path: str) -> str:
    """Return the one address under which a view is known."""
    return visit.pages.here.origin + path
