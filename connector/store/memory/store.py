"""The in-memory twin of the SQLite store: same port, same contract suite, nothing durable. For tests and simulations.

A group changes the tables one by one and notes what was there before; where a change fails, the notes are played back.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from connector.ports import changes
from connector.ports.changes import Change, Conflict, LimitReached, Replayed, TooSoon, Unavailable
from connector.ports.entities import (
    Agreement,
    Asset,
    AssetStatus,
    Backoff,
    Consent,
    DutyEvent,
    DutyState,
    EventEntry,
    Flow,
    Hold,
    Leaf,
    Lease,
    PageBounds,
    Payment,
    Recent,
    Usage,
)
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.store.rules import check_version, cursor, first_recent, has_ended, no_longer_recent, place

V = TypeVar("V")
Table = dict[Hashable, tuple[int, Any]]


class MemoryStore:
    """A `Store` that forgets everything when it goes. Rows are kept as (place in the order of creation, value)."""

    def __init__(self) -> None:
        self._processes: Table = {}
        self._pids: Table = {}
        self._assets: Table = {}
        self._offers: Table = {}
        self._agreements: Table = {}
        self._holds: Table = {}
        self._backoffs: Table = {}
        self._replay_keys: Table = {}
        self._flows: Table = {}
        self._leases: Table = {}
        self._usage: Table = {}
        self._recent: Table = {}
        self._payments: Table = {}
        self._events: Table = {}
        self._duties: Table = {}
        self._deadlines: Table = {}
        self._consents: Table = {}
        self._standing: Table = {}
        self._leaves: Table = {}
        self._leaf_counts: Table = {}
        self._place = 0
        self._closed = False
        self._undo: list[tuple[Table, Hashable, tuple[int, Any] | None]] = []
        self._apply: dict[type[Change], Callable[[Any], None]] = {
            changes.PutProcess: self._put_process,
            changes.PutAsset: self._put_asset,
            changes.PutAgreement: self._put_agreement,
            changes.UseReplayKey: self._use_replay_key,
            changes.PutHold: self._put_hold,
            changes.DropHold: self._drop_hold,
            changes.PutBackoff: self._put_backoff,
            changes.PutFlow: self._put_flow,
            changes.PutLease: self._put_lease,
            changes.DropLease: self._drop_lease,
            changes.AddUsage: self._add_usage,
            changes.RecordDuty: self._record_duty,
            changes.RecordPayment: self._record_payment,
            changes.RecordEvent: self._record_event,
            changes.RecordConsent: self._record_consent,
            changes.AppendLeaf: self._append_leaf,
        }

    async def commit(self, group: Sequence[Change]) -> None:
        """Apply the group, all or nothing."""
        self._open()
        for change in group:
            check_version(change)
        self._undo = []
        try:
            for change in group:
                self._apply[type(change)](change)
        except BaseException:
            self._roll_back()
            raise

    async def negotiation(self, owner: str, id: str) -> Negotiation | None:
        """Return one contract negotiation by our pid."""
        found: Negotiation | None = self._get(self._processes, (owner, ProcessKind.NEGOTIATION, id))
        return found

    async def transfer(self, owner: str, id: str) -> Transfer | None:
        """Return one transfer process by our pid."""
        found: Transfer | None = self._get(self._processes, (owner, ProcessKind.TRANSFER, id))
        return found

    async def process_of_peer(
        self, owner: str, kind: ProcessKind, role: Role, peer: str, peer_pid: str
    ) -> AnyProcess | None:
        """Return the process that `peer` knows under its own pid."""
        key = self._get(self._pids, (owner, kind, role, peer, peer_pid))
        found: AnyProcess | None = self._get(self._processes, key)
        return found

    async def due(self, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
        """Return processes whose `due_at` is not after `now`, longest due first."""
        rows: list[AnyProcess] = self._values(self._processes, lambda p: p.owner == owner and p.due_at is not None)
        return sorted((p for p in rows if (p.due_at or 0) <= now), key=lambda p: p.due_at or 0)[: max(limit, 0)]

    async def next_due(self, owner: str) -> int | None:
        """Return the earliest `due_at`, or None."""
        rows = self._values(self._processes, lambda p: p.owner == owner and p.due_at is not None)
        return min((p.due_at for p in rows), default=None)

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
        return self._page(self._processes, page, wanted)

    async def transfers(
        self,
        owner: str,
        page: PageBounds,
        *,
        state: str | None = None,
        peer: str | None = None,
        agreement_id: str | None = None,
    ) -> tuple[Sequence[Transfer], str | None]:
        """List transfers, newest first."""
        wanted = {
            "owner": owner,
            "kind": ProcessKind.TRANSFER,
            "state": state,
            "peer": peer,
            "agreement_id": agreement_id,
        }
        return self._page(self._processes, page, wanted)

    async def open_processes(self, owner: str, peer: str) -> int:
        """Count the processes with `peer` that have not ended."""
        return len(self._values(self._processes, lambda p: p.owner == owner and p.peer == peer and not has_ended(p)))

    async def asset(self, owner: str, id: str) -> Asset | None:
        """Return one asset."""
        found: Asset | None = self._get(self._assets, (owner, id))
        return found

    async def asset_of_offer(self, owner: str, offer_id: str) -> Asset | None:
        """Return the asset that is or was last offered under this offer identifier."""
        found: Asset | None = self._get(self._assets, self._get(self._offers, (owner, offer_id)))
        return found

    async def assets(
        self, owner: str, page: PageBounds, *, status: AssetStatus | None = None, oldest_first: bool = False
    ) -> tuple[Sequence[Asset], str | None]:
        """List assets."""
        return self._page(self._assets, page, {"owner": owner, "status": status}, descending=not oldest_first)

    async def agreement(self, owner: str, id: str) -> Agreement | None:
        """Return one agreement."""
        found: Agreement | None = self._get(self._agreements, (owner, id))
        return found

    async def agreements(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, counterparty: str | None = None
    ) -> tuple[Sequence[Agreement], str | None]:
        """List agreements, newest first."""
        wanted = {"owner": owner, "dataset": dataset, "counterparty": counterparty}
        return self._page(self._agreements, page, wanted)

    async def hold(self, owner: str, process_id: str) -> Hold | None:
        """Return the hold of a process."""
        found: Hold | None = self._get(self._holds, (owner, process_id))
        return found

    async def holds_of(self, owner: str, process_ids: Sequence[str]) -> Mapping[str, Hold]:
        """Return the holds of these processes by process."""
        found = {process_id: self._get(self._holds, (owner, process_id)) for process_id in process_ids}
        return {process_id: hold for process_id, hold in found.items() if hold is not None}

    async def holds(self, owner: str, page: PageBounds) -> tuple[Sequence[Hold], str | None]:
        """List holds, oldest first."""
        return self._page(self._holds, page, {"owner": owner}, descending=False)

    async def backoffs(self, owner: str) -> Sequence[Backoff]:
        """Return all peers that are being left alone."""
        return self._values(self._backoffs, lambda b: b.owner == owner)

    async def flow(self, owner: str, id: str) -> Flow | None:
        """Return one data flow."""
        found: Flow | None = self._get(self._flows, (owner, id))
        return found

    async def flow_of_token(self, token_hash: str) -> Flow | None:
        """Return the flow that an access token opens."""
        rows: list[Flow] = self._values(self._flows, lambda f: f.token_hash == token_hash)
        return rows[0] if rows else None

    async def flows(self, owner: str, *, state: str) -> Sequence[Flow]:
        """Return the flows in a state."""
        return self._values(self._flows, lambda f: f.owner == owner and f.state == state)

    async def lease(self, owner: str, flow_id: str) -> Lease | None:
        """Return the present lease of a flow."""
        found: Lease | None = self._get(self._leases, (owner, flow_id))
        return found

    async def usage(self, owner: str, agreement_id: str) -> Usage:
        """Return what was used under an agreement."""
        found: Usage | None = self._get(self._usage, (owner, agreement_id))
        return found or Usage(owner=owner, agreement_id=agreement_id, bytes_moved=0, uses=0)

    async def recent(self, owner: str, agreement_id: str, now: int) -> Recent:
        """Return the uses within the hour before `now`."""
        kept: dict[int, int] = self._get(self._recent, (owner, agreement_id)) or {}
        counted = [second for second in kept if second >= first_recent(now)]
        frees_at = no_longer_recent(min(counted)) if counted else None
        return Recent(uses=sum(kept[second] for second in counted), frees_at=frees_at)

    async def payments(self, owner: str, agreement_id: str) -> Sequence[Payment]:
        """Return what was recorded of the payments of an agreement, oldest first."""
        return self._values(self._payments, lambda p: p.owner == owner and p.agreement_id == agreement_id)

    async def events(self, owner: str) -> Sequence[EventEntry]:
        """Return the last entry of every event, the latest first."""
        return self._values(self._events, lambda e: e.owner == owner)[::-1]

    async def duties(self, owner: str, agreement_id: str) -> Sequence[DutyEvent]:
        """Return the duty ledger of an agreement, oldest entry first."""
        return self._values(self._duties, lambda e: e.owner == owner and e.agreement_id == agreement_id)

    async def overdue(self, owner: str, now: int, limit: int) -> Sequence[DutyEvent]:
        """Return the active entries whose deadline has passed, longest due first."""
        rows: list[DutyEvent] = self._values(self._deadlines, lambda e: e.owner == owner and e.deadline <= now)
        return sorted(rows, key=lambda event: event.deadline or 0)[: max(limit, 0)]

    async def consents(
        self, owner: str, page: PageBounds, *, subject: str | None = None, dataset: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the entries of the consent register, newest first."""
        return self._page(self._consents, page, {"owner": owner, "subject": subject, "dataset": dataset})

    async def consents_of(self, owner: str, subjects: Sequence[str], dataset: str) -> Mapping[str, Sequence[Consent]]:
        """Return by subject the latest entries for each purpose that are about the dataset or about all."""
        self._open()
        found: dict[str, list[Consent]] = {}
        for subject in subjects:
            entries: list[Consent] = list(self._get(self._standing, (owner, subject)) or ())
            wanted = [entry for entry in entries if not dataset or entry.dataset in {"", dataset}]
            if wanted:
                found[subject] = wanted
        return found

    async def consent_revision(self, owner: str) -> int:
        """Return a number that grows with every entry."""
        return len(self._values(self._consents, lambda entry: entry.owner == owner))

    async def leaves(
        self, owner: str, page: PageBounds, *, process_id: str | None = None
    ) -> tuple[Sequence[Leaf], str | None]:
        """List audit leaves, oldest first."""
        return self._page(self._leaves, page, {"owner": owner, "process_id": process_id}, descending=False)

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
        self._closed = True

    def _put_process(self, change: changes.PutProcess) -> None:
        process = change.process
        key = (process.owner, process.kind, process.id)
        self._check(self._get(self._processes, key), change.expected, process.id)
        if process.peer_pid is not None:
            pid = (process.owner, process.kind, process.role, process.peer, process.peer_pid)
            if self._get(self._pids, pid) not in (None, key):
                raise Conflict(f"The peer's {process.peer_pid} belongs to another process already: read that one.")
            self._set(self._pids, pid, key)
        self._set(self._processes, key, process)

    def _put_asset(self, change: changes.PutAsset) -> None:
        asset = change.asset
        self._check(self._get(self._assets, (asset.owner, asset.id)), change.expected, asset.id)
        self._set(self._assets, (asset.owner, asset.id), asset)
        self._set(self._offers, (asset.owner, asset.offer_id), (asset.owner, asset.id))

    def _put_agreement(self, change: changes.PutAgreement) -> None:
        self._set(self._agreements, (change.agreement.owner, change.agreement.id), change.agreement)

    def _use_replay_key(self, change: changes.UseReplayKey) -> None:
        key = (change.key.owner, change.key.issuer, change.key.jti)
        if self._get(self._replay_keys, key):
            raise Replayed("The token was used before: a token is good for one message.")
        self._set(self._replay_keys, key, change.key)

    def _put_hold(self, change: changes.PutHold) -> None:
        key = (change.hold.owner, change.hold.process_id)
        self._set(self._holds, key, None)
        self._set(self._holds, key, change.hold)

    def _drop_hold(self, change: changes.DropHold) -> None:
        self._set(self._holds, (change.owner, change.process_id), None)

    def _put_backoff(self, change: changes.PutBackoff) -> None:
        backoff = change.backoff
        self._set(self._backoffs, (backoff.owner, backoff.peer), backoff if backoff.failures else None)

    def _put_flow(self, change: changes.PutFlow) -> None:
        self._set(self._flows, (change.flow.owner, change.flow.id), change.flow)

    def _put_lease(self, change: changes.PutLease) -> None:
        lease = change.lease
        stored: Lease | None = self._get(self._leases, (lease.owner, lease.flow_id))
        if stored and stored.epoch > lease.epoch:
            raise Conflict(f"The flow has a lease of epoch {stored.epoch}, newer than {lease.epoch}: read it again.")
        self._set(self._leases, (lease.owner, lease.flow_id), lease)

    def _drop_lease(self, change: changes.DropLease) -> None:
        self._set(self._leases, (change.owner, change.flow_id), None)

    def _add_usage(self, change: changes.AddUsage) -> None:
        key = (change.owner, change.agreement_id)
        stored: Usage | None = self._get(self._usage, key)
        uses = (stored.uses if stored else 0) + change.uses
        if change.max_uses is not None and uses > change.max_uses:
            raise LimitReached(f"The agreement allows {change.max_uses} uses and they are used up.")
        if change.max_per_hour is not None:
            self._add_recent(change, change.max_per_hour)
        moved = (stored.bytes_moved if stored else 0) + change.bytes_moved
        usage = Usage(owner=change.owner, agreement_id=change.agreement_id, bytes_moved=moved, uses=uses)
        self._set(self._usage, key, usage)

    def _add_recent(self, change: changes.AddUsage, most: int) -> None:
        key, first, second = (change.owner, change.agreement_id), first_recent(change.at), change.at // 1000
        kept: dict[int, int] = self._get(self._recent, key) or {}
        counted = {at: uses for at, uses in kept.items() if at >= first}
        if sum(counted.values()) + change.uses > most:
            raise TooSoon(most, no_longer_recent(min(counted, default=second)))
        self._set(self._recent, key, {**counted, second: counted.get(second, 0) + change.uses})

    def _record_payment(self, change: changes.RecordPayment) -> None:
        self._set(self._payments, self._place, change.payment)

    def _record_event(self, change: changes.RecordEvent) -> None:
        key = (change.entry.owner, change.entry.name)
        self._set(self._events, key, None)
        self._set(self._events, key, change.entry)

    def _record_duty(self, change: changes.RecordDuty) -> None:
        event = change.event
        duty = (event.owner, event.agreement_id, event.duty)
        key = (*duty, event.state, event.occasion)
        if self._get(self._duties, key):
            return
        self._set(self._duties, key, event)
        waits = event.state is DutyState.ACTIVE and event.deadline is not None
        self._set(self._deadlines, duty, event if waits else None)

    def _record_consent(self, change: changes.RecordConsent) -> None:
        entry = change.consent
        person = entry.owner, entry.subject
        self._set(self._consents, (*person, len(self._consents)), entry)
        others = [
            known
            for known in self._get(self._standing, person) or ()
            if (known.dataset, known.purpose) != (entry.dataset, entry.purpose)
        ]
        self._set(self._standing, person, (*others, entry))

    def _append_leaf(self, change: changes.AppendLeaf) -> None:
        position = self._get(self._leaf_counts, change.leaf.owner) or 0
        self._set(self._leaf_counts, change.leaf.owner, position + 1)
        self._set(self._leaves, (change.leaf.owner, position), msgspec.structs.replace(change.leaf, position=position))

    def _check(self, stored: Any, expected: int | None, id: str) -> None:
        found = stored.version if stored else None
        if found != expected:
            raise Conflict(f"{id} has version {found}, not {expected}: somebody else changed it, read it again.")

    def _set(self, table: Table, key: Hashable, value: Any) -> None:
        before = table.get(key)
        self._undo.append((table, key, before))
        if value is None:
            table.pop(key, None)
        else:
            self._place += 1
            table[key] = (before[0] if before else self._place, value)

    def _roll_back(self) -> None:
        for table, key, before in reversed(self._undo):
            if before is None:
                table.pop(key, None)
            else:
                table[key] = before

    def _get(self, table: Table, key: Hashable) -> Any:
        self._open()
        row = table.get(key)
        return row[1] if row else None

    def _values(self, table: Table, wanted: Callable[[Any], bool]) -> list[Any]:
        self._open()
        return [value for _, value in sorted(table.values(), key=_place_of) if wanted(value)]

    def _page(
        self, table: Table, page: PageBounds, wanted: dict[str, Any], *, descending: bool = True
    ) -> tuple[list[Any], str | None]:
        self._open()
        start = place(page, descending=descending)
        rows: Iterable[tuple[int, Any]] = sorted(table.values(), key=_place_of, reverse=descending)
        found = [
            row
            for row in rows
            if (row[0] < start if descending else row[0] > start)
            and all(want is None or getattr(row[1], name) == want for name, want in wanted.items())
        ]
        shown = found[: page.limit]
        return [value for _, value in shown], cursor(shown[-1][0]) if len(found) > page.limit else None

    def _open(self) -> None:
        if self._closed:
            raise Unavailable("The store is closed: nothing can be read or written any more.")


def _place_of(row: tuple[int, Any]) -> int:
    return row[0]
