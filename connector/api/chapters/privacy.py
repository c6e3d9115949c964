"""Endpoints for data protection: the record of processing activities, duties that are late, and vetoes."""

from fastapi import Request

from connector.api.chapters.assets import view_asset
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtEvaluator, AtPublisher, LimitQuery, page, read_listing, read_page
from connector.controlplane.usecases.privacy import late_duties, processing, vetoes
from connector.desk.processing import view_activity, view_late_duty
from connector.views.assets import AssetView
from connector.views.common import Page
from connector.views.privacy import LateDutyView, ProcessingView, VetoOrder

router = ChapterRouter(tags=["privacy"])


@router.get("/privacy/processing")
async def list_processing(
    publisher: AtPublisher, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ProcessingView]:
    """List the record of processing activities (GDPR Art. 30), the newest offer and its newest agreement first."""
    found, following = await read_listing(processing.list_activities(publisher.evaluator, page(limit, after)))
    items = tuple(view_activity(publisher.evaluator, publisher.contact, one) for one in found)
    return Page(items=items, next=following)


@router.get("/privacy/late-duties")
async def list_late_duties(
    evaluator: AtEvaluator, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[LateDutyView]:
    """List the duties that were not performed in time, of both sides, the longest known first."""
    return await read_page(late_duties.list_late(evaluator, page(limit, after)), view_late_duty)


@router.post("/assets/{id:path}/veto")
async def veto_asset(publisher: AtPublisher, request: Request, id: str, order: VetoOrder) -> AssetView:
    """Veto the release of an offer of personal data: nobody publishes it until the veto is lifted."""
    return view_asset(await vetoes.veto(publisher, id, order.reason, by=request.state.key_id))


@router.post("/assets/{id:path}/veto/lift")
async def lift_veto(publisher: AtPublisher, request: Request, id: str) -> AssetView:
    """Take the veto against an offer back; a repetition changes nothing."""
    return view_asset(await vetoes.lift(publisher, id, by=request.state.key_id))
