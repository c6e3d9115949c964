"""Signed participant lists and tokens, as a test wants them."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from connector.identity.jws import sign
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.identity.roster import KIND, Member, RosterDocument, RosterIdentity

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
NOW_S = NOW_MS // 1000

CITY, UTILITY = "did:web:stadt.example", "did:web:werke.example"

OPERATOR, CITY_KEY, UTILITY_KEY, OTHER_KEY = generate(), generate(), generate("EdDSA"), generate()


def member(id: str, *keys: SigningKey, **more: Any) -> Member:
    return Member(
        id=id, name=id, address="https://peer.example/dsp", keys=tuple(public_jwk(key) for key in keys), **more
    )


MEMBERS = (member(CITY, CITY_KEY), member(UTILITY, UTILITY_KEY, claims={"role": ("utility",)}))


def document(version: int = 1, members: Sequence[Member] = MEMBERS, **more: Any) -> RosterDocument:
    times = {"issued": NOW - timedelta(hours=1), "expires": NOW + timedelta(days=1)}
    return RosterDocument(
        issuer="did:web:operator.example", version=version, members=tuple(members), **{**times, **more}
    )


def signed(value: RosterDocument | Mapping[str, Any] | bytes, key: SigningKey = OPERATOR, kind: str = KIND) -> bytes:
    payload = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return sign(key, payload, kind=kind).encode()


def twice(content: bytes, name: str) -> bytes:
    """Return a JSON object in which a member stands a second time, with the same value."""
    return content[:-1] + b"," + msgspec.json.encode({name: msgspec.json.decode(content)[name]})[1:]


class Board:
    """Where the operator puts the newest list."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content or signed(document())
        self.reads = 0

    async def fetch(self) -> bytes:
        self.reads += 1
        return self.content


async def identity(board: Board, id: str, key: SigningKey, *, now_ms: int = NOW_MS, **more: Any) -> RosterIdentity:
    made = RosterIdentity(
        owner="default",
        id=id,
        key=key,
        operator=[OPERATOR.verification],
        source=board.fetch,
        clock=lambda: now_ms,
        **more,
    )
    await made.refresh()
    return made


def compact(header: Any, payload: Any, signature: bytes = b"\0" * 64) -> str:
    """A JWS of these parts, whether or not it is a valid one."""
    parts = (part if isinstance(part, bytes) else msgspec.json.encode(part) for part in (header, payload, signature))
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
