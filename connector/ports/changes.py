"""What a use case wants made durable, as frozen values. One `commit(group)` makes a group durable, all or nothing.

A group typically is: the process in its new state (with the version that was read), the replay key of the token that
came with the message, and the audit leaf that records it.
"""

import msgspec

from connector.ports.entities import (
    Agreement,
    Asset,
    Backoff,
    Consent,
    DutyEvent,
    EventEntry,
    Flow,
    Hold,
    Leaf,
    Lease,
    Payment,
    ReplayKey,
)
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer


class PutProcess(msgspec.Struct, frozen=True):
    """Insert (`expected` is None) or update a process whose stored version is `expected`; else `Conflict`.

    The stored version becomes `process.version`, which the caller sets to `expected + 1` (an insert: 1). An insert
    whose (owner, kind, role, peer, peer_pid) exists already is a `Conflict` as well.
    """

    process: Negotiation | Transfer
    expected: int | None


class PutAsset(msgspec.Struct, frozen=True):
    """Insert or update an asset under the same version rule."""

    asset: Asset
    expected: int | None


class PutAgreement(msgspec.Struct, frozen=True):
    """Insert an agreement, or replace the one with the same owner and id."""

    agreement: Agreement


class UseReplayKey(msgspec.Struct, frozen=True):
    """Use a token's identity once; `Replayed` if it was used before."""

    key: ReplayKey


class PutHold(msgspec.Struct, frozen=True):
    """Store the hold of a process, replacing an earlier one."""

    hold: Hold


class DropHold(msgspec.Struct, frozen=True):
    """Remove the hold of a process, if there is one."""

    owner: str
    process_id: str


class PutBackoff(msgspec.Struct, frozen=True):
    """Store how long a peer is left alone; `failures == 0` removes the row."""

    backoff: Backoff


class PutFlow(msgspec.Struct, frozen=True):
    """Insert or replace a data flow."""

    flow: Flow


class PutLease(msgspec.Struct, frozen=True):
    """Store the lease of a flow, replacing an older epoch; an older epoch than the stored one is a `Conflict`."""

    lease: Lease


class DropLease(msgspec.Struct, frozen=True):
    """Remove the lease of a flow, if there is one: from the commit on, no byte."""

    owner: str
    flow_id: str


class AddUsage(msgspec.Struct, frozen=True):
    """Count bytes and uses of an agreement.

    `max_uses` makes it test-and-set: if the stored uses plus `uses` would exceed it, the group fails with
    `LimitReached`. With `max_per_hour` the uses are counted in the hour before `at` (ms) as well: the group fails with
    `TooSoon` if there would be more.
    """

    owner: str
    agreement_id: str
    bytes_moved: int = 0
    uses: int = 0
    max_uses: int | None = None
    max_per_hour: int | None = None
    at: int = 0


class RecordDuty(msgspec.Struct, frozen=True):
    """Append an entry to the duty ledger; one of the same duty, state and occasion that is there already stays."""

    event: DutyEvent


class RecordPayment(msgspec.Struct, frozen=True):
    """Append an entry to the payments of an agreement."""

    payment: Payment


class RecordEvent(msgspec.Struct, frozen=True):
    """Append that an event has begun or is over."""

    entry: EventEntry


class RecordConsent(msgspec.Struct, frozen=True):
    """Append an entry to the consent register: from now on the latest for its subject, dataset and purpose."""

    consent: Consent


class AppendLeaf(msgspec.Struct, frozen=True):
    """Append a leaf to the audit log."""

    leaf: Leaf


Change = (
    PutProcess
    | PutAsset
    | PutAgreement
    | UseReplayKey
    | PutHold
    | DropHold
    | PutBackoff
    | PutFlow
    | PutLease
    | DropLease
    | AddUsage
    | RecordDuty
    | RecordPayment
    | RecordEvent
    | RecordConsent
    | AppendLeaf
)


class StoreError(Exception):
    """A group could not be made durable; nothing of it was kept.

    StoreError
    ├── Conflict       somebody else changed it first: read again and decide again
    ├── Replayed       the token was used before
    ├── LimitReached   a counted limit would be exceeded
    │   └── TooSoon    not for good: there were as many uses within an hour as may be
    └── Unavailable    the store cannot write now (disk full, read only, closed): answer 503
    """


class Conflict(StoreError):
    """The stored version is not the expected one, or the row exists already."""


class Replayed(StoreError):
    """The replay key was used before."""


class LimitReached(StoreError):
    """A counted limit would be exceeded by this change."""


class TooSoon(LimitReached):
    """As many uses as may be were begun within an hour; `again_at` (ms) is when the next one may be."""

    def __init__(self, most: int, again_at: int) -> None:
        super().__init__(f"The agreement allows {most} uses in an hour and there were as many: try again later.")
        self.again_at = again_at


class Unavailable(StoreError):
    """The store cannot write at present; nothing was changed."""
