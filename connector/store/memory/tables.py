"""The tables of the in-memory store, with an undo log for the group that is being applied."""

from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, tzinfo
from typing import Any

from connector.ports.entities import Agreement, Asset, AssetStatus, PageBounds
from connector.ports.store_errors import Conflict, Unavailable
from connector.protocol.dsp.common import Role
from connector.store.rules import cursor, pair_cursor, place, place_pair

Table = dict[Hashable, tuple[int, Any]]


class MemoryTables:
    """The rows of all tables, each as (place in the order of creation, value)."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self.processes: Table = {}
        self.pids: Table = {}
        self.assets: Table = {}
        self.offers: Table = {}
        self.agreements: Table = {}
        self.holds: Table = {}
        self.backoffs: Table = {}
        self.blocks: Table = {}
        self.replay_keys: Table = {}
        self.flows: Table = {}
        self.leases: Table = {}
        self.usage: Table = {}
        self.recent: Table = {}
        self.uses: Table = {}
        self.months: Table = {}
        self.use_parts: Table = {}
        self.payments: Table = {}
        self.events: Table = {}
        self.duties: Table = {}
        self.deadlines: Table = {}
        self.owed: Table = {}
        self.late_duties: Table = {}
        self.consents: Table = {}
        self.standing: Table = {}
        self.latest_consents: Table = {}
        self.consent_links: Table = {}
        self.users: Table = {}
        self.sessions: Table = {}
        self.offer_forms: Table = {}
        self.subscriptions: Table = {}
        self.credentials: Table = {}
        self.issuances: Table = {}
        self.credential_requests: Table = {}
        self.request_names: Table = {}
        self.issued_credentials: Table = {}
        self.status_entries: Table = {}
        self.status_lists: Table = {}
        self.pushes: Table = {}
        self.planes: Table = {}
        self.notices: Table = {}
        self.notice_marks: Table = {}
        self.notice_readers: Table = {}
        self.notice_numbers: Table = {}
        self.products: Table = {}
        self.qualities: Table = {}
        self.journals: Table = {}
        self.journal_entries: Table = {}
        self.leaves: Table = {}
        self.leaf_counts: Table = {}
        self._place = 0
        self._closed = False
        self._undo: list[tuple[Table, Hashable, tuple[int, Any] | None]] = []

    @property
    def place(self) -> int:
        """The place of the newest row."""
        return self._place

    def begin(self) -> None:
        """Begin a group: `roll_back` returns to this point."""
        self.require_open()
        self._undo = []

    def roll_back(self) -> None:
        """Undo every `put` since `begin`."""
        for table, key, before in reversed(self._undo):
            if before is None:
                table.pop(key, None)
            else:
                table[key] = before

    def put(self, table: Table, key: Hashable, value: Any) -> None:
        """Insert or replace a row; None removes it."""
        before = table.get(key)
        self._undo.append((table, key, before))
        if value is None:
            table.pop(key, None)
        else:
            self._place += 1
            table[key] = (before[0] if before else self._place, value)

    def forget(self, owner: str) -> None:
        """Remove all rows whose key begins with an owner, or is one."""
        for table in vars(self).values():
            for key in list(table) if isinstance(table, dict) else ():
                if owner in (key, key[0] if isinstance(key, tuple) else None):
                    self.put(table, key, None)

    def get(self, table: Table, key: Hashable) -> Any:
        """Return a value, or None for an unknown key."""
        self.require_open()
        row = table.get(key)
        return row[1] if row else None

    def select(self, table: Table, wanted: Callable[[Any], bool]) -> list[Any]:
        """Return the values that are wanted, in the order of creation."""
        self.require_open()
        return [value for _, value in sorted(table.values(), key=_place_of) if wanted(value)]

    def page(
        self,
        table: Table,
        page: PageBounds,
        wanted: dict[str, Any],
        *,
        descending: bool = True,
        test: Callable[[Any], bool] = lambda _value: True,
    ) -> tuple[list[Any], str | None]:
        """Return a page of the values with the wanted fields (None: any) that pass `test`, and the next cursor."""
        self.require_open()
        start = place(page, descending=descending)
        rows: Iterable[tuple[int, Any]] = sorted(table.values(), key=_place_of, reverse=descending)
        found = [
            row
            for row in rows
            if (row[0] < start if descending else row[0] > start)
            and all(want is None or getattr(row[1], name) == want for name, want in wanted.items())
            and test(row[1])
        ]
        shown = found[: page.limit]
        return [value for _, value in shown], cursor(shown[-1][0]) if len(found) > page.limit else None

    def require_open(self) -> None:
        """Raise Unavailable if the store is closed."""
        if self._closed:
            raise Unavailable("The store is closed: open it again.")

    def close(self) -> None:
        """Close: later calls raise Unavailable."""
        self._closed = True


def check_expected(stored: Any, expected: int | None, id: str) -> None:
    """Raise Conflict if a stored value (None: there is none) has not the version that is expected."""
    found = stored.version if stored else None
    if found != expected:
        raise Conflict(f"{id} has version {found}, not {expected}: another request changed it, read it again.")


def list_personal_lines(
    tables: MemoryTables, owner: str, page: PageBounds
) -> tuple[list[tuple[Asset, Agreement | None]], str | None]:
    """Return a page of the assets whose data is about persons, with the agreements about them, and the next cursor."""
    tables.require_open()
    start = place_pair(page)
    assets = [(place, one) for place, one in tables.assets.values() if one.owner == owner and one.personal]
    found: list[tuple[tuple[int, int], Asset, Agreement | None]] = []
    for at, asset in assets:
        agreed = [
            (place, one)
            for place, one in tables.agreements.values()
            if (one.owner, one.dataset, one.role) == (owner, asset.id, Role.PROVIDER)
        ]
        found += [((at, place), asset, one) for place, one in agreed]
        if not agreed and asset.status is not AssetStatus.DRAFT:
            found.append(((at, 0), asset, None))
    rows = sorted((row for row in found if row[0] < start), key=lambda row: row[0], reverse=True)
    shown = [(asset, agreement) for _, asset, agreement in rows[: page.limit]]
    return shown, pair_cursor(*rows[page.limit - 1][0]) if len(rows) > page.limit else None


def _place_of(row: tuple[int, Any]) -> int:
    return row[0]
