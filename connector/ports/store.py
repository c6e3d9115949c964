"""The port of the store: reads by (owner, key), and one `commit`. Implementations: SQLite, PostgreSQL, in memory.

Reads see every group whose `commit` has returned. An unknown key returns None, never an error. Listings are ordered
by creation, newest first by default, and limited by `PageBounds`; they return the rows and the next cursor or None.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from connector.ports.changes import Change
from connector.ports.entities import (
    Agreement,
    Asset,
    AssetStatus,
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
    MonthlyUsage,
    NoticeMark,
    NoticeReader,
    OfferForm,
    PageBounds,
    Payment,
    Plane,
    Push,
    PushState,
    Recent,
    Subscription,
    Usage,
    UsePart,
    User,
    UserNotice,
    UserSession,
)
from connector.ports.issuing_store import IssuingStore
from connector.ports.journal_store import JournalStore
from connector.ports.product_store import ProductStore
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.subscriptions import SubscriptionState
from connector.views.users import UserNoticeKind

AnyProcess = Negotiation | Transfer


class CommitRule(Protocol):
    """What a store adds to each group that it commits, so that both are durable or neither is."""

    def extend(self, group: Sequence[Change]) -> Sequence[Change]:
        """Return the changes that belong to a group. Pure."""

    def note(self, added: Sequence[Change]) -> None:
        """Hear that changes which were added are durable."""


class Store(IssuingStore, JournalStore, ProductStore, Protocol):
    """Durable state of one connector; every method names its owner."""

    async def commit(self, group: Sequence[Change]) -> None:
        """Make the group durable, all or nothing; after the return, it survives power loss.

        Raises Conflict, Replayed, LimitReached or Unavailable; then nothing of the group is stored.
        """

    async def negotiation(self, owner: str, id: str) -> Negotiation | None:
        """Return one contract negotiation by its pid on this side."""

    async def transfer(self, owner: str, id: str) -> Transfer | None:
        """Return one transfer process by its pid on this side."""

    async def transfers_of(self, owner: str, ids: Sequence[str]) -> Mapping[str, Transfer]:
        """Return the transfers with these identifiers; an unknown one is left out."""

    async def process_of_peer(
        self, owner: str, kind: ProcessKind, role: Role, peer: str, peer_pid: str
    ) -> AnyProcess | None:
        """Return the process that `peer` knows under its own pid, in which this side has `role`."""

    async def due(self, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
        """Return processes whose `due_at` is not after `now`, longest due first."""

    async def due_last(self, owner: str, limit: int) -> Sequence[AnyProcess]:
        """Return the processes that are due last, the latest first."""

    async def negotiations(
        self,
        owner: str,
        page: PageBounds,
        *,
        state: str | None = None,
        peer: str | None = None,
        dataset: str | None = None,
    ) -> tuple[Sequence[Negotiation], str | None]:
        """List negotiations."""

    async def transfers(
        self,
        owner: str,
        page: PageBounds,
        *,
        state: str | None = None,
        peer: str | None = None,
        agreement_key: str | None = None,
    ) -> tuple[Sequence[Transfer], str | None]:
        """List transfers."""

    async def last_transfers(self, owner: str, keys: Sequence[str]) -> Mapping[str, Transfer]:
        """Return the newest transfer under each of these agreements, by its key; one without a transfer is left out."""

    async def unfinished(
        self,
        owner: str,
        kind: ProcessKind,
        page: PageBounds,
        *,
        peer: str | None = None,
        dataset: str | None = None,
    ) -> tuple[Sequence[AnyProcess], str | None]:
        """List the processes of a kind that have not ended, newest first."""

    async def open_processes(self, owner: str, peer: str, most: int) -> int:
        """Count the processes with `peer` that have not ended, up to `most`: the quota of a peer."""

    async def running(self, owner: str, dataset: str) -> int:
        """Count the active transfers of a dataset at its provider."""

    async def asset(self, owner: str, id: str) -> Asset | None:
        """Return one asset by its Dataset identifier."""

    async def assets_of(self, owner: str, ids: Sequence[str]) -> Mapping[str, Asset]:
        """Return the assets with these identifiers; an unknown one is left out."""

    async def asset_of_offer(self, owner: str, offer_id: str) -> Asset | None:
        """Return the asset that is (or was last) offered under this offer identifier."""

    async def assets(
        self, owner: str, page: PageBounds, *, status: AssetStatus | None = None, oldest_first: bool = False
    ) -> tuple[Sequence[Asset], str | None]:
        """List assets; `oldest_first` is the stable order of catalogue pages."""

    async def personal_assets(self, owner: str, page: PageBounds) -> tuple[Sequence[Asset], str | None]:
        """List the assets whose data is about persons, newest first."""

    async def personal_lines(
        self, owner: str, page: PageBounds
    ) -> tuple[Sequence[tuple[Asset, Agreement | None]], str | None]:
        """List the assets whose data is about persons with each agreement that this participant made about them.

        The newest asset and its newest agreement come first. An asset without an agreement has one line with None, a
        draft without one has none.
        """

    async def agreement(self, owner: str, key: str) -> Agreement | None:
        """Return one agreement by its key at this side."""

    async def agreements_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Agreement]:
        """Return the agreements with these keys; an unknown one is left out."""

    async def agreements_named(self, owner: str, id: str) -> Sequence[Agreement]:
        """Return all agreements with this identifier, oldest first: several partners can choose the same."""

    async def agreements(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, counterparty: str | None = None
    ) -> tuple[Sequence[Agreement], str | None]:
        """List agreements."""

    async def agreements_in_force(
        self, owner: str, page: PageBounds, *, dataset: str
    ) -> tuple[Sequence[Agreement], str | None]:
        """List the agreements of a dataset that are in force at its provider: final, and not withdrawn."""

    async def in_force(self, owner: str, dataset: str) -> int:
        """Return how many agreements of a dataset are in force at its provider."""

    async def hold(self, owner: str, process_id: str) -> Hold | None:
        """Return the hold of a process."""

    async def holds_of(self, owner: str, process_ids: Sequence[str]) -> Mapping[str, Hold]:
        """Return the holds of these processes by process; a process without one is left out."""

    async def holds(
        self, owner: str, page: PageBounds, *, peer: str | None = None
    ) -> tuple[Sequence[Hold], str | None]:
        """List holds, oldest first; with `peer`, those of open processes with this participant."""

    async def open_holds(self, owner: str, peer: str, most: int) -> int:
        """Count the holds of open processes with `peer`, up to `most`."""

    async def waiting(self, owner: str, dataset: str) -> int:
        """Count the Holds of open negotiations on a dataset at its provider."""

    async def backoffs(self, owner: str) -> Sequence[Backoff]:
        """Return the back-off of all peers."""

    async def block(self, owner: str, participant: str) -> Block | None:
        """Return the block of a participant; None if it is not blocked."""

    async def blocks(self, owner: str) -> Sequence[Block]:
        """Return all blocks, ordered by participant."""

    async def user(self, owner: str, name: str) -> User | None:
        """Return one user of the pages by the name to sign in with."""

    async def user_of_login(self, owner: str, login: str) -> User | None:
        """Return the user who comes with a login of the organisation (by its SHA-256, hex)."""

    async def users(self, owner: str) -> Sequence[User]:
        """Return all users of the pages, ordered by name."""

    async def session(self, owner: str, token_hash: str) -> UserSession | None:
        """Return the session of a token (by its SHA-256, hex)."""

    async def notices(self, owner: str, after: int, limit: int) -> Sequence[UserNotice]:
        """Return notices with a number after `after`, in that order."""

    async def last_notice(self, owner: str) -> int:
        """Return the number of the newest notice that is stored; 0 without one."""

    async def notice_marks(self, owner: str, kind: UserNoticeKind, limit: int) -> Sequence[NoticeMark]:
        """Return the lowest marks of a kind of notice, in that order."""

    async def notice_readers(self, owner: str) -> Sequence[NoticeReader]:
        """Return how far each user was told on each channel, ordered by user and channel."""

    async def offer_form(self, owner: str, id: str) -> OfferForm | None:
        """Return one offer that people are filling in."""

    async def offer_forms(self, owner: str) -> Sequence[OfferForm]:
        """Return all offers that people are filling in, ordered by identifier."""

    async def subscription(self, owner: str, id: str) -> Subscription | None:
        """Return one subscription."""

    async def subscriptions(
        self, owner: str, page: PageBounds, *, state: SubscriptionState | None = None, agreement_key: str | None = None
    ) -> tuple[Sequence[Subscription], str | None]:
        """List subscriptions."""

    async def next_subscriptions(self, owner: str, limit: int) -> Sequence[Subscription]:
        """Return the subscriptions that are due first, the longest due first; one that is not due is left out."""

    async def flow(self, owner: str, id: str) -> Flow | None:
        """Return one data flow."""

    async def flows_of(self, owner: str, plane: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state that another data plane has, oldest first."""

    async def plane(self, owner: str, id: str) -> Plane | None:
        """Return one registered plane."""

    async def planes(self, owner: str) -> Sequence[Plane]:
        """Return all registered planes, ordered by identifier."""

    async def flow_of_token(self, token_hash: str) -> Flow | None:
        """Return the flow that an access token (by its SHA-256, hex) opens, of any owner."""

    async def flows(self, owner: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state, to resume them after a restart."""

    async def flows_left(self, owner: str) -> Sequence[Flow]:
        """Return the started flows that this side is to move, and no living one of several processes on the store does.

        Where one process has the store, none are left: its own are resumed at its start.
        """

    async def take_flow(self, owner: str, id: str) -> bool:
        """Take a flow for this process to move; return False if a living one of several on the store has it."""

    async def lease(self, owner: str, flow_id: str) -> Lease | None:
        """Return the present lease of a flow."""

    async def usage(self, owner: str, agreement_id: str) -> Usage:
        """Return the usage under an agreement (zeros if nothing was used)."""

    async def usage_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Usage]:
        """Return the usage under the agreements with these keys; one without a use is omitted."""

    async def used_in_all(
        self, owner: str, keys: Sequence[tuple[str, str]], most: int
    ) -> Mapping[tuple[str, str], int]:
        """Return by counterparty and dataset the uses that began here as provider, counted up to `most`."""

    async def recent(self, owner: str, agreement_id: str, now: int) -> Recent:
        """Return the uses within the hour before `now` of an agreement that limits them."""

    async def within(self, owner: str, counterparty: str, dataset: str, period: str, now: int) -> Recent:
        """Return the uses of a dataset that a counterparty has begun in the period before `now`, in all agreements."""

    async def uses(
        self, owner: str, page: PageBounds, *, agreement_id: str | None = None
    ) -> tuple[Sequence[CountedUse], str | None]:
        """List the uses, oldest first."""

    async def usage_in(
        self, owner: str, page: PageBounds, *, month: str, providing: bool
    ) -> tuple[Sequence[MonthlyUsage], str | None]:
        """List the sums of one month, as provider or as consumer, in the order in which they began."""

    async def use_parts(self, owner: str, flow_id: str) -> Sequence[UsePart]:
        """Return the parts of the newest use of a flow."""

    async def payments(self, owner: str, agreement_id: str) -> Sequence[Payment]:
        """Return the recorded payments of an agreement, oldest first."""

    async def events(self, owner: str) -> Sequence[EventEntry]:
        """Return the last entry of every declared event, the latest first."""

    async def duties(self, owner: str, agreement_id: str, *, occasions: Sequence[str] = ()) -> Sequence[DutyEvent]:
        """Return the entries about an agreement as a whole and about these occasions, oldest entry first."""

    async def duties_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Sequence[DutyEvent]]:
        """Return the entries about each of these agreements as a whole, oldest entry first."""

    async def overdue(self, owner: str, now: int, limit: int) -> Sequence[DutyEvent]:
        """Return the `active` entries whose deadline is not after `now` and whose duty has no other entry since."""

    async def pressing(self, owner: str, until: int, limit: int) -> Sequence[DutyEvent]:
        """Return the first entries of the duties of persons here that are not done and due until then.

        Longest due first.
        """

    async def late_duties(self, owner: str, page: PageBounds) -> tuple[Sequence[DutyEvent], str | None]:
        """List the `violated` entries of duties that are not done, of all parties, oldest first."""

    async def consents(
        self, owner: str, page: PageBounds, *, subject: str | None = None, dataset: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the entries of the consent register, newest first."""

    async def consents_of(self, owner: str, subjects: Sequence[str], dataset: str) -> Mapping[str, Sequence[Consent]]:
        """Return by subject the latest entries for each purpose that are about the dataset or about all.

        With an empty `dataset` those of every dataset. A subject without an entry is omitted.
        """

    async def standing_consents(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, state: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the latest entry for each person, dataset and purpose, newest first; `state` is the stored one."""

    async def consent_link(self, owner: str, subject: str) -> ConsentLink | None:
        """Return the link of a person."""

    async def consent_link_of_token(self, owner: str, token_hash: str) -> ConsentLink | None:
        """Return the link with this secret (by its SHA-256, hex)."""

    async def consent_revision(self, owner: str) -> int:
        """Return a number that grows with every entry of the consent register."""

    async def credential(self, owner: str, key: str) -> HeldCredential | None:
        """Return one credential that this participant holds."""

    async def credentials(self, owner: str) -> Sequence[HeldCredential]:
        """Return all credentials that this participant holds, ordered by key."""

    async def issuance(self, owner: str, id: str) -> Issuance | None:
        """Return one offer of an issuer or request to it."""

    async def issuances(self, owner: str) -> Sequence[Issuance]:
        """Return all offers of issuers and requests to them, ordered by identifier."""

    async def push(self, owner: str, subject: str) -> Push | None:
        """Return the last push of the self-description of a subject."""

    async def pushes(self, owner: str, after: str, limit: int) -> Sequence[Push]:
        """Return pushes with a subject after `after`, in that order."""

    async def next_pushes(self, owner: str, limit: int) -> Sequence[Push]:
        """Return the pushes that are renewed first."""

    async def pushes_in(self, owner: str, state: PushState, limit: int) -> Sequence[Push]:
        """Return pushes in a state."""

    async def leaves(
        self, owner: str, page: PageBounds, *, process_id: str | None = None
    ) -> tuple[Sequence[Leaf], str | None]:
        """List audit leaves, oldest first."""

    async def leaves_between(self, owner: str, first: int, end: int) -> Sequence[Leaf]:
        """Return the audit leaves from position `first` to before `end`, in their order."""

    async def leaf_count(self, owner: str) -> int:
        """Return how many audit leaves there are: their positions are from 0 to before it."""

    async def close(self) -> None:
        """Finish the running group and close; later calls raise Unavailable."""
