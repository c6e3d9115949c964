"""The contract negotiation as a value and its figure as data.

Dataspace Protocol 2025-1, Contract Negotiation Protocol.

Pure: the figure is the specification's, arrow by arrow; the entity adds only what a negotiation has to remember.
"""

from enum import StrEnum

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Move, Process, ProcessKind, StateMachine


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

NEGOTIATION = StateMachine(
    kind=ProcessKind.NEGOTIATION,
    moves=(
        Move(None, _C, REQUEST, _S.REQUESTED, bears=True),
        Move(None, _P, OFFER, _S.OFFERED, bears=True),
        Move(_S.REQUESTED, _P, OFFER, _S.OFFERED, bears=True),
        Move(_S.REQUESTED, _P, AGREEMENT, _S.AGREED, bears=True),
        Move(_S.REQUESTED, _C, TERMINATION, _S.TERMINATED),
        Move(_S.REQUESTED, _P, TERMINATION, _S.TERMINATED),
        Move(_S.OFFERED, _C, REQUEST, _S.REQUESTED, bears=True),
        Move(_S.OFFERED, _C, ACCEPTED, _S.ACCEPTED),
        Move(_S.OFFERED, _C, TERMINATION, _S.TERMINATED),
        Move(_S.OFFERED, _P, TERMINATION, _S.TERMINATED),
        Move(_S.ACCEPTED, _P, AGREEMENT, _S.AGREED, bears=True),
        Move(_S.ACCEPTED, _P, TERMINATION, _S.TERMINATED),
        Move(_S.AGREED, _C, VERIFICATION, _S.VERIFIED),
        Move(_S.AGREED, _C, TERMINATION, _S.TERMINATED),
        Move(_S.VERIFIED, _P, FINALIZED, _S.FINALIZED),
        Move(_S.VERIFIED, _P, TERMINATION, _S.TERMINATED),
    ),
    terminal=frozenset({_S.FINALIZED, _S.TERMINATED}),
    ranks={TERMINATION: 4},
    ending=TERMINATION,
    terminated=_S.TERMINATED,
    # A consumer may ask for the same thing again after a counter-offer: that is a new message, judged by the figure.
    unrepeatable=frozenset({REQUEST}),
)


class Negotiation(Process, frozen=True, kw_only=True):
    """A contract negotiation: the process and the policies that went to and fro.

    `dataset` is the identifier of what is negotiated, `offer` the JSON of the latest offer on the table (the consumer's
    request or the provider's offer, see `offered_by`), `agreement` the JSON of the agreement exactly as sent or
    received. `rounds` counts offers and counter-offers. `request_digest` identifies the initial request, so that its
    repeat finds the same process. `asked` is the JSON of what we asked for last, as consumer. `evidence` are the peer's
    claims as they were verified with its latest message.
    """

    dataset: str
    offer_id: str
    offer: bytes
    offered_by: Role
    agreement_id: str | None = None
    agreement: bytes | None = None
    rounds: int = 1
    request_digest: str = ""
    asked: bytes | None = None
    evidence: bytes = b"{}"

    @property
    def kind(self) -> ProcessKind:
        """The process kind, fixed by the type."""
        return ProcessKind.NEGOTIATION
