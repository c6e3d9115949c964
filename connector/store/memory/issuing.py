"""The in-memory twin of the chapter of an issuer: its changes and `SqliteIssuing`."""

from collections.abc import Callable, Sequence
from typing import Any

from connector.ports.entities import CredentialRequest, IssuedCredential, PageBounds, StatusListUse
from connector.ports.issuing_store import DropCredentialRequest, DropIssuing, PutCredentialRequest, PutIssuedCredential
from connector.ports.store_errors import Conflict
from connector.store.memory.tables import MemoryTables, check_expected
from connector.store.rules import find_end, pair_cursor, place_lasting
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState


def _put_request(tables: MemoryTables, change: PutCredentialRequest) -> None:
    new = change.request
    check_expected(tables.get(tables.credential_requests, (new.owner, new.id)), change.expected, new.id)
    name = (new.owner, new.holder, new.holder_pid)
    if change.expected is None and new.holder_pid:
        if tables.get(tables.request_names, name) is not None:
            raise Conflict(f"The holder has given the name {new.holder_pid} to another request.")
        tables.put(tables.request_names, name, new.id)
    tables.put(tables.credential_requests, (new.owner, new.id), new)


def _drop_request(tables: MemoryTables, change: DropCredentialRequest) -> None:
    known = tables.get(tables.credential_requests, (change.owner, change.id))
    if known is not None:
        tables.put(tables.request_names, (known.owner, known.holder, known.holder_pid), None)
        tables.put(tables.credential_requests, (change.owner, change.id), None)


def _put_issued(tables: MemoryTables, change: PutIssuedCredential) -> None:
    new = change.credential
    check_expected(tables.get(tables.issued_credentials, (new.owner, new.id)), change.expected, new.id)
    if change.expected is None:
        place = (new.owner, new.list, new.index)
        if tables.get(tables.status_entries, place) is not None:
            raise Conflict(f"The credential {new.id} has a place that is taken: read again.")
        tables.put(tables.status_entries, place, new.id)
        in_use: StatusListUse | None = tables.get(tables.status_lists, new.owner)
        if in_use is None or new.list > in_use.number:
            in_use = StatusListUse(number=new.list, taken=0)
        counted = StatusListUse(number=in_use.number, taken=in_use.taken + (new.list == in_use.number))
        tables.put(tables.status_lists, new.owner, counted)
    tables.put(tables.issued_credentials, (new.owner, new.id), new)


def _drop_ended(tables: MemoryTables, change: DropIssuing) -> None:
    issued = tables.select(tables.issued_credentials, lambda each: each.owner == change.owner)
    for each in issued:
        if each.valid_until < change.expired_before:
            tables.put(tables.status_entries, (each.owner, each.list, each.index), None)
            tables.put(tables.issued_credentials, (each.owner, each.id), None)
    for asked in tables.select(tables.credential_requests, lambda each: each.owner == change.owner):
        ended = find_end(asked)
        if ended is not None and ended < change.told_before:
            _drop_request(tables, DropCredentialRequest(asked.owner, asked.id))


APPLY: dict[type, Callable[[MemoryTables, Any], None]] = {
    PutCredentialRequest: _put_request,
    DropCredentialRequest: _drop_request,
    PutIssuedCredential: _put_issued,
    DropIssuing: _drop_ended,
}


class MemoryIssuing:
    """The chapter of an issuer of a `Store`; `MemoryStore` is the whole."""

    _tables: MemoryTables

    async def credential_request(self, owner: str, id: str) -> CredentialRequest | None:
        """Return one request of a holder, or offer to it."""
        found: CredentialRequest | None = self._tables.get(self._tables.credential_requests, (owner, id))
        return found

    async def credential_request_of(self, owner: str, holder: str, holder_pid: str) -> CredentialRequest | None:
        """Return the request to which a holder gave a name."""
        found: str | None = self._tables.get(self._tables.request_names, (owner, holder, holder_pid))
        return None if found is None else await self.credential_request(owner, found)

    async def credential_requests(
        self, owner: str, page: PageBounds, *, state: RequestState | None = None, holder: str | None = None
    ) -> tuple[Sequence[CredentialRequest], str | None]:
        """List requests and offers, newest first."""
        wanted = {"owner": owner, "state": state, "holder": holder}
        return self._tables.page(self._tables.credential_requests, page, wanted)

    async def next_credential_requests(self, owner: str, limit: int) -> Sequence[CredentialRequest]:
        """Return those whose holder is to be told first."""
        due: list[CredentialRequest] = self._tables.select(
            self._tables.credential_requests, lambda each: each.owner == owner and each.due_at is not None
        )
        return sorted(due, key=lambda each: each.due_at or 0)[:limit]

    async def count_credential_requests(self, owner: str, holder: str) -> int:
        """Return how many requests and offers of a holder there are."""
        table = self._tables.credential_requests
        return len(self._tables.select(table, lambda each: (each.owner, each.holder) == (owner, holder)))

    async def issued_credential(self, owner: str, id: str) -> IssuedCredential | None:
        """Return one credential that was issued here."""
        found: IssuedCredential | None = self._tables.get(self._tables.issued_credentials, (owner, id))
        return found

    async def issued_credentials(
        self, owner: str, page: PageBounds, *, holder: str | None = None, request: str | None = None
    ) -> tuple[Sequence[IssuedCredential], str | None]:
        """List the credentials that were issued here, newest first."""
        wanted = {"owner": owner, "request": request} if request else {"owner": owner, "holder": holder}
        return self._tables.page(self._tables.issued_credentials, page, wanted)

    async def lasting_credentials(
        self, owner: str, page: PageBounds, now: int
    ) -> tuple[Sequence[IssuedCredential], str | None]:
        """List the credentials that were issued here and end after `now`, those that end first first."""
        self._tables.require_open()
        start, table = place_lasting(page, now), self._tables.issued_credentials
        keyed = (((each.valid_until, place), each) for place, each in table.values() if each.owner == owner)
        rows = sorted((row for row in keyed if row[0] > start), key=lambda row: row[0])
        shown = rows[: page.limit]
        return [each for _, each in shown], pair_cursor(*shown[-1][0]) if len(rows) > page.limit else None

    async def ended_indices(self, owner: str, number: int, standing: CredentialStanding) -> Sequence[int]:
        """Return the indices, in a status list, of the credentials with a standing."""
        wanted = (owner, number, standing)
        table = self._tables.issued_credentials
        found = self._tables.select(table, lambda each: (each.owner, each.list, each.standing) == wanted)
        return sorted(each.index for each in found)

    async def is_index_taken(self, owner: str, number: int, index: int) -> bool:
        """Return whether a credential has this place in the status lists."""
        return self._tables.get(self._tables.status_entries, (owner, number, index)) is not None

    async def status_list_in_use(self, owner: str) -> StatusListUse | None:
        """Return the newest status list; None before the first credential."""
        found: StatusListUse | None = self._tables.get(self._tables.status_lists, owner)
        return found
