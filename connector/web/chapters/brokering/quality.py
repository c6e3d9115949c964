"""The quality of what the sources offer: all on one page, one in detail, with the formula of the score."""

import asyncio
import logging
from typing import Any

from starlette.responses import Response

from connector.broker.operating.quality import WEIGHTS
from connector.desk.operating.quality import report_quality
from connector.desk.operating.values import QUALITY
from connector.views.quality import FindingView
from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, fill, go_to, make_link, read_query, render, show_error
from connector.web.frame.wording import PageWords

_log = logging.getLogger(__name__)
PLACE = "/betrieb/qualitaet"
PAGE, AGAIN_S = 50, 5.0


async def show_quality(visit: Visit) -> Response:
    """Show the last assessment, page by page."""
    return render(visit, "broker_quality.html", **await _prepare(visit))


async def stream_quality(visit: Visit) -> Response:
    """Answer with the report as mark-up, now and whenever it differs; the end of an assessment looks at once."""

    async def look() -> Glance:
        values = await _prepare(visit)
        part = fill(visit, "broker_quality_live.html", **values)
        return Glance({"part": part}, last=not values["report"].running, again_s=AGAIN_S)

    return open_stream(visit, look, QUALITY)


async def assess(visit: Visit) -> Response:
    """Assess the quality of all offers, beside all other work."""
    watch = visit.users.context.watch

    def tell_end(assessing: asyncio.Task[None]) -> None:
        if not assessing.cancelled() and (fault := assessing.exception()):
            _log.warning("the quality was not assessed: %s", fault)
        watch.notify(QUALITY)

    visit.broker.operator.assessor.start().add_done_callback(tell_end)
    return go_to(PLACE)


async def show_participant(visit: Visit) -> Response:
    """Show the quality of what one source offers, with what is to mend."""
    report = await report_quality(visit.broker.operator, read_query(visit, "id") or "", 1, None)
    if report.total is None or not report.items:
        return show_error(visit, 404, visit.words.say("reporting.quality-unknown"))
    shown = report.items[0]
    members = [(visit.words.say(f"reporting.member-{name}"), share) for name, share in shown.members.items()]
    return render(
        visit,
        "broker_quality_source.html",
        shown=shown,
        assessed_at=report.assessed_at,
        members=members,
        findings=[(one, say_finding(visit.words, one)) for one in shown.findings],
        weights=WEIGHTS,
    )


def say_finding(words: PageWords, found: FindingView) -> str:
    """Return what is to mend, in words for people, without the options of a command."""
    name = words.find(f"reporting.member-{found.option.lstrip('-')}") if found.option else ""
    member = name or found.member
    known = words.find(f"broker.finding-{found.rule}")
    return words.say(f"broker.finding-{found.rule if known else 'other'}", member=member, rule=found.rule)


async def _prepare(visit: Visit) -> dict[str, Any]:
    report = await report_quality(visit.broker.operator, None, PAGE, read_query(visit, "nach"))
    following = make_link(PLACE, nach=report.next) if report.next else ""
    first = PLACE if read_query(visit, "nach") else ""
    return {"report": report, "first": first, "following": following, "weights": WEIGHTS}
