"""What a member asks of an authority: a signed text, not older than minutes, that names its key by its card."""

from typing import Annotated, Final

import msgspec

from connector.authority.card import IdentityCard, verification_keys
from connector.authority.roster import RosterFault
from connector.identity.jws import Rejected, open_signed, sign, verify_document
from connector.identity.keys import KeyFault, SigningKey
from connector.views.handed_in import HandedInFault, read_json

KIND: Final = "join+jws"
MAX_REQUEST: Final = 64 * 1024
LATEST_MS: Final = 300_000
"""How old, or how far ahead of the own clock, the signature of a request may be, in ms."""

_Stated = Annotated[str, msgspec.Meta(max_length=512)]


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a new member asks for, and signs: whom, with which invitation, as whom, and when (ms).

    `former` is the identifier by which the list knows it already. Without an invitation, a member asks for its
    credential anew. Then `successor` is a request that its new key has signed, and `dropped` are the names of keys that
    the list is to have no more.
    """

    authority: _Stated
    card: IdentityCard
    at: int
    invitation: _Stated = ""
    former: _Stated = ""
    successor: Annotated[str, msgspec.Meta(max_length=MAX_REQUEST // 2)] = ""
    dropped: Annotated[tuple[_Stated, ...], msgspec.Meta(max_length=8)] = ()


class SentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The signed request as it is sent, with the secret of the invitation."""

    request: Annotated[str, msgspec.Meta(max_length=MAX_REQUEST)]
    secret: _Stated = ""


def write_request(key: SigningKey, request: JoinRequest, secret: str = "") -> bytes:
    """Return the request as it is sent, signed with the key of the member."""
    return msgspec.json.encode(SentRequest(request=write_signed(key, request), secret=secret))


def write_signed(key: SigningKey, request: JoinRequest) -> str:
    """Return the request as its key has signed it."""
    return sign(key, msgspec.json.encode(request), kind=KIND)


def read_sent(body: bytes, now: int) -> tuple[JoinRequest, str]:
    """Read what was sent at `now` (ms): the request, and the secret of its invitation; raises RosterFault."""
    try:
        sent = read_json(body, SentRequest)
    except HandedInFault as fault:
        raise RosterFault(f"The request cannot be read: {fault}") from None
    return read_request(sent.request, now), sent.secret


def read_request(text: str, now: int) -> JoinRequest:
    """Read a request and verify that the key of its card signed it, a moment before `now` (ms); raises RosterFault."""
    try:
        unverified = read_json(open_signed(text, limit=MAX_REQUEST, kinds=(KIND,)).payload, JoinRequest)
        keys = verification_keys(unverified.card)
        payload = verify_document(text.encode(), kind=KIND, keys=keys[:1], limit=MAX_REQUEST).payload
        request = read_json(payload, JoinRequest)
    except (HandedInFault, KeyFault, ValueError) as fault:
        raise RosterFault(f"The request cannot be read: {fault}") from None
    except Rejected as fault:
        raise RosterFault(f"The request is not signed with the key of its card: {fault.problem}") from None
    if abs(now - request.at) > LATEST_MS:
        raise RosterFault("The request was not signed within the last minutes: compare the clocks.")
    return request
