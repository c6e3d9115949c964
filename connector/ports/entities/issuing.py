"""What an issuer keeps: requests of holders, and the credentials that it has signed."""

import msgspec

from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState

STATUS_ENTRIES = 131_072
"""The entries of a status list: the fewest that the standard allows (Bitstring Status List 1.0, 3.2)."""


class CredentialRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a holder, or an offer to it. Times in ms.

    `id` is its name here (`issuerPid`), and `holder_pid` that of the holder, empty for an offer. `objects` are what is
    asked for, by the identifiers of the metadata. `token` goes back to the holder with the credentials. `due_at` is
    when the holder is to be told, if it has to be; `attempts` is how often that failed, and `problem` why.
    """

    owner: str
    id: str
    version: int
    holder: str
    holder_pid: str
    objects: tuple[str, ...]
    state: RequestState
    at: int
    reason: str = ""
    token: str = ""
    due_at: int | None = None
    attempts: int = 0
    delivered_at: int | None = None
    problem: str = ""


class IssuedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential that was signed here: `secured` is the compact JWS. Times in ms.

    `request` is the request that it answers, empty if it was handed over in another way. `list` and `index` are its
    place in the status lists, which no other credential ever has.
    """

    owner: str
    id: str
    version: int
    request: str
    holder: str
    type: str
    profile: str
    list: int
    index: int
    secured: str
    issued_at: int
    valid_until: int
    standing: CredentialStanding = CredentialStanding.VALID
    reason: str = ""


class StatusListUse(msgspec.Struct, frozen=True, kw_only=True):
    """The newest status list, and how many of its entries are in use."""

    number: int
    taken: int
