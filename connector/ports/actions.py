"""What performs a duty of an agreement: one executor a kind of action (ODRL Information Model 2.2, section 2.6).

An executor may be asked again for the same task: `Task.key` is the same then, and doing it twice does no more than
doing it once. It is bounded in time, and what goes wrong is an outcome, never an exception.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from connector.protocol.dsp.common import Role


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A duty that is to be performed now.

    `duty` is its uid in the agreement, `action` the IRI of what is to be done, `role` ours in the agreement. `occasion`
    is the transfer for which access is about to be granted, empty when the agreement was made. `parameters` are the
    right operands of the constraints that say how, as texts, by the last part of the left operand's IRI. `at` and
    `deadline` are ms since the epoch.
    """

    key: str
    owner: str
    agreement_id: str
    duty: str
    action: str
    role: Role
    participant: str
    counterparty: str
    dataset: str
    at: int
    occasion: str = ""
    deadline: int | None = None
    parameters: dict[str, tuple[str, ...]] = {}


class Performed(msgspec.Struct, frozen=True):
    """It was done; `evidence` goes into the ledger and the audit log: no secret, no personal data."""

    evidence: dict[str, str] = {}


class Awaited(msgspec.Struct, frozen=True):
    """It is somebody else's to do: the duty stays open until a receipt comes or its deadline passes."""

    evidence: dict[str, str] = {}


class Failed(msgspec.Struct, frozen=True):
    """It could not be done; `reason` is one sentence for both parties. Access is denied."""

    reason: str


class Executor(Protocol):
    """An executor of the duties with one action."""

    def performs(self, parameters: Mapping[str, tuple[str, ...]]) -> bool:
        """Return whether it performs a duty with these parameters itself; else a person does and confirms it. Pure."""

    def begin(self, task: Task) -> Performed | Awaited:
        """Say what becomes of the duty when the agreement is made. Pure: no I/O."""

    async def perform(self, task: Task) -> Performed | Awaited | Failed:
        """Do it now, because access is about to be granted."""
