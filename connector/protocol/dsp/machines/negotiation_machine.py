"""The contract negotiation as a value, and its state machine as data.

Dataspace Protocol 2025-1, Contract Negotiation Protocol.

Pure: the transitions are those of the standard; the entity adds only the data that a negotiation has to remember.
"""

from enum import StrEnum

from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Process, ProcessKind, StateMachine, Transition


class NegotiationState(StrEnum):
    """The seven states of a contract negotiation."""

    REQUESTED = "REQUESTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    AGREED = "AGREED"
    VERIFIED = "VERIFIED"
    FINALIZED = "FINALIZED"
    TERMINATED = "TERMINATED"


REQUEST = "ContractRequestMessage"
OFFER = "ContractOfferMessage"
AGREEMENT = "ContractAgreementMessage"
VERIFICATION = "ContractAgreementVerificationMessage"
ACCEPTED = "ContractNegotiationEventMessage:ACCEPTED"
FINALIZED = "ContractNegotiationEventMessage:FINALIZED"
TERMINATION = "ContractNegotiationTerminationMessage"

_C, _P, _S = Role.CONSUMER, Role.PROVIDER, NegotiationState

SAYS_YES = {AGREEMENT: _C, VERIFICATION: _P}
"""The messages with which a side says yes to an agreement, and the role of their receiver."""

NEGOTIATION = StateMachine(
    kind=ProcessKind.NEGOTIATION,
    transitions=(
        Transition(None, _C, REQUEST, _S.REQUESTED, has_content=True),
        Transition(None, _P, OFFER, _S.OFFERED, has_content=True),
        Transition(_S.REQUESTED, _P, OFFER, _S.OFFERED, has_content=True),
        Transition(_S.REQUESTED, _P, AGREEMENT, _S.AGREED, has_content=True),
        Transition(_S.REQUESTED, _C, TERMINATION, _S.TERMINATED),
        Transition(_S.REQUESTED, _P, TERMINATION, _S.TERMINATED),
        Transition(_S.OFFERED, _C, REQUEST, _S.REQUESTED, has_content=True),
        Transition(_S.OFFERED, _C, ACCEPTED, _S.ACCEPTED),
        Transition(_S.OFFERED, _C, TERMINATION, _S.TERMINATED),
        Transition(_S.OFFERED, _P, TERMINATION, _S.TERMINATED),
        Transition(_S.ACCEPTED, _P, AGREEMENT, _S.AGREED, has_content=True),
        Transition(_S.ACCEPTED, _P, TERMINATION, _S.TERMINATED),
        Transition(_S.AGREED, _C, VERIFICATION, _S.VERIFIED),
        Transition(_S.AGREED, _C, TERMINATION, _S.TERMINATED),
        Transition(_S.VERIFIED, _P, FINALIZED, _S.FINALIZED),
        Transition(_S.VERIFIED, _P, TERMINATION, _S.TERMINATED),
    ),
    terminal=frozenset({_S.FINALIZED, _S.TERMINATED}),
    ranks={TERMINATION: 4},
    ending=TERMINATION,
    terminated=_S.TERMINATED,
    # After a counter-offer, a consumer can send the same request again: that is a new message.
    unrepeatable=frozenset({REQUEST}),
    # A deployed provider gives the agreement a new identifier each time that it sends it.
    renewable=frozenset({AGREEMENT}),
    resendable=frozenset({AGREEMENT, VERIFICATION, FINALIZED}),
)


class Negotiation(Process, frozen=True, kw_only=True):
    """A contract negotiation: the process and the policies that both sides sent.

    `dataset` is the identifier of the negotiated dataset. `offer` is the JSON of the latest offer: the request of the
    consumer or the offer of the provider, see `offered_by`. `agreement` is the JSON of the agreement exactly as sent or
    received, `agreed_at` the time (ms) at which it was received. `rounds` counts offers and counter-offers.
    `request_digest` identifies the initial request, so its repeat finds the same process. `asked` is the JSON of the
    last request of this side, as consumer. `evidence` contains the claims of the peer that were verified with its
    latest message, and `seal` is the JSON of what it has signed of the agreement. `other_agreement_ids` are the
    identifiers under which the provider has sent the same agreement too: only it knows which of them it has kept.
    """

    dataset: str
    offer_id: str
    offer: bytes
    offered_by: Role
    agreement_id: str | None = None
    agreement: bytes | None = None
    agreed_at: int | None = None
    other_agreement_ids: tuple[str, ...] = ()
    rounds: int = 1
    request_digest: str = ""
    asked: bytes | None = None
    evidence: bytes = b"{}"
    seal: bytes = b""

    @property
    def kind(self) -> ProcessKind:
        """The kind of process, fixed by the type."""
        return ProcessKind.NEGOTIATION

    @property
    def agreement_key(self) -> str | None:
        """The key of its agreement at this side."""
        return make_agreement_key(self.role, self.peer, self.agreement_id) if self.agreement_id is not None else None
