"""Who decides the next step of a process when it is our turn: policy, a person, or a script. One port for all."""

from typing import Any, Protocol

import msgspec

from connector.ports.store import AnyProcess


class Agree(msgspec.Struct, frozen=True):
    """Provider: conclude the agreement on the offer that is on the table."""


class MakeOffer(msgspec.Struct, frozen=True):
    """Provider: answer with an offer of ours; `policy` is the JSON of an ODRL Offer."""

    policy: bytes


class MakeRequest(msgspec.Struct, frozen=True):
    """Consumer: answer an offer with a request of ours; `policy` is the JSON of an ODRL Offer."""

    policy: bytes


class Accept(msgspec.Struct, frozen=True):
    """Consumer: accept the provider's offer."""


class Verify(msgspec.Struct, frozen=True):
    """Consumer: confirm the agreement."""


class Finalize(msgspec.Struct, frozen=True):
    """Provider: finalize."""


class Start(msgspec.Struct, frozen=True):
    """Provider: start the transfer."""


class Suspend(msgspec.Struct, frozen=True):
    """Either side: suspend the transfer, with a reason for the other."""

    reason: str


class Complete(msgspec.Struct, frozen=True):
    """Either side: the transfer is done."""


class Terminate(msgspec.Struct, frozen=True):
    """Either side: end the process, with a code and a sentence for the other.

    `reasons` says the same in `de` and `en` for our own people, where it is known in both.
    """

    code: str
    reason: str
    reasons: dict[str, str] = {}


ProcessStep = Agree | MakeOffer | MakeRequest | Accept | Verify | Finalize | Start | Suspend | Complete | Terminate


class Proceed(msgspec.Struct, frozen=True):
    """Do this now; `judged` is what goes on record of the decision by policy that it stands on."""

    step: ProcessStep
    judged: dict[str, Any] = {}


class HoldFor(msgspec.Struct, frozen=True, kw_only=True):
    """Wait: why, for whom, and until when (ms) at the latest; `reasons` says why in `de` and `en`, where known.

    `judged` is what goes on record of the decision by policy that leaves it open.
    """

    reason: str
    who: str
    until: int | None = None
    reasons: dict[str, str] = {}
    judged: dict[str, Any] = {}


class Wait(msgspec.Struct, frozen=True):
    """It is not our turn: nothing to do until the peer acts or `until` (ms) has passed."""

    until: int | None = None


class Decider(Protocol):
    """Decides from stored facts; never sends and never stores."""

    async def decide(self, process: AnyProcess, now: int) -> Proceed | HoldFor | Wait:
        """Return what to do with a process that has nothing pending."""
