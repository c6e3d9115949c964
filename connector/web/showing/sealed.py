"""Whether an agreement is signed, in a sentence."""

from connector.controlplane.usecases.proving.evidence import find_seal
from connector.ports.entities import Agreement
from connector.web.frame.visit import Visit, name_party


async def tell_seal(visit: Visit, agreement: Agreement) -> tuple[bool, str]:
    """Return whether the counterparty has signed an agreement, and a sentence that says so."""
    kept, party = await find_seal(visit.desk.context, agreement), name_party(visit, agreement.counterparty)
    if kept is None:
        return False, visit.words.say("proving.unsealed", party=party)
    return True, visit.words.say("proving.sealed", party=party, at=visit.words.time(kept.seal.created * 1000))
