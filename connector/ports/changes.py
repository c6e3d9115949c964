"""The durable changes of a use case, as frozen values. One `commit(group)` applies a group, all or nothing.

A typical group is: the process in its new state (with the version that was read), the replay key of the token of the
message, and the audit leaf that records it.
"""

import msgspec

from connector.ports.entities import (
    Agreement,
    Asset,
    Backoff,
    Block,
    Consent,
    ConsentLink,
    CountedUse,
    DutyEvent,
    EventEntry,
    Flow,
    HeldCredential,
    Hold,
    Issuance,
    Leaf,
    Lease,
    NoticeMark,
    NoticeReader,
    OfferForm,
    Payment,
    Plane,
    Push,
    ReplayKey,
    StreamEntry,
    StreamJournal,
    Subscription,
    UsePart,
    User,
    UserNotice,
    UserSession,
)
from connector.ports.issuing_store import IssuingChange
from connector.ports.product_store import ProductChange
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.users import UserNoticeKind


class PutProcess(msgspec.Struct, frozen=True):
    """Insert (`expected` is None) or update a process whose stored version is `expected`; else `Conflict`.

    The stored version becomes `process.version`, which the caller sets to `expected + 1` (an insert: 1). If another
    process has the same (owner, kind, role, peer, peer_pid), the change fails with `PidTaken`.
    """

    process: Negotiation | Transfer
    expected: int | None


class PutAsset(msgspec.Struct, frozen=True):
    """Insert or update an asset under the same version rule."""

    asset: Asset
    expected: int | None


class DropAsset(msgspec.Struct, frozen=True):
    """Remove an asset whose stored version is `expected`; else `Conflict`. Its offer identifiers are not used again."""

    owner: str
    id: str
    expected: int


class PutAgreement(msgspec.Struct, frozen=True):
    """Insert an agreement under its key; an equal one stays, another one with this key is a `Conflict`.

    No change replaces what was agreed. The two changes below add what happens to an agreement later. `ends` says
    whether time alone can end it.
    """

    agreement: Agreement
    ends: bool = True


class FinalizeAgreement(msgspec.Struct, frozen=True):
    """Record when an agreement became final; `Conflict` if it is unknown or final already.

    `ends` says whether time alone can end it.
    """

    owner: str
    key: str
    at: int
    ends: bool = True


class WithdrawAgreement(msgspec.Struct, frozen=True):
    """Record that the provider withdrew from an agreement; `Conflict` if it is unknown or withdrawn already."""

    owner: str
    key: str
    at: int
    because: str


class UseReplayKey(msgspec.Struct, frozen=True):
    """Record the use of a token; `Replayed` if it was already used."""

    key: ReplayKey


class PutHold(msgspec.Struct, frozen=True):
    """Store the hold of a process, replacing an earlier one."""

    hold: Hold


class DropHold(msgspec.Struct, frozen=True):
    """Remove the hold of a process, if it has one."""

    owner: str
    process_id: str


class PutBackoff(msgspec.Struct, frozen=True):
    """Store the back-off of a peer; `failures == 0` removes the row."""

    backoff: Backoff


class PutBlock(msgspec.Struct, frozen=True):
    """Store the block of a participant, replacing an earlier one."""

    block: Block


class DropBlock(msgspec.Struct, frozen=True):
    """Remove the block of a participant, if there is one."""

    owner: str
    participant: str


class PutFlow(msgspec.Struct, frozen=True):
    """Insert or replace a data flow."""

    flow: Flow


class PutLease(msgspec.Struct, frozen=True):
    """Store the lease of a flow, replacing an older epoch; an older epoch than the stored one is a `Conflict`."""

    lease: Lease


class DropLease(msgspec.Struct, frozen=True):
    """Remove the lease of a flow, if it has one: after the commit, no byte moves."""

    owner: str
    flow_id: str


