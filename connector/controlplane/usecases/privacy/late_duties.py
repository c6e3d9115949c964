"""Duties that were not performed in time: who owes what under which agreement, since when."""

from collections.abc import Sequence

import msgspec

from connector.controlplane.enforcing import receipts
from connector.controlplane.enforcing.receipts import DutySummary
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases.agreements import AgreementSummary
from connector.ports.entities import PageBounds
from connector.protocol.dsp.common import Role


class LateDuty(msgspec.Struct, frozen=True, kw_only=True):
    """A duty that is late since `since` (ms), with its agreement; `here` if this participant owes it."""

    agreement: AgreementSummary
    duty: DutySummary
    since: int
    here: bool


async def list_late(evaluator: Evaluator, page: PageBounds) -> tuple[Sequence[LateDuty], str | None]:
    """List the duties that are late, the one that was found first at the beginning, and the next cursor.

    Raises ValueError for an unknown cursor.
    """
    context = evaluator.context
    events, following = await context.store.late_duties(context.owner, page)
    known = await context.store.agreements_of(context.owner, sorted({event.agreement_id for event in events}))
    summaries = {one.agreement.key: one for one in await agreements.describe(evaluator, list(known.values()))}
    listed = await receipts.list_standings_of(evaluator, list(known.values()))
    standings = {(key, duty.duty): duty for key, duties in listed.items() for duty in duties}
    found = []
    for event in events:
        duty = standings.get((event.agreement_id, event.duty))
        if duty is not None:
            summary = summaries[event.agreement_id]
            here = _is_ours(summary, duty, context.participant)
            since = min(duty.deadline or event.at, event.at)
            found.append(LateDuty(agreement=summary, duty=duty, since=since, here=here))
    return found, following


def _is_ours(summary: AgreementSummary, duty: DutySummary, participant: str) -> bool:
    """Return whether this participant owes a duty; one that names nobody is owed by the consumer."""
    if duty.assignee:
        return duty.assignee == participant
    return summary.agreement.role is Role.CONSUMER
