"""Statistics of searches without personal data: sums by day, and words that many participants searched for."""

import io
from datetime import UTC, datetime, time, timedelta

from starlette.responses import Response

from connector.desk.operating.usage import count_searches
from connector.ports.search_days import DAYS_KEPT
from connector.views.conversion import moment
from connector.views.sheet import write_sheet
from connector.views.usage import SearchDayView, SearchUsageView
from connector.web.frame.visit import Visit, read_query, render
from connector.web.showing.bars import draw_bars

PLACE = "/betrieb/suchen"
SPANS, NOON = (7, 30, DAYS_KEPT), time(12, tzinfo=UTC)


async def show_searches(visit: Visit) -> Response:
    """Show the searches of the last days, as a drawing, a table and the most frequent words."""
    span, found = await _read(visit)
    days = _fill_days(visit, found, span)
    return render(
        visit,
        "broker_searches.html",
        span=span,
        spans=SPANS,
        found=found,
        days=[(visit.words.day(datetime.combine(one.day, NOON)), one) for one in days],
        bars=draw_bars([(one.day.isoformat(), one.searches) for one in days]),
        searches=sum(one.searches for one in days),
        empty=sum(one.empty for one in days),
    )


async def export_searches(visit: Visit) -> Response:
    """Answer with the sums of the days as CSV, in the form that the spreadsheet of the reader opens."""
    span, found = await _read(visit)
    words, out = visit.words, io.StringIO(newline="")
    heads = [words.say(f"reporting.column-{name}") for name in ("day", "searches", "empty")]
    rows = ((one.day.isoformat(), str(one.searches), str(one.empty)) for one in _fill_days(visit, found, span))
    write_sheet(out, heads, rows, delimiter=words.say("cli.sheet-delimiter"), marked=True)
    headers = {"Content-Disposition": f'attachment; filename="{words.say("reporting.searches-file")}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _read(visit: Visit) -> tuple[int, SearchUsageView]:
    given = read_query(visit, "tage")
    span = next((days for days in SPANS if str(days) == given), 30)
    return span, await count_searches(visit.broker.operator, span)


def _fill_days(visit: Visit, found: SearchUsageView, span: int) -> list[SearchDayView]:
    """Return all days of a span, today the last one; one on which nobody searched has zeros."""
    today, counted = moment(visit.now).date(), {one.day: one for one in found.days}
    days = [today - timedelta(days=back) for back in range(span - 1, -1, -1)]
    return [counted.get(day) or SearchDayView(day=day, searches=0, empty=0) for day in days]
