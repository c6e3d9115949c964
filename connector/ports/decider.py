"""The port of the Deciders, which decide the next step of a process: a policy, a person or a script."""

from typing import Any, Protocol

import msgspec

from connector.ports.store import AnyProcess


class Agree(msgspec.Struct, frozen=True):
    """Provider: agree to the current offer."""


class MakeOffer(msgspec.Struct, frozen=True):
    """Provider: answer with a counter-offer; `policy` is the JSON of an ODRL Offer."""

    policy: bytes


class MakeRequest(msgspec.Struct, frozen=True):
    """Consumer: answer an offer with another request; `policy` is the JSON of an ODRL Offer."""

    policy: bytes


class Accept(msgspec.Struct, frozen=True):
    """Consumer: accept the provider's offer."""


class Verify(msgspec.Struct, frozen=True):
    """Consumer: verify the agreement."""


class Finalize(msgspec.Struct, frozen=True):
    """Provider: finalize the agreement."""


class Start(msgspec.Struct, frozen=True):
    """Provider: start the transfer."""


class Suspend(msgspec.Struct, frozen=True):
    """Either side: suspend the transfer, with a reason for the counterparty."""

    reason: str


class Complete(msgspec.Struct, frozen=True):
    """Either side: complete the transfer."""


class Terminate(msgspec.Struct, frozen=True):
    """Either side: terminate the process, with a code and a reason for the counterparty.

    `reasons` contains the reason in `de` and `en` for staff, if it is available in both.
    """

    code: str
    reason: str
    reasons: dict[str, str] = {}


ProcessStep = Agree | MakeOffer | MakeRequest | Accept | Verify | Finalize | Start | Suspend | Complete | Terminate


class Proceed(msgspec.Struct, frozen=True):
    """Do this step now; `judged` is the record of the decision by policy that it is based on."""

    step: ProcessStep
    judged: dict[str, Any] = {}


class HoldFor(msgspec.Struct, frozen=True, kw_only=True):
    """Wait for a person: the reason, the person and the latest time (ms); `reasons` is the reason in `de` and `en`.

    `judged` is the record of the decision by policy that requires a person.
    """

    reason: str
    who: str
    until: int | None = None
    reasons: dict[str, str] = {}
    judged: dict[str, Any] = {}


class Wait(msgspec.Struct, frozen=True):
    """Wait for the peer: there is nothing to do until the peer acts or `until` (ms) has passed."""

    until: int | None = None


class Decider(Protocol):
    """Decides from stored facts; never sends and never stores."""

    async def decide(self, process: AnyProcess, now: int) -> Proceed | HoldFor | Wait:
        """Return the next step of a process without a pending message."""
