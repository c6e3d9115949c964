"""What a provider does with agreements that were made: withdraw from one, so that no byte leaves under it any more.

The protocol has no message for it; the consumer is told by the end of its transfers. The agreement stays on record.
"""

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import signals
from connector.controlplane.judging.judging import Judging
from connector.ports.changes import PutAgreement
from connector.ports.entities import Agreement
from connector.protocol.dsp.common import Role


async def withdraw(judging: Judging, agreement_id: str, reason: str) -> Agreement:
    """Deliver nothing more under an agreement: running transfers end at once, and the consumer is told the reason.

    Open duties remain. A repeat changes nothing. Raises NotFound, NotAllowed.
    """
    agreement = await judging.context.store.agreement(judging.context.owner, agreement_id)
    if agreement is None:
        raise NoSuchEntity("no-agreement", f"There is no agreement {agreement_id}: list them to see which there are.")
    if agreement.role is not Role.PROVIDER:
        raise NotAllowed("not-provider", "Only the provider withdraws from an agreement: end your transfers instead.")
    if agreement.finalized_at is None:
        raise NotAllowed("not-finalized", "The agreement is not finalized: terminate its negotiation instead.")
    if agreement.withdrawn_at is not None:
        return agreement
    withdrawn = msgspec.structs.replace(agreement, withdrawn_at=judging.context.now(), withdrawn_because=reason)
    leaf = commits.record(
        judging.context, "agreement withdrawn", agreement.id, {"counterparty": agreement.counterparty}
    )
    await judging.context.store.commit([PutAgreement(withdrawn), leaf])
    await signals.look_again(judging, agreement=agreement_id)
    return withdrawn
