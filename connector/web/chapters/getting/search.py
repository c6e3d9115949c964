"""The search for data of others, asked of the broker in the name of this participant, and what was found."""

from functools import partial

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import NotAllowed, PeerFailed
from connector.controlplane.usecases import agreements, catalog, users
from connector.net.aside import work_aside
from connector.ports.broker_store import PORTALS
from connector.ports.entities import Agreement, PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.views.agreements import AgreementState
from connector.views.search import HitsView
from connector.web.frame.visit import Visit, name_party, read_query, render, show_error
from connector.web.rights import ASKERS
from connector.web.showing import results
from connector.web.showing.dataset import show_dataset
from connector.web.showing.results import AskedSearch, read_search

LOOKED_AT = 20


async def show_search(visit: Visit) -> Response:
    """Show the search with what was found; without words and filters, what is new."""
    asked = read_search(visit.request.query_params.multi_items())
    if visit.desk.search is None:
        return _render(visit, asked, HitsView(items=()), problem=visit.words.say("finding.no-broker"))
    try:
        found = await _search(visit, asked)
    except PeerFailed as error:
        problem = visit.words.say("finding.broker-away", reason=visit.words.translate(error.reason))
        return _render(visit, asked, HitsView(items=()), problem=problem, status=503, again=True)
    except NotAllowed as error:
        problem = visit.words.translate(error.reason)
        return _render(visit, asked, HitsView(items=()), problem=problem, status=422)
    if found is None:
        return _render(visit, asked, HitsView(items=()), problem=visit.words.say("finding.broker-odd"), status=502)
    unnamed = read_query(visit, "fehlt") == "name"
    return _render(visit, asked, found, unnamed=unnamed, status=422 if unnamed else 200)


async def show_found(visit: Visit) -> Response:
    """Show a dataset of another participant, as its provider describes it now."""
    participant, dataset_id = read_query(visit, "teilnehmer") or "", read_query(visit, "id") or ""
    if participant.startswith(PORTALS):
        return show_error(visit, 404, visit.words.say("finding.no-reference-here"))
    dataset = await catalog.fetch_dataset(visit.desk.counterparties, participant, dataset_id)
    library, party = visit.desk.evaluator.library, name_party(visit, participant)
    shown = await show_dataset(library, visit.words, dataset, participant=participant, party=party, now=visit.now)
    own = participant == visit.desk.context.participant
    agreed, asked = await _find_own(visit, participant, dataset_id)
    return render(
        visit,
        "found.html",
        item=shown,
        results_path=results.read_back(read_query(visit, "suche") or ""),
        page="",
        teaser=False,
        own=own,
        may_ask=users.has_role(visit.person, ASKERS) and not own,
        operator="",
        agreed=agreed,
        open_requests=asked,
    )


async def _find_own(visit: Visit, participant: str, dataset: str) -> tuple[list[Agreement], list[Negotiation]]:
    """Return the newest agreement of ours on a dataset that may still be used, and the newest open request."""
    store, owner, bounds = visit.desk.context.store, visit.desk.context.owner, PageBounds(limit=LOOKED_AT)
    rows, _ = await store.agreements(owner, bounds, dataset=dataset, counterparty=participant)
    found = await agreements.describe(visit.desk.evaluator, [row for row in rows if row.role is Role.CONSUMER])
    usable = [summary.agreement for summary in found if summary.state is AgreementState.ACTIVE]
    begun, _ = await store.negotiations(owner, bounds, peer=participant, dataset=dataset)
    ours = [row for row in begun if row.role is Role.CONSUMER and row.state not in NEGOTIATION.terminal]
    return usable[:1], ours[:1]


async def _search(visit: Visit, asked: AskedSearch) -> HitsView | None:
    """Return what the broker finds; None if nobody can read it. Raises PeerFailed, NotAllowed."""
    assert visit.desk.search is not None
    async with visit.pages.shared.take_place(visit.person.name):
        answer = await visit.desk.search(results.write_query(asked))
    try:
        return await work_aside(len(answer), partial(msgspec.json.decode, answer, type=HitsView))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _render(
    visit: Visit,
    asked: AskedSearch,
    found: HitsView,
    *,
    problem: str = "",
    status: int = 200,
    again: bool = False,
    unnamed: bool = False,
) -> Response:
    shown = results.show_page(visit.words, asked, found, visit.now)
    return render(
        visit,
        "search.html",
        status=status,
        shown=shown,
        asked=asked,
        problem=problem,
        again=again,
        unnamed=unnamed,
        may_ask=users.has_role(visit.person, ASKERS),
    )
