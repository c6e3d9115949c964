"""A new pair of roots: the spare, the last of the roots that are pinned, names those that come behind it.

A root further behind replaces the ones before it, for good. So only the last one may name successors: the thief of the
first root has no word in it. A member appends the named roots to those that it pins, and keeps them: then a list of
before, without this word, does not bring the old roots back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec

from connector.identity.jws import Rejected, check_one_reading, open_signed, sign, verify_document
from connector.identity.keys import KeyFault, SigningKey, VerificationKey, from_jwk, public_jwk

CERTIFICATE_KIND = "key-certificate+jws"
SUCCESSION_KIND = "root-succession+jws"
MAX_SUCCESSION = 4 * 1024
MAX_SUCCESSIONS = 4
MAX_ROOTS = 12
"""How many roots a reader knows at most, pinned ones and those behind them: then a person pins anew."""

_KINDS = (CERTIFICATE_KIND, SUCCESSION_KIND)


class RootSuccession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the last root says: behind it come these (public JWKs), in this order. The time has a zone."""

    authority: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    roots: Annotated[tuple[dict[str, str], ...], msgspec.Meta(min_length=1, max_length=2)]
    issued: Annotated[datetime, msgspec.Meta(tz=True)]


class KnownRoots(NamedTuple):
    """The roots that count, in their order, and for which authority one has named others; None if none has."""

    keys: tuple[VerificationKey, ...]
    authority: str | None = None


def write_succession(spare: SigningKey, succession: RootSuccession) -> str:
    """Return the word of the last root, signed by it."""
    return sign(spare, msgspec.json.encode(succession), kind=SUCCESSION_KIND)


def is_succession(text: bytes) -> bool:
    """Return whether a line says which roots come next; nothing of it is verified. Raises Rejected."""
    opened = open_signed(text.decode("ascii", "replace"), limit=MAX_SUCCESSION, kinds=_KINDS)
    return bool(opened.header.get("typ") == SUCCESSION_KIND)


def append_roots(texts: Sequence[bytes], roots: Sequence[VerificationKey]) -> KnownRoots:
    """Return the roots that count after what the last ones of them say; raises Rejected.

    What a root says that is unknown here is for others, who pin it. What it says once counts, whatever it says later.
    """
    known, authority = tuple(roots), None
    if len(texts) > MAX_SUCCESSIONS:
        raise Rejected("succession", f"it names new roots more than {MAX_SUCCESSIONS} times.")
    for text in texts:
        place = _find_signer(text, known)
        if place is None:
            continue
        named, authority = _read(text, known[place])
        behind = known[place + 1 :]
        if not behind:
            if {key.kid for key in named} & {key.kid for key in known} or len({key.kid for key in named}) < len(named):
                raise Rejected("succession", "it names a root twice.")
            known = (*known, *named)
        elif [key.kid for key in behind[: len(named)]] != [key.kid for key in named]:
            raise Rejected("succession", "a root that is not the last one names others: only the spare root may.")
    if len(known) > MAX_ROOTS:
        raise Rejected("succession", f"there are more than {MAX_ROOTS} roots: pin those of the authority by hand.")
    return KnownRoots(known, authority)


def _find_signer(text: bytes, known: Sequence[VerificationKey]) -> int | None:
    kid = open_signed(text.decode("ascii", "replace"), limit=MAX_SUCCESSION, kinds=_KINDS).kid
    return next((place for place, key in enumerate(known) if key.kid == kid), None)


def _read(text: bytes, signer: VerificationKey) -> tuple[tuple[VerificationKey, ...], str]:
    payload = verify_document(text, kind=SUCCESSION_KIND, keys=(signer,), limit=MAX_SUCCESSION).payload
    try:
        said = msgspec.json.decode(payload, type=RootSuccession)
        check_one_reading(payload, "succession")
        return tuple(from_jwk(jwk) for jwk in said.roots), said.authority
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyFault):
        raise Rejected("succession", "the word about new roots does not have the expected form.") from None


def show_successors(known: Sequence[VerificationKey], pinned: Sequence[VerificationKey]) -> tuple[dict[str, str], ...]:
    """Return the roots behind the pinned ones, as they are kept."""
    return tuple(public_jwk(key) for key in known[len(pinned) :])
