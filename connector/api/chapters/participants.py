"""Endpoints for the participant list and for this connector itself."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, AtEvaluator, LimitQuery
from connector.views.common import Page
from connector.views.conversion import to_view
from connector.views.participants import ParticipantView, SelfView

router = ChapterRouter(tags=["participants"])


@router.get("/participants")
async def list_participants(
    evaluator: AtEvaluator, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ParticipantView]:
    """List the participants, ordered by identifier."""
    known = sorted(evaluator.directory.participants(), key=lambda entry: entry.id)
    rest = [entry for entry in known if after is None or entry.id > after]
    items = tuple(to_view(ParticipantView, entry) for entry in rest[:limit])
    return Page(items=items, next=items[-1].id if len(rest) > limit else None)


@router.get("/self")
async def show_self(context: AtContext, request: Request) -> SelfView:
    """Show this connector and the scopes of the management key."""
    return to_view(SelfView, context, version=_version(), scopes=tuple(sorted(request.state.scopes)))


def _version() -> str:
    try:
        return version("datenkontor")
    except PackageNotFoundError:
        return "unknown"
