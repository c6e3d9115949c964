"""Agreements as people see them, and the withdrawal of their provider: no byte is delivered any more.

The protocol has no message for an agreement that rests: its consumer learns of a withdrawal from the end of its
transfers, or when it asks for the next one (ADR 32). The agreement stays on record.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import renewals
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases import standing
from connector.controlplane.usecases.standing import Standing
from connector.ports.changes import WithdrawAgreement
from connector.ports.entities import Agreement, Asset
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role
from connector.views.agreements import AgreementState


class AgreementSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement with its state and end, why it grants no use, the dataset's titles, and the counterparty's name."""

    agreement: Agreement
    state: AgreementState
    expires_at: datetime | None
    title: dict[str, str]
    counterparty_name: str
    because: dict[str, str]


async def describe(evaluator: Evaluator, agreements: Sequence[Agreement]) -> list[AgreementSummary]:
    """Return agreements with what a person wants to know of them; their assets are one read."""
    given = {agreement.dataset for agreement in agreements if agreement.role is Role.PROVIDER}
    assets = await evaluator.context.store.assets_of(evaluator.context.owner, sorted(given))
    standings = await standing.find_standings(evaluator, agreements)
    return [
        _describe(evaluator, agreement, found, assets.get(agreement.dataset))
        for agreement, found in zip(agreements, standings, strict=True)
    ]


def _describe(evaluator: Evaluator, agreement: Agreement, found: Standing, asset: Asset | None) -> AgreementSummary:
    title = agreement.title or (asset.title if asset and agreement.role is Role.PROVIDER else {})
    return AgreementSummary(
        agreement=agreement,
        state=found.state,
        expires_at=found.end,
        title=title,
        counterparty_name=evaluator.context.find_name(agreement.counterparty),
        because=found.because,
    )


async def withdraw(evaluator: Evaluator, agreement_id: str, reason: str, *, by: str = "") -> Agreement:
    """Withdraw from an agreement: its active transfers end immediately, and the consumer receives the reason.

    Open duties remain. A repeat changes nothing. `by` is the person, if it is one. Raises NoSuchEntity, NotAllowed.
    """
    agreement = await find_agreement(evaluator.context, agreement_id)
    if agreement.role is not Role.PROVIDER:
        raise NotAllowed(
            "not-provider", "Only the provider can withdraw from an agreement: terminate your transfers instead."
        )
    if agreement.finalized_at is None:
        raise NotAllowed("not-finalized", "The agreement is not finalized: terminate its negotiation instead.")
    if agreement.withdrawn_at is not None:
        return agreement
    now = evaluator.context.now()
    withdrawal = WithdrawAgreement(agreement.owner, agreement.key, now, reason)
    fields = {"counterparty": agreement.counterparty, **({"by": by} if by else {})}
    leaf = commits.record(evaluator.context, "agreement withdrawn", agreement.key, fields)
    try:
        await evaluator.context.store.commit([withdrawal, leaf])
    except Conflict:
        # Another request withdrew from it at the same time.
        return await find_agreement(evaluator.context, agreement_id)
    await renewals.look_again(evaluator, agreement=agreement.key)
    return msgspec.structs.replace(agreement, withdrawn_at=now, withdrawn_because=reason)
