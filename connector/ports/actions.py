"""The port of the executors, which perform the duties of an agreement: one executor per action.

ODRL Information Model 2.2, section 2.6.

An executor can be called again for the same task: `Task.key` is the same then, and the second call has no further
effect. Its time is limited, and a failure is an outcome, never an exception.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from connector.protocol.dsp.common import Role


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A duty to be performed now.

    `duty` is its uid in the agreement, `action` the IRI of the action, `role` that of this participant. `occasion` is
    the transfer that requires it, empty at the conclusion of the agreement. `parameters` are the right operands of its
    constraints as texts, by the last part of the IRI of the left operand. `at` and `deadline` are ms since the epoch.
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
    """The duty is done; `evidence` goes to the ledger and the audit log: no secret, no personal data."""

    evidence: dict[str, str] = {}


class Awaited(msgspec.Struct, frozen=True):
    """Another party has to do it: the duty is open until a receipt arrives or its deadline passes."""

    evidence: dict[str, str] = {}


class Failed(msgspec.Struct, frozen=True):
    """The duty failed; `reason` is one sentence for both parties. Access is denied."""

    reason: str


class Executor(Protocol):
    """An executor of the duties with one action."""

    def performs(self, parameters: Mapping[str, tuple[str, ...]]) -> bool:
        """Return whether it performs a duty with these parameters; otherwise a person confirms it. Pure."""

    def begin(self, task: Task) -> Performed | Awaited:
        """Return the outcome of the duty at the conclusion of the agreement. Pure: no I/O."""

    async def perform(self, task: Task) -> Performed | Awaited | Failed:
        """Perform the duty now, before access is granted."""
