"""An agreement becomes final: the record of the moment, and the first entries of its duty ledger."""

import msgspec

from connector.controlplane.core.messages import to_agreement
from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.ports.changes import Change, PutAgreement
from connector.ports.entities import Agreement
from connector.protocol.dsp.machines.negotiation_machine import Negotiation


async def finalize(enforcer: Enforcer, process: Negotiation) -> tuple[Agreement, list[Change]]:
    """Return the agreement of a finalized negotiation, and the changes that store it as final.

    Only `finalized_at` moves. Periods of the policy (`odrl:elapsedTime`) count from `agreed_at`, which stays as it was
    first stored: a FINALIZED that is acknowledged days later does not prolong the agreement.
    """
    now = enforcer.context.now()
    stored = await enforcer.context.store.agreement(process.owner, process.agreement_id or "")
    if stored is None or stored.negotiation_id != process.id:
        stored = to_agreement(enforcer.context, process, now)
    if stored.finalized_at is not None:
        return stored, []
    final = msgspec.structs.replace(stored, finalized_at=now)
    return final, [PutAgreement(final), *performing.schedule_duties(enforcer, final)]
