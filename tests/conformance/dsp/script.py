"""What the conformance kit expects us to do next, by dataset and agreement: the scripted third `Decider`.

The kit sends the same bytes in every test and expects different reactions; which one is told by the identifiers it was
configured with. Each entry lists (state we are in, step we take), in order. What is not listed is waited for.
"""

import msgspec

from connector.ports.decider import (
    Accept,
    Agree,
    Complete,
    Finalize,
    MakeOffer,
    MakeRequest,
    Proceed,
    ProcessStep,
    Start,
    Suspend,
    Terminate,
    Verify,
    Wait,
)
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.negotiation_machine import Negotiation

# The kit registers what it expects next only after it has seen the state before.
PAUSE_MS = 250

POLICY = msgspec.json.encode({"@type": "Offer", "@id": "urn:uuid:tck", "permission": [{"action": "use"}]})
OFFER, REQUEST, END = MakeOffer(POLICY), MakeRequest(POLICY), Terminate("tck", "as the script has it")

SCRIPT: dict[str, list[tuple[str, ProcessStep]]] = {
    # Contract negotiation, we provide
    "ACN0101": [("REQUESTED", OFFER)],
    "ACN0102": [("REQUESTED", OFFER), ("REQUESTED", END)],
    "ACN0103": [("REQUESTED", OFFER), ("ACCEPTED", Agree()), ("VERIFIED", Finalize())],
    "ACN0104": [("REQUESTED", Agree()), ("VERIFIED", Finalize())],
    "ACN0201": [("REQUESTED", END)],
    "ACN0203": [("REQUESTED", Agree())],
    "ACN0204": [("REQUESTED", OFFER)],
    "ACN0205": [("REQUESTED", OFFER), ("OFFERED", END)],
    "ACN0206": [("REQUESTED", OFFER), ("ACCEPTED", END)],
    "ACN0207": [("REQUESTED", Agree()), ("VERIFIED", END)],
    "ACN0301": [("REQUESTED", Agree()), ("VERIFIED", Finalize())],
    "ACN0302": [("REQUESTED", OFFER)],
    "ACN0303": [("REQUESTED", OFFER)],
    "ACN0304": [("REQUESTED", OFFER)],
    # Contract negotiation, we consume
    "ACNC0101": [("OFFERED", Accept()), ("AGREED", Verify())],
    "ACNC0102": [("OFFERED", REQUEST)],
    "ACNC0103": [("OFFERED", END)],
    "ACNC0104": [("AGREED", Verify())],
    "ACNC0202": [("REQUESTED", END)],
    "ACNC0203": [("AGREED", END)],
    "ACNC0205": [("OFFERED", Accept())],
    "ACNC0206": [("AGREED", Verify())],
    "ACNC0304": [("OFFERED", Accept())],
    "ACNC0305": [("OFFERED", Accept())],
    "ACNC0306": [("OFFERED", Accept())],
    # Transfer process, we provide
    "ATP0101": [("REQUESTED", Start()), ("STARTED", END)],
    "ATP0102": [("REQUESTED", Start()), ("STARTED", Complete())],
    "ATP0103": [("REQUESTED", Start()), ("STARTED", Suspend("tck")), ("SUSPENDED", END)],
    "ATP0104": [
        ("REQUESTED", Start()),
        ("STARTED", Suspend("tck")),
        ("SUSPENDED", Start()),
        ("STARTED", Complete()),
    ],
    "ATP0105": [("REQUESTED", END)],
    **{name: [("REQUESTED", Start())] for name in ("ATP0201", "ATP0202", "ATP0203", "ATP0204")},
    **{name: [("REQUESTED", Start())] for name in ("ATP0303", "ATP0304", "ATP0305", "ATP0306")},
    # Transfer process, we consume
    "ATPC0201": [("STARTED", END)],
    "ATPC0202": [("STARTED", Complete())],
    "ATPC0203": [("STARTED", Suspend("tck")), ("SUSPENDED", END)],
    "ATPC0204": [("STARTED", Suspend("tck")), ("SUSPENDED", Start()), ("STARTED", Complete())],
    "ATPC0205": [("REQUESTED", END)],
}


class Scripted:
    """Decides by `SCRIPT`; every process stands somewhere in its entry."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._since: dict[str, int] = {}

    async def decide(self, process: AnyProcess, now: int) -> Proceed | Wait:
        """Return the next step of the process's script, a moment after it has become possible."""
        name = process.dataset if isinstance(process, Negotiation) else process.agreement_id
        at = self._at.get(process.id, 0)
        entry = SCRIPT.get(name, [])
        if at >= len(entry) or entry[at][0] != process.state:
            return Wait()
        due = self._since.setdefault(process.id, now) + PAUSE_MS
        if now < due:
            return Wait(due)
        self._at[process.id] = at + 1
        del self._since[process.id]
        return Proceed(entry[at][1])