class AddUsage(msgspec.Struct, frozen=True):
    """Count bytes and uses of an agreement; `agreement_id` is its key at this side.

    `max_uses` makes it test-and-set: if the stored uses plus `uses` would exceed it, the group fails with
    `LimitReached`. With `max_per_hour` the uses are counted in the hour before `at` (ms) as well: the group fails with
    `TooSoon` if the limit is exceeded.

    `use` records the use and forgets the parts of the flow's earlier one. `max_within` limits, by period, the uses of
    its counterparty and dataset under all agreements, in the same way. Bytes without a `use` count for the newest use
    of `flow_id`.
    """

    owner: str
    agreement_id: str
    bytes_moved: int = 0
    uses: int = 0
    max_uses: int | None = None
    max_per_hour: int | None = None
    at: int = 0
    max_within: dict[str, int] = {}
    use: CountedUse | None = None
    flow_id: str = ""


class CountDenial(msgspec.Struct, frozen=True):
    """Count a transfer that a policy has refused at `at` (ms), in its month; `agreement_id` is the key at this side."""

    owner: str
    agreement_id: str
    at: int


class PutUsePart(msgspec.Struct, frozen=True):
    """Insert or replace how far the delivery of a part of a flow's newest use has come."""

    part: UsePart


class DropUseParts(msgspec.Struct, frozen=True):
    """Remove how far the newest use of a flow has come: the flow has ended."""

    owner: str
    flow_id: str


class SetUsesBack(msgspec.Struct, frozen=True):
    """Let the uses that began later than `now`, by a clock that was ahead, count from `since` (ms) on."""

    owner: str
    now: int
    since: int


class RecordDuty(msgspec.Struct, frozen=True):
    """Append an entry to the duty ledger; an existing one of the same duty, state and occasion stays."""

    event: DutyEvent


class RecordPayment(msgspec.Struct, frozen=True):
    """Append an entry to the payments of an agreement, as the one with this number (from 1).

    Fails with `Conflict` if another entry was recorded meanwhile: what an entry fulfils follows from all before it.
    """

    payment: Payment
    number: int


class RecordEvent(msgspec.Struct, frozen=True):
    """Append the beginning or the end of an event."""

    entry: EventEntry


class RecordConsent(msgspec.Struct, frozen=True):
    """Append an entry to the consent register: it is the latest for its subject, dataset and purpose."""

    consent: Consent


class PutConsentLink(msgspec.Struct, frozen=True):
    """Store the link of a person, replacing an earlier one; links that are over at `now` (ms) are removed."""

    link: ConsentLink
    now: int


class DropConsentLink(msgspec.Struct, frozen=True):
    """Remove the link of a person, if there is one."""

    owner: str
    subject: str


class PutUser(msgspec.Struct, frozen=True):
    """Insert or update a user of the pages under the same version rule."""

    user: User
    expected: int | None


class PutSession(msgspec.Struct, frozen=True):
    """Store a new session of a user."""

    session: UserSession


class SeeSession(msgspec.Struct, frozen=True):
    """Store when a session was seen last (ms), if it has not ended meanwhile."""

    owner: str
    token_hash: str
    at: int


class DropSession(msgspec.Struct, frozen=True):
    """Remove a session, if there is one."""

    owner: str
    token_hash: str


class DropSessions(msgspec.Struct, frozen=True):
    """Remove the sessions of a user that were seen before an instant (ms), or all, but for the last `kept` ones."""

    owner: str
    user: str
    seen_before: int | None = None
    kept: int = 0


class PutOfferForm(msgspec.Struct, frozen=True):
    """Insert or update an offer that people are filling in under the same version rule."""

    form: OfferForm
    expected: int | None


class DropOfferForm(msgspec.Struct, frozen=True):
    """Remove an offer that people were filling in, if its version is still the expected one."""

    owner: str
    id: str
    expected: int


class PutSubscription(msgspec.Struct, frozen=True):
    """Insert or update a subscription under the same version rule."""

    subscription: Subscription
    expected: int | None


class DropSubscription(msgspec.Struct, frozen=True):
    """Remove a subscription whose stored version is `expected`; else `Conflict`."""

    owner: str
    id: str
    expected: int


