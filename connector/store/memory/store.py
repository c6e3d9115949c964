"""The in-memory twin of the SQLite store, for tests and simulations: same port, same contract suite, nothing durable.

A group changes the tables one by one; if a change fails, the tables roll back.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo

from connector.ports.changes import Change
from connector.ports.entities import (
    ALL_TIME,
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
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from connector.store.memory.changes import apply_change, list_within
from connector.store.memory.issuing import MemoryIssuing
from connector.store.memory.journals import MemoryJournals
from connector.store.memory.people import MemoryPeople
from connector.store.memory.products import MemoryProducts
from connector.store.memory.tables import MemoryTables
from connector.store.rules import (
    check_versions,
    first_recent,
    has_ended,
    is_in_force,
    no_longer_recent,
    no_longer_within,
)
from connector.views.subscriptions import SubscriptionState


class MemoryStore(MemoryIssuing, MemoryJournals, MemoryPeople, MemoryProducts):
    """A `Store` whose data is lost when the process ends."""

    def __init__(self, zone: tzinfo = UTC, rule: CommitRule | None = None) -> None:
        self._rule = rule
        self._tables = MemoryTables(zone)

    async def commit(self, group: Sequence[Change]) -> None:
        """Apply the group, all or nothing."""
        check_versions(group)
        added = self._rule.extend(group) if self._rule else ()
        self._tables.begin()
        try:
            for change in (*group, *added):
                apply_change(self._tables, change)
        except BaseException:
            self._tables.roll_back()
            raise
        if self._rule and added:
            self._rule.note(added)

    async def negotiation(self, owner: str, id: str) -> Negotiation | None:
        """Return one contract negotiation by its pid on this side."""
        found: Negotiation | None = self._tables.get(self._tables.processes, (owner, ProcessKind.NEGOTIATION, id))
        return found

    async def transfer(self, owner: str, id: str) -> Transfer | None:
        """Return one transfer process by its pid on this side."""
        found: Transfer | None = self._tables.get(self._tables.processes, (owner, ProcessKind.TRANSFER, id))
        return found

    async def transfers_of(self, owner: str, ids: Sequence[str]) -> Mapping[str, Transfer]:
        """Return the transfers with these identifiers; an unknown one is left out."""
        found = {pid: await self.transfer(owner, pid) for pid in ids}
        return {pid: process for pid, process in found.items() if process is not None}

    async def process_of_peer(
        self, owner: str, kind: ProcessKind, role: Role, peer: str, peer_pid: str
    ) -> AnyProcess | None:
        """Return the process that `peer` knows under its own pid."""
        key = self._tables.get(self._tables.pids, (owner, kind, role, peer, peer_pid))
        found: AnyProcess | None = self._tables.get(self._tables.processes, key)
        return found

    async def due(self, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
        """Return processes whose `due_at` is not after `now`, longest due first."""
        rows: list[AnyProcess] = self._tables.select(
            self._tables.processes, lambda p: p.owner == owner and p.due_at is not None
        )
        return sorted((p for p in rows if (p.due_at or 0) <= now), key=lambda p: p.due_at or 0)[: max(limit, 0)]

    async def due_last(self, owner: str, limit: int) -> Sequence[AnyProcess]:
        """Return the processes that are due last, the latest first."""
        rows: list[AnyProcess] = self._tables.select(
            self._tables.processes, lambda p: p.owner == owner and p.due_at is not None
        )
        return sorted(rows, key=lambda p: p.due_at or 0, reverse=True)[: max(limit, 0)]

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
        wanted = {"owner": owner, "kind": ProcessKind.NEGOTIATION, "state": state, "peer": peer, "dataset": dataset}
        return self._tables.page(self._tables.processes, page, wanted)

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
        wanted = {
            "owner": owner,
            "kind": ProcessKind.TRANSFER,
            "state": state,
            "peer": peer,
            "agreement_key": agreement_key,
        }
        return self._tables.page(self._tables.processes, page, wanted)

    async def last_transfers(self, owner: str, keys: Sequence[str]) -> Mapping[str, Transfer]:
        """Return the newest transfer under each of these agreements, by its key; one without a transfer is left out."""
        found: dict[str, Transfer] = {}
        for key in keys:
            newest, _ = await self.transfers(owner, PageBounds(limit=1), agreement_key=key)
            if newest:
                found[key] = newest[0]
        return found

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
        wanted = {"owner": owner, "kind": kind, "peer": peer, "dataset": dataset}
        return self._tables.page(self._tables.processes, page, wanted, test=lambda process: not has_ended(process))

    async def open_processes(self, owner: str, peer: str, most: int) -> int:
        """Count the processes with `peer` that have not ended, up to `most`."""
        found = self._tables.select(
            self._tables.processes, lambda p: p.owner == owner and p.peer == peer and not has_ended(p)
        )
        return min(len(found), most)

    async def running(self, owner: str, dataset: str) -> int:
        """Count the active transfers of a dataset at its provider."""
        return len(
            self._tables.select(
                self._tables.processes,
                lambda p: (
                    (p.owner, p.kind, p.dataset) == (owner, ProcessKind.TRANSFER, dataset)
                    and (p.role, p.state) == (Role.PROVIDER, TransferState.STARTED)
                ),
            )
        )

    async def asset(self, owner: str, id: str) -> Asset | None:
        """Return one asset."""
        found: Asset | None = self._tables.get(self._tables.assets, (owner, id))
        return found

    async def assets_of(self, owner: str, ids: Sequence[str]) -> Mapping[str, Asset]:
        """Return the assets with these identifiers; an unknown one is left out."""
        found = {name: self._tables.get(self._tables.assets, (owner, name)) for name in ids}
        return {name: asset for name, asset in found.items() if asset is not None}

    async def asset_of_offer(self, owner: str, offer_id: str) -> Asset | None:
        """Return the asset that is or was last offered under this offer identifier."""
        found: Asset | None = self._tables.get(
            self._tables.assets, self._tables.get(self._tables.offers, (owner, offer_id))
        )
        return found

    async def assets(
        self, owner: str, page: PageBounds, *, status: AssetStatus | None = None, oldest_first: bool = False
    ) -> tuple[Sequence[Asset], str | None]:
        """List assets."""
        return self._tables.page(
            self._tables.assets, page, {"owner": owner, "status": status}, descending=not oldest_first
        )

    async def agreement(self, owner: str, key: str) -> Agreement | None:
        """Return one agreement by its key at this side."""
        found: Agreement | None = self._tables.get(self._tables.agreements, (owner, key))
        return found

    async def agreements_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Agreement]:
        """Return the agreements with these keys; an unknown one is left out."""
        found = {key: self._tables.get(self._tables.agreements, (owner, key)) for key in keys}
        return {key: agreement for key, agreement in found.items() if agreement is not None}

    async def agreements_named(self, owner: str, id: str) -> Sequence[Agreement]:
        """Return all agreements with this identifier, oldest first."""
        return self._tables.select(self._tables.agreements, lambda a: a.owner == owner and a.id == id)

    async def agreements(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, counterparty: str | None = None
    ) -> tuple[Sequence[Agreement], str | None]:
        """List agreements, newest first."""
        wanted = {"owner": owner, "dataset": dataset, "counterparty": counterparty}
        return self._tables.page(self._tables.agreements, page, wanted)

    async def agreements_in_force(
        self, owner: str, page: PageBounds, *, dataset: str
    ) -> tuple[Sequence[Agreement], str | None]:
        """List the agreements of a dataset that are in force at its provider: final, and not withdrawn."""
        wanted = {"owner": owner, "dataset": dataset}
        return self._tables.page(self._tables.agreements, page, wanted, test=is_in_force)

    async def in_force(self, owner: str, dataset: str) -> int:
        """Return how many agreements of a dataset are in force at its provider."""
        return len(
            self._tables.select(
                self._tables.agreements, lambda a: (a.owner, a.dataset) == (owner, dataset) and is_in_force(a)
            )
        )

    async def hold(self, owner: str, process_id: str) -> Hold | None:
        """Return the hold of a process."""
        found: Hold | None = self._tables.get(self._tables.holds, (owner, process_id))
        return found

    async def holds_of(self, owner: str, process_ids: Sequence[str]) -> Mapping[str, Hold]:
        """Return the holds of these processes by process."""
        found = {process_id: self._tables.get(self._tables.holds, (owner, process_id)) for process_id in process_ids}
        return {process_id: hold for process_id, hold in found.items() if hold is not None}

    async def holds(
        self, owner: str, page: PageBounds, *, peer: str | None = None
    ) -> tuple[Sequence[Hold], str | None]:
        """List holds, oldest first; with `peer`, those of open processes with this participant."""
        wanted = {"owner": owner} if peer is None else {"owner": owner, "counterparty": peer}
        return self._tables.page(self._tables.holds, page, wanted, descending=False)

    async def open_holds(self, owner: str, peer: str, most: int) -> int:
        """Count the holds of open processes with `peer`, up to `most`."""
        found = self._tables.select(self._tables.holds, lambda h: (h.owner, h.counterparty) == (owner, peer))
        return min(len(found), most)

    async def waiting(self, owner: str, dataset: str) -> int:
        """Count the Holds of open negotiations on a dataset at its provider."""
        return len(
            self._tables.select(
                self._tables.processes,
                lambda p: (
                    (p.owner, p.kind, p.dataset) == (owner, ProcessKind.NEGOTIATION, dataset)
                    and p.role is Role.PROVIDER
                    and not has_ended(p)
                    and self._tables.get(self._tables.holds, (owner, p.id)) is not None
                ),
            )
        )

    async def backoffs(self, owner: str) -> Sequence[Backoff]:
        """Return the back-off of all peers."""
        return self._tables.select(self._tables.backoffs, lambda b: b.owner == owner)

    async def block(self, owner: str, participant: str) -> Block | None:
        """Return the block of a participant."""
        found: Block | None = self._tables.get(self._tables.blocks, (owner, participant))
        return found

    async def blocks(self, owner: str) -> Sequence[Block]:
        """Return all blocks, ordered by participant."""
        rows: list[Block] = self._tables.select(self._tables.blocks, lambda block: block.owner == owner)
        return sorted(rows, key=lambda block: block.participant)

    async def subscription(self, owner: str, id: str) -> Subscription | None:
        """Return one subscription."""
        found: Subscription | None = self._tables.get(self._tables.subscriptions, (owner, id))
        return found

    async def subscriptions(
        self, owner: str, page: PageBounds, *, state: SubscriptionState | None = None, agreement_key: str | None = None
    ) -> tuple[Sequence[Subscription], str | None]:
        """List subscriptions, newest first."""
        wanted = {"owner": owner, "state": state, "agreement": agreement_key}
        return self._tables.page(self._tables.subscriptions, page, wanted)

    async def next_subscriptions(self, owner: str, limit: int) -> Sequence[Subscription]:
        """Return the subscriptions that are due first."""
        rows = self._tables.select(
            self._tables.subscriptions, lambda row: row.owner == owner and row.due_at is not None
        )
        return sorted(rows, key=lambda row: row.due_at)[:limit]

    async def flow(self, owner: str, id: str) -> Flow | None:
        """Return one data flow."""
        found: Flow | None = self._tables.get(self._tables.flows, (owner, id))
        return found

    async def flows_of(self, owner: str, plane: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state that another data plane has."""
        return self._tables.select(
            self._tables.flows, lambda f: (f.owner, f.plane, f.state) == (owner, plane, state) and bool(plane)
        )

    async def plane(self, owner: str, id: str) -> Plane | None:
        """Return one registered plane."""
        found: Plane | None = self._tables.get(self._tables.planes, (owner, id))
        return found

    async def planes(self, owner: str) -> Sequence[Plane]:
        """Return all registered planes."""
        rows: list[Plane] = self._tables.select(self._tables.planes, lambda plane: plane.owner == owner)
        return sorted(rows, key=lambda plane: plane.id)

    async def flow_of_token(self, token_hash: str) -> Flow | None:
        """Return the flow that an access token opens."""
        rows: list[Flow] = self._tables.select(self._tables.flows, lambda f: f.token_hash == token_hash)
        return rows[0] if rows else None

    async def flows(self, owner: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state."""
        return self._tables.select(self._tables.flows, lambda f: f.owner == owner and f.state == state)

    async def flows_left(self, owner: str) -> Sequence[Flow]:
        """Return nothing: one process has the tables."""
        del owner
        return ()

    async def take_flow(self, owner: str, id: str) -> bool:
        """Return True: one process has the tables."""
        del owner, id
        return True

    async def lease(self, owner: str, flow_id: str) -> Lease | None:
        """Return the present lease of a flow."""
        found: Lease | None = self._tables.get(self._tables.leases, (owner, flow_id))
        return found

    async def usage(self, owner: str, agreement_id: str) -> Usage:
        """Return what was used under an agreement."""
        found: Usage | None = self._tables.get(self._tables.usage, (owner, agreement_id))
        return found or Usage(owner=owner, agreement_id=agreement_id, bytes_moved=0, uses=0)

    async def usage_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Usage]:
        """Return what was used under several agreements."""
        found = {key: self._tables.get(self._tables.usage, (owner, key)) for key in keys}
        return {key: usage for key, usage in found.items() if usage is not None}

    async def used_in_all(
        self, owner: str, keys: Sequence[tuple[str, str]], most: int
    ) -> Mapping[tuple[str, str], int]:
        """Return the uses of datasets by counterparties, counted up to `most`."""
        return {key: min(most, len(list_within(self._tables, owner, *key, ALL_TIME, 0))) for key in keys}

    async def recent(self, owner: str, agreement_id: str, now: int) -> Recent:
        """Return the uses within the hour before `now`."""
        kept: dict[int, int] = self._tables.get(self._tables.recent, (owner, agreement_id)) or {}
        counted = [second for second in kept if second >= first_recent(now)]
        frees_at = no_longer_recent(min((*counted, now // 1000))) if counted else None
        return Recent(uses=sum(kept[second] for second in counted), frees_at=frees_at)

    async def within(self, owner: str, counterparty: str, dataset: str, period: str, now: int) -> Recent:
        """Return the uses of a dataset by a counterparty in the period before `now`."""
        counted = list_within(self._tables, owner, counterparty, dataset, period, now)
        frees_at = no_longer_within(period, min((*counted, now))) if counted else None
        return Recent(uses=len(counted), frees_at=frees_at)

    async def uses(
        self, owner: str, page: PageBounds, *, agreement_id: str | None = None
    ) -> tuple[Sequence[CountedUse], str | None]:
        """List uses, oldest first."""
        wanted = {"owner": owner, "agreement_id": agreement_id}
        return self._tables.page(self._tables.uses, page, wanted, descending=False)

    async def usage_in(
        self, owner: str, page: PageBounds, *, month: str, providing: bool
    ) -> tuple[Sequence[MonthlyUsage], str | None]:
        """List the sums of one month, as provider or as consumer."""
        wanted = {"owner": owner, "month": month, "providing": providing}
        return self._tables.page(self._tables.months, page, wanted, descending=False)

    async def use_parts(self, owner: str, flow_id: str) -> Sequence[UsePart]:
        """Return the parts of the newest use of a flow."""
        rows: list[UsePart] = self._tables.select(
            self._tables.use_parts, lambda part: (part.owner, part.flow_id) == (owner, flow_id)
        )
        return sorted(rows, key=lambda part: part.part)

    async def payments(self, owner: str, agreement_id: str) -> Sequence[Payment]:
        """Return what was recorded of the payments of an agreement, oldest first."""
        return self._tables.select(self._tables.payments, lambda p: p.owner == owner and p.agreement_id == agreement_id)

    async def events(self, owner: str) -> Sequence[EventEntry]:
        """Return the last entry of every event, the latest first."""
        return self._tables.select(self._tables.events, lambda e: e.owner == owner)[::-1]

    async def duties(self, owner: str, agreement_id: str, *, occasions: Sequence[str] = ()) -> Sequence[DutyEvent]:
        """Return the entries about an agreement as a whole and about these occasions, oldest entry first."""
        wanted = {"", *occasions}
        return self._tables.select(
            self._tables.duties,
            lambda e: (e.owner, e.agreement_id) == (owner, agreement_id) and e.occasion in wanted,
        )

    async def duties_of(self, owner: str, keys: Sequence[str]) -> Mapping[str, Sequence[DutyEvent]]:
        """Return the entries about each of these agreements as a whole, oldest entry first."""
        wanted, found = set(keys), dict[str, list[DutyEvent]]()
        for event in self._tables.select(self._tables.duties, lambda e: e.owner == owner and not e.occasion):
            if event.agreement_id in wanted:
                found.setdefault(event.agreement_id, []).append(event)
        return found

    async def overdue(self, owner: str, now: int, limit: int) -> Sequence[DutyEvent]:
        """Return the active entries whose deadline has passed, longest due first."""
        rows: list[DutyEvent] = self._tables.select(
            self._tables.deadlines, lambda e: e.owner == owner and e.deadline <= now
        )
        return sorted(rows, key=lambda event: event.deadline or 0)[: max(limit, 0)]

    async def pressing(self, owner: str, until: int, limit: int) -> Sequence[DutyEvent]:
        """Return the first entries of the duties of persons here that are not done and due until then."""
        rows: list[DutyEvent] = self._tables.select(
            self._tables.owed, lambda e: e.owner == owner and e.deadline <= until
        )
        return sorted(rows, key=lambda event: event.deadline or 0)[: max(limit, 0)]

    async def push(self, owner: str, subject: str) -> Push | None:
        """Return the last push of the self-description of a subject."""
        found: Push | None = self._tables.get(self._tables.pushes, (owner, subject))
        return found

    async def pushes(self, owner: str, after: str, limit: int) -> Sequence[Push]:
        """Return pushes with a subject after `after`, in that order."""
        rows: list[Push] = self._tables.select(
            self._tables.pushes, lambda one: one.owner == owner and one.subject > after
        )
        return sorted(rows, key=lambda one: one.subject)[: max(limit, 0)]

    async def next_pushes(self, owner: str, limit: int) -> Sequence[Push]:
        """Return the pushes that are renewed first."""
        rows: list[Push] = self._tables.select(self._tables.pushes, lambda one: one.owner == owner)
        return sorted(rows, key=lambda one: one.renew_at)[: max(limit, 0)]

    async def pushes_in(self, owner: str, state: PushState, limit: int) -> Sequence[Push]:
        """Return pushes in a state."""
        rows: list[Push] = self._tables.select(
            self._tables.pushes, lambda one: (one.owner, one.state) == (owner, state)
        )
        return sorted(rows, key=lambda one: one.subject)[: max(limit, 0)]

    async def leaves(
        self, owner: str, page: PageBounds, *, process_id: str | None = None
    ) -> tuple[Sequence[Leaf], str | None]:
        """List audit leaves, oldest first."""
        return self._tables.page(
            self._tables.leaves, page, {"owner": owner, "process_id": process_id}, descending=False
        )

    async def leaves_between(self, owner: str, first: int, end: int) -> Sequence[Leaf]:
        """Return the audit leaves from position `first` to before `end`, in their order."""
        rows: list[Leaf] = self._tables.select(self._tables.leaves, lambda leaf: leaf.owner == owner)
        return [leaf for leaf in rows if first <= (leaf.position or 0) < end]

    async def leaf_count(self, owner: str) -> int:
        """Return how many audit leaves there are: their positions are from 0 to before it."""
        rows: list[Leaf] = self._tables.select(self._tables.leaves, lambda leaf: leaf.owner == owner)
        return len(rows)

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
        self._tables.close()
