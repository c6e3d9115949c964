"""Why an offer is shown or not: for the operator every offer, for a participant its own."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response

from connector.api.broker import KnownCaller
from connector.api.frame.chapter import ChapterRouter, encode_view
from connector.api.frame.errors import ApiError
from connector.api.operating.desk import AtOperator
from connector.broker.operating.why import explain
from connector.broker.query import make_query
from connector.desk.operating.values import find_source
from connector.ports.moderated_store import ModeratedStore
from connector.ports.search_index import SearchIndex, SearchUnavailable
from connector.protocol.dsp.errors import clean
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.conversion import to_view
from connector.views.moderation import WhyStepView, WhyView

router = ChapterRouter(tags=["moderation"])
member_router = APIRouter(prefix="/v1", tags=["broker"])

RETRY_S = 2
DatasetQuery = Annotated[str, Query(min_length=1, max_length=LONGEST_IDENTIFIER, description="The dataset.")]
ProviderQuery = Annotated[str, Query(min_length=1, max_length=LONGEST_IDENTIFIER, description="Its provider.")]
TextQuery = Annotated[str | None, Query(max_length=1000, description="Words of a search that should find it.")]


class WhyDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the question: `operator` is the broker, whose own token may ask about every offer."""

    record: ModeratedStore
    index: SearchIndex
    operator: str


def add_why(app: FastAPI, desk: WhyDesk) -> None:
    """Add the question to the application of the broker's API for participants."""
    app.state.why = desk
    app.include_router(member_router)


async def _desk(request: Request) -> WhyDesk:
    desk: WhyDesk = request.app.state.why
    return desk


@router.get("/why")
async def explain_offer(
    desk: AtOperator, participant: ProviderQuery, dataset: DatasetQuery, q: TextQuery = None
) -> WhyView:
    """Say why an offer is shown or not, step by step, and whether a search finds it."""
    source = await find_source(desk, participant)
    provider = participant if source is None else source.participant
    return await _explain(desk.record, desk.index, provider, dataset, q, desk.now(), names_keys=True)


@member_router.get("/why")
async def explain_own_offer(
    desk: Annotated[WhyDesk, Depends(_desk)],
    request: Request,
    caller: KnownCaller,
    dataset: DatasetQuery,
    participant: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    q: TextQuery = None,
) -> Response:
    """Say why an offer of the caller is shown or not, step by step.

    The operator of the broker may ask about all; without `participant`, about the one that offers the dataset.
    """
    is_operator = caller.participant == desk.operator
    if not is_operator and participant not in (None, caller.participant):
        raise ApiError(403, "not-allowed", "Only its provider and the operator of the broker may ask about an offer.")
    now: int = request.app.state.desk.now()
    provider = participant or (await _find_provider(desk.record, dataset) if is_operator else caller.participant)
    return encode_view(await _explain(desk.record, desk.index, provider, dataset, q, now, names_keys=is_operator))


async def _find_provider(record: ModeratedStore, dataset: str) -> str:
    """Return the one that offers a dataset now, to whomever. Raises ApiError if nobody does, or several do."""
    seen = record.view([known.number for known in await record.classes()], tests=True)
    found = await seen.providers(dataset)
    if len(found) == 1:
        return found[0]
    if found:
        reason = f"{len(found)} participants offer this dataset: name one of them, such as {clean(found[0])}."
        raise ApiError(409, "several", reason)
    raise ApiError(404, "no-dataset", "Nobody offers this dataset now: name the participant that should.")


async def _explain(
    record: ModeratedStore,
    index: SearchIndex,
    participant: str,
    dataset: str,
    text: str | None,
    now: int,
    *,
    names_keys: bool,
) -> WhyView:
    asked = None if text is None else make_query(text)
    try:
        steps = await explain(
            record, index, participant=participant, dataset=dataset, now=now, asked=asked, names_keys=names_keys
        )
    except SearchUnavailable as fault:
        raise ApiError(503, "search", str(fault), retry_after_s=RETRY_S) from None
    shown = all(step.passed for step in steps)
    told = tuple(to_view(WhyStepView, step) for step in steps)
    return WhyView(participant=participant, dataset=dataset, shown=shown, steps=told)
