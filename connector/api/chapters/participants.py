"""Endpoints for the participant list and for this connector itself."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, AtEnforcer, AtEvaluator, LimitQuery
from connector.controlplane.core.context import Context
from connector.controlplane.usecases import blocks
from connector.ports.entities import Block
from connector.views.common import Page, ReasonOrder
from connector.views.conversion import to_view
from connector.views.participants import BlockView, ParticipantView, SelfView

router = ChapterRouter(tags=["participants"])


@router.get("/participants")
async def list_participants(
    evaluator: AtEvaluator, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ParticipantView]:
    """List the participants, ordered by identifier."""
    known = sorted(evaluator.directory.participants(), key=lambda entry: entry.id)
    rest = [entry for entry in known if after is None or entry.id > after]
    known_blocks = {entry.participant: entry for entry in await evaluator.context.store.blocks(evaluator.context.owner)}
    items = tuple(
        to_view(ParticipantView, entry, block=_view(evaluator.context, known_blocks.get(entry.id)))
        for entry in rest[:limit]
    )
    return Page(items=items, next=items[-1].id if len(rest) > limit else None)


@router.get("/blocks")
async def list_blocks(context: AtContext) -> tuple[BlockView, ...]:
    """List the participants that are excluded here, also those that are in the participant list no more."""
    return tuple(_show(context, entry) for entry in await context.store.blocks(context.owner))


@router.post("/participants/{id:path}/block")
async def block_participant(enforcer: AtEnforcer, request: Request, id: str, why: ReasonOrder) -> BlockView:
    """Exclude a participant: its requests are refused, what runs ends, and it receives the reason."""
    return _show(enforcer.context, await blocks.block(enforcer, id, why.reason, by=request.state.key_id))


@router.post("/participants/{id:path}/unblock")
async def unblock_participant(enforcer: AtEnforcer, request: Request, id: str) -> BlockView:
    """Admit a participant again; what was ended stays ended."""
    return _show(enforcer.context, await blocks.unblock(enforcer, id, by=request.state.key_id))


@router.get("/self")
async def show_self(context: AtContext, request: Request) -> SelfView:
    """Show this connector and the scopes of the management key."""
    return to_view(SelfView, context, version=_version(), scopes=tuple(sorted(request.state.scopes)))


def _view(context: Context, block: Block | None) -> BlockView | None:
    return None if block is None else _show(context, block)


def _show(context: Context, block: Block) -> BlockView:
    return to_view(BlockView, block, name=context.find_name(block.participant))


def _version() -> str:
    try:
        return version("datenkontor")
    except PackageNotFoundError:
        return "unknown"
