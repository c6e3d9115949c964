"""Withdraws from an agreement as its provider: no byte is delivered under it any more.

The protocol has no message for it: the consumer learns it from the end of its transfers. The agreement stays on record.
"""

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import renewals
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.changes import PutAgreement
from connector.ports.entities import Agreement
from connector.protocol.dsp.common import Role


async def withdraw(evaluator: Evaluator, agreement_id: str, reason: str) -> Agreement:
    """Withdraw from an agreement: its active transfers end immediately, and the consumer receives the reason.

    Open duties remain. A repeat changes nothing. Raises NoSuchEntity, NotAllowed.
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
    withdrawn = msgspec.structs.replace(agreement, withdrawn_at=evaluator.context.now(), withdrawn_because=reason)
    leaf = commits.record(
        evaluator.context, "agreement withdrawn", agreement.id, {"counterparty": agreement.counterparty}
    )
    await evaluator.context.store.commit([PutAgreement(withdrawn), leaf])
    await renewals.look_again(evaluator, agreement=agreement_id)
    return withdrawn