class PutCredential(msgspec.Struct, frozen=True):
    """Insert or update a credential that this participant holds under the same version rule."""

    credential: HeldCredential
    expected: int | None


class DropCredential(msgspec.Struct, frozen=True):
    """Remove a credential that this participant holds, if there is one."""

    owner: str
    key: str


class PutIssuance(msgspec.Struct, frozen=True):
    """Store an offer of an issuer or a request to it, in place of what was stored.

    With `expected`, only in place of exactly that; else `Conflict`.
    """

    issuance: Issuance
    expected: Issuance | None = None


class DropIssuance(msgspec.Struct, frozen=True):
    """Remove an offer of an issuer or a request to it, if there is one."""

    owner: str
    id: str


class PutPush(msgspec.Struct, frozen=True):
    """Store what was pushed to a broker, replacing an earlier push of its subject."""

    push: Push


class DropPush(msgspec.Struct, frozen=True):
    """Remove what was pushed of a subject, if there is anything."""

    owner: str
    subject: str


class AddNotice(msgspec.Struct, frozen=True):
    """Note what people are told, unless it is noted already; the store gives it the next number."""

    notice: UserNotice


class DropNotices(msgspec.Struct, frozen=True):
    """Remove the notices up to a number (`until`) that are older than an instant (ms), and all but the last `most`."""

    owner: str
    until: int
    before: int
    most: int


class PutNoticeMark(msgspec.Struct, frozen=True):
    """Store how far somebody has looked ahead, replacing what was stored."""

    mark: NoticeMark


class DropNoticeMark(msgspec.Struct, frozen=True):
    """Remove a mark, if there is one."""

    owner: str
    kind: UserNoticeKind
    subject: str


class PutNoticeReader(msgspec.Struct, frozen=True):
    """Store how far a user was told on a channel, replacing what was stored."""

    reader: NoticeReader


class PutPlane(msgspec.Struct, frozen=True):
    """Insert or replace a registered plane."""

    plane: Plane


class DropPlane(msgspec.Struct, frozen=True):
    """Remove a registered plane, if there is one."""

    owner: str
    id: str


class ExtendJournal(msgspec.Struct, frozen=True):
    """Insert or replace a journal, append `entries` to it, and remove those before its `first` position."""

    journal: StreamJournal
    entries: tuple[StreamEntry, ...] = ()


class DropJournal(msgspec.Struct, frozen=True):
    """Remove a journal with its entries; one that does not exist is no error."""

    owner: str
    id: str


class AppendLeaf(msgspec.Struct, frozen=True):
    """Append a leaf to the audit log."""

    leaf: Leaf


class ForgetOwner(msgspec.Struct, frozen=True):
    """Remove all rows of an owner, its audit log too. Nobody may change anything for it at the same time."""

    owner: str


Change = (
    PutProcess
    | PutAsset
    | DropAsset
    | PutAgreement
    | FinalizeAgreement
    | WithdrawAgreement
    | UseReplayKey
    | PutHold
    | DropHold
    | PutBackoff
    | PutBlock
    | DropBlock
    | PutFlow
    | PutLease
    | DropLease
    | AddUsage
    | CountDenial
    | PutUsePart
    | DropUseParts
    | SetUsesBack
    | RecordDuty
    | RecordPayment
    | RecordEvent
    | RecordConsent
    | PutConsentLink
    | DropConsentLink
    | PutUser
    | PutSession
    | SeeSession
    | DropSession
    | DropSessions
    | PutOfferForm
    | DropOfferForm
    | PutSubscription
    | DropSubscription
    | PutCredential
    | DropCredential
    | PutIssuance
    | DropIssuance
    | IssuingChange
    | PutPush
    | DropPush
    | AddNotice
    | DropNotices
    | PutNoticeMark
    | DropNoticeMark
    | PutNoticeReader
    | PutPlane
    | DropPlane
    | ProductChange
    | ExtendJournal
    | DropJournal
    | ForgetOwner
    | AppendLeaf
)
