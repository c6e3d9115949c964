"""The first page of the operator: what works, what needs a person, and the search index with its progress."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from connector.broker.operating.sources import SourceChoice
from connector.desk.operating.sources import list_sources, show_status
from connector.desk.operating.values import INDEX
from connector.ports.identity import ListInUse
from connector.views.sources import BrokerStatusView, SourceView
from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, fill, go_to, read_query, render

PLACE = "/betrieb"
LISTED, AGAIN_S = 10, 5.0
_DAY_MS, _SOON_DAYS = 86_400_000, 14


class BrokerState(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; `failing` are the first sources whose last crawl failed, `percent` how far the index is."""

    status: BrokerStatusView
    failing: Sequence[SourceView]
    more: bool
    problem: str | None
    percent: int | None
    listed: ListInUse | None
    list_days: int
    list_soon: bool


async def show_overview(visit: Visit) -> Response:
    """Show the state of the broker."""
    done = visit.words.find("brokering.done-index") if read_query(visit, "fertig") == "index" else ""
    return render(visit, "broker_overview.html", state=await _look(visit), done=done)


async def stream_overview(visit: Visit) -> Response:
    """Answer with the state as mark-up, now and whenever it differs; a commit of the index looks at once."""

    async def look() -> Glance:
        return Glance({"part": fill(visit, "broker_overview_live.html", state=await _look(visit))}, again_s=AGAIN_S)

    return open_stream(visit, look, INDEX)


async def rebuild_index(visit: Visit) -> Response:
    """Build the search index anew, while the present one answers."""
    visit.broker.operator.projector.request_rebuild()
    return go_to(f"{PLACE}?fertig=index")


async def _look(visit: Visit) -> BrokerState:
    desk, broker = visit.broker.operator, visit.broker
    status, listed = await show_status(desk), broker.list_in_use()
    failing, more = await list_sources(desk, SourceChoice(failing=True), None, LISTED)
    days = max(0, listed.expires_at - visit.now) // _DAY_MS if listed else 0
    return BrokerState(
        status=status,
        failing=failing,
        more=more is not None,
        problem=broker.find_problem(),
        percent=_measure(status),
        listed=listed,
        list_days=days,
        list_soon=days < _SOON_DAYS,
    )


def _measure(status: BrokerStatusView) -> int | None:
    """Return how far an index is that is being built, in percent; None if none is."""
    if status.building_at is None and status.index_at is not None:
        return None
    return min(100, 100 * (status.building_at or 0) // max(1, status.last_change))
