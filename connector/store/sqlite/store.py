"""The embedded store: reads on the thread of the event loop, and one `commit` through the writer."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from connector.ports import changes
from connector.ports.changes import Change
from connector.ports.entities import (
    Agreement,
    Asset,
    AssetStatus,
    Backoff,
    Block,
    CountedUse,
    DutyEvent,
    EventEntry,
    Flow,
    Hold,
    Leaf,
    Lease,
    MonthlyUsage,
    PageBounds,
    Payment,
    Plane,
    Push,
    PushState,
    Recent,
    Subscription,
    Usage,
    UsePart,
)
from connector.ports.store import AnyProcess, CommitRule
from connector.ports.store_errors import StoreDamaged
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.store.rules import check_versions
from connector.store.sqlite.applying import APPLY
from connector.store.sqlite.chapters import (
    agreements,
    assets,
    audit,
    duties,
    events,
    flows,
    holds,
    payments,
    peers,
    planes,
    processes,
    replay,
    subscriptions,
    usage,
)
from connector.store.sqlite.engine.connection import (
    StoreConnection,
    name_months,
    open_readable,
    open_writable,
    refuse_damaged,
    release_memory,
)
from connector.store.sqlite.engine.kept import KeptPages
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.engine.writer import Writer
from connector.store.sqlite.issuing import SqliteIssuing
from connector.store.sqlite.journals import SqliteJournals
from connector.store.sqlite.people import SqlitePeople
from connector.store.sqlite.products import SqliteProducts
from connector.views.subscriptions import SubscriptionState

_OF_ASSETS: frozenset[type] = frozenset({changes.PutAsset, changes.DropAsset, changes.ForgetOwner})


async def open_store(
    path: Path,
    *,
    now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    zone: tzinfo = UTC,
    rule: CommitRule | None = None,
) -> "SqliteStore":
    """Open the store in the file at `path`, create it if it does not exist, and migrate its schema after a backup.

    `now` returns milliseconds since the Unix epoch; it decides when used replay keys are deleted. `zone` decides in
    which month something is counted. `rule` adds what belongs to each group. Raises SchemaRefused if the file is newer
    than this release, none of ours, or cannot be opened.
    """
    await asyncio.to_thread(migrate, path, steps("store"), zone)
    shelf: KeptPages[Asset] = KeptPages()
    reader = open_readable(path)
    writer = Writer(
        partial(_open, path, zone),
        chore=replay.Sweeper(now).chore,
        ended=shelf.settle,
        rested=partial(release_memory, reader),
    )
    return SqliteStore(reader, writer, shelf, rule)


def _open(path: Path, zone: tzinfo) -> StoreConnection:
    connection = open_writable(path, patient=False)
    name_months(connection, zone)
    return connection


class SqliteStore(SqliteIssuing, SqliteJournals, SqlitePeople, SqliteProducts):
    """A `Store` in one SQLite file. `open_store` creates it; use it on the same event loop."""

    _ways: ClassVar[Mapping[type[Change], Callable[[sqlite3.Connection, Any], None]]] = APPLY

    def __init__(
        self, reader: StoreConnection, writer: Writer, shelf: KeptPages[Asset], rule: CommitRule | None = None
    ) -> None:
        self._rule = rule
        self._reader = reader
        self._writer = writer
        self._shelf = shelf

    async def commit(self, group: Sequence[Change]) -> None:
        """Make the group durable, all or nothing."""
        check_versions(group)
        refuse_damaged(self._reader)
        added = self._rule.extend(group) if self._rule else ()
        try:
            await self._writer.submit(partial(self._apply, (*group, *added)))
        except StoreDamaged:
            self._reader.damaged = True
            raise
        if self._rule and added:
            self._rule.note(added)

    async def negotiation(self, owner: str, id: str) -> Negotiation | None:
        """Return one contract negotiation by its pid on this side."""
        return processes.negotiation(self._reader, owner, id)

    async def transfer(self, owner: str, id: str) -> Transfer | None:
        """Return one transfer process by its pid on this side."""
        return processes.transfer(self._reader, owner, id)

    async def transfers_of(self, owner: str, ids: Sequence[str]) -> Mapping[str, Transfer]:
        """Return the transfers with these identifiers."""
        return processes.transfers_of(self._reader, owner, ids)

    async def process_of_peer(
        self, owner: str, kind: ProcessKind, role: Role, peer: str, peer_pid: str
    ) -> AnyProcess | None:
        """Return the process that `peer` knows under its own pid."""
        return processes.of_peer(self._reader, owner, kind, role, peer, peer_pid)

    async def due(self, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
        """Return processes whose `due_at` is not after `now`, longest due first."""
        return processes.due(self._reader, owner, now, limit)

    async def due_last(self, owner: str, limit: int) -> Sequence[AnyProcess]:
        """Return the processes that are due last, the latest first."""
        return processes.due_last(self._reader, owner, limit)

    async def negotiations(
        self,
        owner: str,
        page: PageBounds,
        *,
        state: str | None = None,
        peer: str | None = None,
        dataset: str | None = None,
    ) -> tuple[Sequence[Negotiation], str | None]:
        """List negotiations, newest first."""
        return processes.negotiations(self._reader, owner, page, state, peer, dataset)

    async def transfers(
        self,
        owner: str,
        page: PageBounds,
        *,
        state: str | None = None,
        peer: str | None = None,
        agreement_key: str | None = None,
    ) -> tuple[Sequence[Transfer], str | None]:
        """List transfers, newest first."""
        return processes.transfers(self._reader, owner, page, state, peer, agreement_key)

    async def last_transfers(self, owner: str, keys: Sequence[str]) -> Mapping[str, Transfer]:
        """Return the newest transfer under each of these agreements, by its key; one without a transfer is left out."""
        return processes.last_transfers(self._reader, owner, keys)

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
        return processes.list_open(self._reader, owner, kind, page, peer, dataset)

    async def open_processes(self, owner: str, peer: str, most: int) -> int:
        """Count the processes with `peer` that have not ended, up to `most`."""
        return processes.count_open(self._reader, owner, peer, most)

    async def running(self, owner: str, dataset: str) -> int:
        """Count the active transfers of a dataset at its provider."""
        return processes.count_running(self._reader, owner, dataset)

    async def asset(self, owner: str, id: str) -> Asset | None:
        """Return one asset."""
        return self._find_asset(("asset", owner, id), partial(assets.asset, self._reader, owner, id))

    async def assets_of(self, owner: str, ids: Sequence[str]) -> Mapping[str, Asset]:
        """Return the assets with these identifiers; an unknown one is left out."""
        return assets.assets_of(self._reader, owner, ids)

    async def asset_of_offer(self, owner: str, offer_id: str) -> Asset | None:
        """Return the asset that is or was last offered under this offer identifier."""
        return self._find_asset(("offer", owner, offer_id), partial(assets.of_offer, self._reader, owner, offer_id))

    async def assets(
        self, owner: str, page: PageBounds, *, status: AssetStatus | None = None, oldest_first: bool = False
    ) -> tuple[Sequence[Asset], str | None]:
        """List assets. Pages of assets in one status, such as those of a catalogue, are kept until an asset changes."""
        if status is None:
            return assets.assets(self._reader, owner, page, status, oldest_first)
        key = (owner, page.limit, page.after, status, oldest_first)
        found = self._shelf.find(key)
        if found is None:
            rows, after = assets.assets(self._reader, owner, page, status, oldest_first)
            found = self._shelf.keep(key, rows, after, sum(len(row.document) for row in rows))
        return found

    def _find_asset(self, key: tuple[str, str, str], read: Callable[[], Asset | None]) -> Asset | None:
        """Return an asset, which is kept until an asset changes: each message about it asks for it."""
        if found := self._shelf.find(key):
            return found[0][0]
        asset = read()
        if asset is not None:
            self._shelf.keep(key, (asset,), None, len(asset.document))
        return asset

    async def agreement(self, owner: str, key: str) -> Agreement | None:
        """Return one agreement by its key at this side."""
        return agreements.agreement(self._reader, owner, key)

    async def agreements_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Agreement]:
        """Return the agreements with these keys; an unknown one is left out."""
        return agreements.agreements_of(self._reader, owner, keys)

    async def agreements_named(self, owner: str, id: str) -> Sequence[Agreement]:
        """Return all agreements with this identifier, oldest first."""
        return agreements.agreements_named(self._reader, owner, id)

    async def agreements(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, counterparty: str | None = None
    ) -> tuple[Sequence[Agreement], str | None]:
        """List agreements, newest first."""
        return agreements.agreements(self._reader, owner, page, dataset, counterparty)

    async def agreements_in_force(
        self, owner: str, page: PageBounds, *, dataset: str
    ) -> tuple[Sequence[Agreement], str | None]:
        """List the agreements of a dataset that are in force at its provider: final, and not withdrawn."""
        return agreements.agreements_in_force(self._reader, owner, page, dataset)

    async def in_force(self, owner: str, dataset: str) -> int:
        """Return how many agreements of a dataset are in force at its provider."""
        return agreements.count_in_force(self._reader, owner, dataset)

    async def hold(self, owner: str, process_id: str) -> Hold | None:
        """Return the hold of a process."""
        return holds.hold(self._reader, owner, process_id)

    async def holds_of(self, owner: str, process_ids: Sequence[str]) -> Mapping[str, Hold]:
        """Return the holds of these processes by process."""
        return holds.holds_of(self._reader, owner, process_ids)

    async def holds(
        self, owner: str, page: PageBounds, *, peer: str | None = None
    ) -> tuple[Sequence[Hold], str | None]:
        """List holds, oldest first; with `peer`, those of open processes with this participant."""
        return holds.holds(self._reader, owner, page, peer)

    async def open_holds(self, owner: str, peer: str, most: int) -> int:
        """Count the holds of open processes with `peer`, up to `most`."""
        return holds.count_open(self._reader, owner, peer, most)

    async def waiting(self, owner: str, dataset: str) -> int:
        """Count the Holds of open negotiations on a dataset at its provider."""
        return holds.count_waiting(self._reader, owner, dataset)

    async def backoffs(self, owner: str) -> Sequence[Backoff]:
        """Return the back-off of all peers."""
        return peers.backoffs(self._reader, owner)

    async def block(self, owner: str, participant: str) -> Block | None:
        """Return the block of a participant."""
        return peers.block(self._reader, owner, participant)

    async def blocks(self, owner: str) -> Sequence[Block]:
        """Return all blocks, ordered by participant."""
        return peers.blocks(self._reader, owner)

    async def subscription(self, owner: str, id: str) -> Subscription | None:
        """Return one subscription."""
        return subscriptions.subscription(self._reader, owner, id)

    async def subscriptions(
        self, owner: str, page: PageBounds, *, state: SubscriptionState | None = None, agreement_key: str | None = None
    ) -> tuple[Sequence[Subscription], str | None]:
        """List subscriptions, newest first."""
        return subscriptions.subscriptions(self._reader, owner, page, state, agreement_key)

    async def next_subscriptions(self, owner: str, limit: int) -> Sequence[Subscription]:
        """Return the subscriptions that are due first."""
        return subscriptions.next_subscriptions(self._reader, owner, limit)

    async def flow(self, owner: str, id: str) -> Flow | None:
        """Return one data flow."""
        return flows.flow(self._reader, owner, id)

    async def flows_of(self, owner: str, plane: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state that another data plane has."""
        return flows.flows_of(self._reader, owner, plane, state)

    async def plane(self, owner: str, id: str) -> Plane | None:
        """Return one registered plane."""
        return planes.plane(self._reader, owner, id)

    async def planes(self, owner: str) -> Sequence[Plane]:
        """Return all registered planes."""
        return planes.planes(self._reader, owner)

    async def flow_of_token(self, token_hash: str) -> Flow | None:
        """Return the flow that an access token opens."""
        return flows.of_token(self._reader, token_hash)

    async def flows(self, owner: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state."""
        return flows.flows(self._reader, owner, state)

    async def flows_left(self, owner: str) -> Sequence[Flow]:
        """Return nothing: one process has the file."""
        del owner
        return ()

    async def take_flow(self, owner: str, id: str) -> bool:
        """Return True: one process has the file."""
        del owner, id
        return True

    async def lease(self, owner: str, flow_id: str) -> Lease | None:
        """Return the present lease of a flow."""
        return flows.lease(self._reader, owner, flow_id)

    async def usage(self, owner: str, agreement_id: str) -> Usage:
        """Return what was used under an agreement."""
        return usage.usage(self._reader, owner, agreement_id)

    async def usage_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Usage]:
        """Return what was used under several agreements."""
        return usage.usage_of(self._reader, owner, keys)

    async def used_in_all(
        self, owner: str, keys: Sequence[tuple[str, str]], most: int
    ) -> Mapping[tuple[str, str], int]:
        """Return the uses of datasets by counterparties, counted up to `most`."""
        return usage.count_in_all(self._reader, owner, keys, most)

    async def recent(self, owner: str, agreement_id: str, now: int) -> Recent:
        """Return the uses within the hour before `now`."""
        return usage.recent(self._reader, owner, agreement_id, now)

    async def within(self, owner: str, counterparty: str, dataset: str, period: str, now: int) -> Recent:
        """Return the uses of a dataset by a counterparty in the period before `now`."""
        return usage.within(self._reader, owner, counterparty, dataset, period, now)

    async def uses(
        self, owner: str, page: PageBounds, *, agreement_id: str | None = None
    ) -> tuple[Sequence[CountedUse], str | None]:
        """List uses, oldest first."""
        return usage.uses(self._reader, owner, page, agreement_id)

    async def usage_in(
        self, owner: str, page: PageBounds, *, month: str, providing: bool
    ) -> tuple[Sequence[MonthlyUsage], str | None]:
        """List the sums of one month, as provider or as consumer."""
        return usage.usage_in(self._reader, owner, page, month, providing)

    async def use_parts(self, owner: str, flow_id: str) -> Sequence[UsePart]:
        """Return the parts of the newest use of a flow."""
        return usage.parts(self._reader, owner, flow_id)

    async def payments(self, owner: str, agreement_id: str) -> Sequence[Payment]:
        """Return what was recorded of the payments of an agreement, oldest first."""
        return payments.payments(self._reader, owner, agreement_id)

    async def events(self, owner: str) -> Sequence[EventEntry]:
        """Return the last entry of every event, the latest first."""
        return events.events(self._reader, owner)

    async def duties(self, owner: str, agreement_id: str, *, occasions: Sequence[str] = ()) -> Sequence[DutyEvent]:
        """Return the entries about an agreement as a whole and about these occasions, oldest entry first."""
        return duties.duties(self._reader, owner, agreement_id, occasions)

    async def duties_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Sequence[DutyEvent]]:
        """Return the entries about each of these agreements as a whole, oldest entry first."""
        return duties.of(self._reader, owner, keys)

    async def overdue(self, owner: str, now: int, limit: int) -> Sequence[DutyEvent]:
        """Return the active entries whose deadline has passed, longest due first."""
        return duties.overdue(self._reader, owner, now, limit)

    async def pressing(self, owner: str, until: int, limit: int) -> Sequence[DutyEvent]:
        """Return the first entries of the duties of persons here that are not done and due until then."""
        return duties.pressing(self._reader, owner, until, limit)

    async def push(self, owner: str, subject: str) -> Push | None:
        """Return the last push of the self-description of a subject."""
        return assets.push(self._reader, owner, subject)

    async def pushes(self, owner: str, after: str, limit: int) -> Sequence[Push]:
        """Return pushes with a subject after `after`, in that order."""
        return assets.pushes(self._reader, owner, after, limit)

    async def next_pushes(self, owner: str, limit: int) -> Sequence[Push]:
        """Return the pushes that are renewed first."""
        return assets.next_pushes(self._reader, owner, limit)

    async def pushes_in(self, owner: str, state: PushState, limit: int) -> Sequence[Push]:
        """Return pushes in a state."""
        return assets.pushes_in(self._reader, owner, state, limit)

    async def leaves(
        self, owner: str, page: PageBounds, *, process_id: str | None = None
    ) -> tuple[Sequence[Leaf], str | None]:
        """List audit leaves, oldest first."""
        return audit.leaves(self._reader, owner, page, process_id)

    async def leaves_between(self, owner: str, first: int, end: int) -> Sequence[Leaf]:
        """Return the audit leaves from position `first` to before `end`, in their order."""
        return audit.leaves_between(self._reader, owner, first, end)

    async def leaf_count(self, owner: str) -> int:
        """Return how many audit leaves there are: their positions are from 0 to before it."""
        return audit.leaf_count(self._reader, owner)

    def _apply(self, group: Sequence[Change], connection: sqlite3.Connection) -> None:
        leaves: list[changes.AppendLeaf] = []
        for change in group:
            if isinstance(change, changes.AppendLeaf):
                leaves.append(change)
                continue
            kind = type(change)
            if kind in _OF_ASSETS:
                self._shelf.forget()
            self._ways[kind](connection, change)
        if leaves:
            audit.append(connection, leaves)

    async def close(self) -> None:
        """Finish the running group and close; later calls raise Unavailable."""
        self._reader.close()
        await self._writer.close()
