"""The chapter of an issuer in the store: what it changes, and what it reads."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.ports.entities import CredentialRequest, IssuedCredential, PageBounds, StatusListUse
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState


class PutCredentialRequest(msgspec.Struct, frozen=True):
    """Insert or update a request of a holder under the same version rule; two of a holder have different names there.

    Two offers have none, and do not count as the same.
    """

    request: CredentialRequest
    expected: int | None


class DropCredentialRequest(msgspec.Struct, frozen=True):
    """Remove a request of a holder, if there is one."""

    owner: str
    id: str


class PutIssuedCredential(msgspec.Struct, frozen=True):
    """Insert or update an issued credential under the same version rule; two never have one place in the status lists.

    A new one counts as an entry of its list, for good.
    """

    credential: IssuedCredential
    expected: int | None


class DropIssuing(msgspec.Struct, frozen=True):
    """Remove the credentials that expired before `expired_before`, and the requests that ended before `told_before`.

    Times in ms. A request that waits for anybody stays.
    """

    owner: str
    expired_before: int
    told_before: int


IssuingChange = PutCredentialRequest | DropCredentialRequest | PutIssuedCredential | DropIssuing


class IssuingStore(Protocol):
    """What a store knows of requests of holders and of issued credentials."""

    async def credential_request(self, owner: str, id: str) -> CredentialRequest | None:
        """Return one request of a holder, or offer to it."""

    async def credential_request_of(self, owner: str, holder: str, holder_pid: str) -> CredentialRequest | None:
        """Return the request to which a holder gave a name."""

    async def credential_requests(
        self, owner: str, page: PageBounds, *, state: RequestState | None = None, holder: str | None = None
    ) -> tuple[Sequence[CredentialRequest], str | None]:
        """List requests and offers, newest first."""

    async def next_credential_requests(self, owner: str, limit: int) -> Sequence[CredentialRequest]:
        """Return those whose holder is to be told first."""

    async def count_credential_requests(self, owner: str, holder: str) -> int:
        """Return how many requests and offers of a holder there are."""

    async def issued_credential(self, owner: str, id: str) -> IssuedCredential | None:
        """Return one credential that was issued here."""

    async def issued_credentials(
        self, owner: str, page: PageBounds, *, holder: str | None = None, request: str | None = None
    ) -> tuple[Sequence[IssuedCredential], str | None]:
        """List the credentials that were issued here, newest first: of a request, else of a holder, else all."""

    async def lasting_credentials(
        self, owner: str, page: PageBounds, now: int
    ) -> tuple[Sequence[IssuedCredential], str | None]:
        """List the credentials that were issued here and end after `now` (ms), those that end first first."""

    async def ended_indices(self, owner: str, number: int, standing: CredentialStanding) -> Sequence[int]:
        """Return the indices, in a status list, of the credentials with a standing."""

    async def is_index_taken(self, owner: str, number: int, index: int) -> bool:
        """Return whether a credential has this place in the status lists."""

    async def status_list_in_use(self, owner: str) -> StatusListUse | None:
        """Return the newest status list; None before the first credential."""
