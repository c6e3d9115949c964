"""What the SQLite store knows as that of an issuer: requests of holders, and issued credentials."""

from collections.abc import Sequence

from connector.ports.entities import CredentialRequest, IssuedCredential, PageBounds, StatusListUse
from connector.store.sqlite.chapters import issuing
from connector.store.sqlite.engine.connection import StoreConnection
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState


class SqliteIssuing:
    """The chapter of an issuer of a `Store`; `SqliteStore` is the whole."""

    _reader: StoreConnection

    async def credential_request(self, owner: str, id: str) -> CredentialRequest | None:
        """Return one request of a holder, or offer to it."""
        return issuing.request(self._reader, owner, id)

    async def credential_request_of(self, owner: str, holder: str, holder_pid: str) -> CredentialRequest | None:
        """Return the request to which a holder gave a name."""
        return issuing.request_of(self._reader, owner, holder, holder_pid)

    async def credential_requests(
        self, owner: str, page: PageBounds, *, state: RequestState | None = None, holder: str | None = None
    ) -> tuple[Sequence[CredentialRequest], str | None]:
        """List requests and offers, newest first."""
        return issuing.requests(self._reader, owner, page, state, holder)

    async def next_credential_requests(self, owner: str, limit: int) -> Sequence[CredentialRequest]:
        """Return those whose holder is to be told first."""
        return issuing.next_requests(self._reader, owner, limit)

    async def count_credential_requests(self, owner: str, holder: str) -> int:
        """Return how many requests and offers of a holder there are."""
        return issuing.count_requests(self._reader, owner, holder)

    async def issued_credential(self, owner: str, id: str) -> IssuedCredential | None:
        """Return one credential that was issued here."""
        return issuing.find_issued(self._reader, owner, id)

    async def issued_credentials(
        self, owner: str, page: PageBounds, *, holder: str | None = None, request: str | None = None
    ) -> tuple[Sequence[IssuedCredential], str | None]:
        """List the credentials that were issued here, newest first."""
        return issuing.list_issued(self._reader, owner, page, holder, request)

    async def lasting_credentials(
        self, owner: str, page: PageBounds, now: int
    ) -> tuple[Sequence[IssuedCredential], str | None]:
        """List the credentials that were issued here and end after `now`, those that end first first."""
        return issuing.list_lasting(self._reader, owner, page, now)

    async def ended_indices(self, owner: str, number: int, standing: CredentialStanding) -> Sequence[int]:
        """Return the indices, in a status list, of the credentials with a standing."""
        return issuing.list_ended(self._reader, owner, number, standing)

    async def is_index_taken(self, owner: str, number: int, index: int) -> bool:
        """Return whether a credential has this place in the status lists."""
        return issuing.is_index_taken(self._reader, owner, number, index)

    async def status_list_in_use(self, owner: str) -> StatusListUse | None:
        """Return the newest status list; None before the first credential."""
        return issuing.list_in_use(self._reader, owner)
