"""An agreement becomes final: the record of the moment, and the first entries of its duty ledger.

A provider stores its agreement when it sends it. A consumer stores the one that it received when it is final: before,
the document is part of the negotiation, and nothing else refers to it.
"""

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.messages import to_agreement
from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import periods
from connector.ports.changes import Change, FinalizeAgreement, PutAgreement
from connector.ports.entities import Agreement
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation

TAKEN = "The identifier of the agreement belongs to another agreement: send a new identifier with each agreement."


async def finalize(enforcer: Enforcer, process: Negotiation) -> tuple[Agreement, list[Change]]:
    """Return the agreement of a finalized negotiation, and the changes that store it as final.

    Periods of the policy (`odrl:elapsedTime`) count from `agreed_at`: a FINALIZED that is acknowledged days later does
    not prolong the agreement. Raises Conflict if its identifier is that of another agreement.
    """
    now, library = enforcer.context.now(), enforcer.evaluator.library
    # Its rules are those of the offer, which was read when it was decided.
    await library.prepare(process.offer)
    ends = periods.can_end(library, process.offer)
    stored = await enforcer.context.store.agreement(process.owner, process.agreement_key or "")
    if stored is None:
        received = to_agreement(
            enforcer.context, process, process.agreed_at or now, library.list_purposes(process.offer)
        )
        final = msgspec.structs.replace(received, finalized_at=now)
        return final, [PutAgreement(final, ends=ends), *await performing.schedule_duties(enforcer, final)]
    if stored.negotiation_id != process.id:
        raise Conflict(TAKEN)
    if stored.finalized_at is not None:
        return stored, []
    final = msgspec.structs.replace(stored, finalized_at=now)
    change = FinalizeAgreement(final.owner, final.key, now, ends=ends)
    return final, [change, *await performing.schedule_duties(enforcer, final)]


async def is_taken(context: Context, process: Negotiation) -> bool:
    """Return whether the identifier of a received agreement is the one of another agreement.

    That is an agreement with the same provider, or one of this participant as provider, whose identifiers are its own.
    """
    named = await context.store.agreements_named(process.owner, process.agreement_id or "")
    return any(
        known.negotiation_id != process.id and (known.key == process.agreement_key or known.role is Role.PROVIDER)
        for known in named
    )
