"""Endpoints for the quality of what the sources of a broker offer."""

import asyncio
import contextlib

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, LimitQuery, WaitQuery
from connector.api.operating.desk import AtOperator, OfParticipantQuery
from connector.desk.operating.quality import report_quality
from connector.views.quality import QualityReportView

router = ChapterRouter(tags=["quality"])


@router.get("/quality")
async def show_quality(
    desk: AtOperator, participant: OfParticipantQuery = None, limit: LimitQuery = 50, after: AfterQuery = None
) -> QualityReportView:
    """Show the last assessment of quality, of each source and of all; `POST /v1/quality` makes one."""
    return await report_quality(desk, participant, limit, after)


@router.post("/quality", status_code=202)
async def assess_quality(
    desk: AtOperator,
    participant: OfParticipantQuery = None,
    limit: LimitQuery = 50,
    timeout: WaitQuery = 0,  # noqa: ASYNC109 - it limits the wait, not the call
) -> QualityReportView:
    """Assess the quality of all offers, beside all other work, and wait for the result up to a time."""
    assessing = desk.assessor.start()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await asyncio.shield(assessing)
    return await report_quality(desk, participant, limit, None)
