"""Saved searches: save what is searched for, see what is new in it, get its feed, remove it."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import Response

from connector.controlplane.core.errors import NoSuchEntity
from connector.desk.house import Quota
from connector.views.saved import NewHitsView, SavedSearchOrder, SavedSearchView, SeenOrder
from connector.web.frame.forms import FormFault, read_form, read_version
from connector.web.frame.origin import split_address
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.showing.results import LONGEST, read_carried, show_result
from connector.web.showing.saved import read_parameters, write_parameters

LONGEST_NAME = 120
PLACE = "/suche/gespeichert"


async def show_saved(visit: Visit) -> Response:
    """List the saved searches of this participant, the oldest first."""
    found = [(one, read_parameters(one.parameters).write_address()) for one in await _list_all(visit)]
    done = visit.words.find(f"saving.done-{read_query(visit, 'fertig')}")
    return render(visit, "saved.html", found=found, done=done, feed="")


async def save(visit: Visit) -> Response:
    """Save the search of an address under a name; the page shows the secret address of its feed, once.

    Without a name, the search is shown again, and says at the field what is missing.
    """
    given = await read_form(visit.request)
    name = " ".join(given.get("name", "").split())[:LONGEST_NAME]
    asked = read_carried(split_address(given.get("suche", "")[: 20 * LONGEST]).query)
    parameters = write_parameters(asked)
    if not parameters:
        raise FormFault("saving.no-search")
    if not name:
        return go_to(f"{asked.write_address()}&fehlt=name")
    order = SavedSearchOrder(name=name, parameters=parameters)

    async def list_living() -> set[str]:
        return {one.id for one in await _list_all(visit)}

    made = await visit.pages.shared.make(
        visit.person.name,
        Quota.SEARCH,
        list_living=list_living,
        create=lambda: visit.ask(SavedSearchView, "POST", "searches", body=order),
    )
    return await _show_feed(visit, made)


async def show_new(visit: Visit) -> Response:
    """Show what is new in a saved search since this participant has looked."""
    saved = await _find(visit, read_query(visit, "id") or "")
    new = await visit.ask(NewHitsView, "GET", f"{_name(saved.id)}/new")
    return render(
        visit,
        "saved_new.html",
        saved=saved,
        address=read_parameters(saved.parameters).write_address(),
        results=[show_result(visit.words, hit, visit.now) for hit in new.items],
        following=new.next,
        more=new.more,
    )


async def note_seen(visit: Visit) -> Response:
    """Note that this participant has seen what was new."""
    given = await read_form(visit.request)
    order = SeenOrder(seen=read_version(given, "bis"))
    await visit.ask(SavedSearchView, "POST", f"{_name(given.get('id', ''))}/seen", body=order)
    return go_to(make_link(PLACE, fertig="gesehen"))


async def renew_feed(visit: Visit) -> Response:
    """Show a new secret address for the feed of a saved search; the old one ends."""
    given = await read_form(visit.request)
    saved = await _find(visit, given.get("id", ""))
    made = await visit.ask(SavedSearchView, "POST", f"{_name(saved.id)}/feed")
    return await _show_feed(visit, made)


async def show_removal(visit: Visit) -> Response:
    """Ask before a saved search is removed."""
    return render(visit, "saved_remove.html", saved=await _find(visit, read_query(visit, "id") or ""))


async def remove(visit: Visit) -> Response:
    """Remove a saved search; its feed ends."""
    given: Mapping[str, str] = await read_form(visit.request)
    saved = await _find(visit, given.get("id", ""))
    await visit.ask(SavedSearchView, "DELETE", _name(saved.id))
    return go_to(make_link(PLACE, fertig="entfernt"))


async def _show_feed(visit: Visit, made: SavedSearchView) -> Response:
    # The address of a feed is a secret: it is in no address of these pages, and shown once.
    found = [(one, read_parameters(one.parameters).write_address()) for one in await _list_all(visit)]
    return render(visit, "saved.html", found=found, done="", feed=made.feed or "", name=made.name)


async def _list_all(visit: Visit) -> tuple[SavedSearchView, ...]:
    return await visit.ask(tuple[SavedSearchView, ...], "GET", "searches")


async def _find(visit: Visit, id: str) -> SavedSearchView:
    """Return a saved search of this participant. Raises NoSuchEntity."""
    found = next((one for one in await _list_all(visit) if one.id == id), None)
    if found is None:
        reason = "Unknown saved search: list the saved searches for their identifiers."
        raise NoSuchEntity("no-search", reason)
    return found


def _name(id: str) -> str:
    return f"searches/{quote(id, safe='')}"
