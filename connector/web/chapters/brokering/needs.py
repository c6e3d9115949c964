"""The needs on the board, for the operator: all with their states, and what was answered to each."""

from starlette.responses import Response

from connector.broker.board.needs import view_answers, view_need
from connector.ports.entities import PageBounds
from connector.web.frame.listing import read_rows
from connector.web.frame.visit import Visit, make_link, name_party, read_query, render, show_error

PLACE, SHOWN = "/betrieb/bedarf", "/betrieb/bedarf/eintrag"
PAGE = 20


async def show_needs(visit: Visit) -> Response:
    """List the needs, the newest first: those that are open, or all."""
    everything = read_query(visit, "ansicht") == "alle"
    bounds = PageBounds(limit=PAGE, after=read_query(visit, "nach"))
    rows, following = await read_rows(visit.broker.board.needs(bounds, open_at=None if everything else visit.now))
    view = "alle" if everything else None
    return render(
        visit,
        "broker_needs.html",
        found=[(view_need(need, visit.now, known=True), name_party(visit, need.owner)) for need in rows],
        everything=everything,
        following=make_link(PLACE, ansicht=view, nach=following) if following else "",
    )


async def show_need(visit: Visit) -> Response:
    """Show a need with its contact and all answers."""
    need = await visit.broker.board.need(read_query(visit, "id") or "")
    if need is None:
        return show_error(visit, 404, visit.words.say("reporting.need-unknown"))
    answers = view_answers(await visit.broker.board.answers(need.id))
    return render(
        visit,
        "broker_need.html",
        need=view_need(need, visit.now, known=True),
        owner=name_party(visit, need.owner),
        answers=[(one, name_party(visit, one.participant)) for one in answers],
    )
