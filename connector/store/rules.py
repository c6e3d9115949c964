"""The rules that every store and record implements: versions, cursors, ended processes, visible entries.

A cursor is the place of a row in the order of creation, which is the order of the commits. So no clock can move a row
from one page to another.
"""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import tzinfo
from typing import Any

import msgspec

from connector.ports.broker_store import CLASSES, CLASSES_OF_ONE, CrawlSource, Delta, Entry, Statements
from connector.ports.changes import Change, PutAsset, PutCredential, PutOfferForm, PutProcess, PutSubscription, PutUser
from connector.ports.descriptions import LISTS_OF_ONE, MOST_BYTES, MOST_OF_ONE
from connector.ports.entities import ALL_TIME, PERIODS, Agreement, CredentialRequest, PageBounds
from connector.ports.issuing_store import PutCredentialRequest, PutIssuedCredential
from connector.ports.product_store import PutProduct
from connector.ports.store import AnyProcess
from connector.ports.store_errors import LimitReached, TooSoon
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer
from connector.views.conversion import in_zone, moment
from connector.views.issuing import RequestState

_TERMINAL = {ProcessKind.NEGOTIATION: NEGOTIATION.terminal, ProcessKind.TRANSFER: TRANSFER.terminal}
_TERMINAL_OF: dict[type, frozenset[str]] = {Negotiation: NEGOTIATION.terminal, Transfer: TRANSFER.terminal}
_LAST = 2**63 - 1

VERIFIED_WITHIN_MS = 3_600_000
"""How exact the time is at which an unchanged entry was last seen: it is not written with each crawl."""

# Uses within an hour are stored by the second, at most 3601 rows per agreement. A second counts until its end is an
# hour ago, so no hour contains more uses than allowed.
_HOUR_S = 3_600


def has_ended(process: AnyProcess) -> bool:
    """Return whether the process is in a terminal state; then it does not count for the quota of its peer."""
    return process.state in _TERMINAL_OF[type(process)]


def is_in_force(agreement: Agreement) -> bool:
    """Return whether this side is the provider of a final agreement that is not withdrawn."""
    return agreement.role is Role.PROVIDER and agreement.finalized_at is not None and agreement.withdrawn_at is None


def list_outcomes(kind: ProcessKind, state: str | None = None) -> tuple[str, ...]:
    """Return the outcomes that processes of a kind can have in a state (None: in any); an open one has an empty one."""
    ended = sorted(_TERMINAL[kind])
    if state is None:
        return ("", *ended)
    return (state,) if state in ended else ("",)


def find_relayed(brokers: frozenset[str], sources: Iterable[CrawlSource]) -> frozenset[str]:
    """Return the sources that one of these brokers relays itself."""
    return frozenset(source.participant for source in sources if not brokers.isdisjoint(source.brokers[:1]))


_VERSIONED: dict[type, str] = {
    PutProcess: "process",
    PutAsset: "asset",
    PutUser: "user",
    PutOfferForm: "form",
    PutSubscription: "subscription",
    PutProduct: "product",
    PutCredential: "credential",
    PutIssuedCredential: "credential",
    PutCredentialRequest: "request",
}
"""The changes that store a version of something, and the member that has it."""


def find_end(request: CredentialRequest) -> int | None:
    """Return when (ms) a request of a holder ended; None while somebody waits for it."""
    if request.due_at is not None or request.state is RequestState.RECEIVED:
        return None
    return request.delivered_at or request.at


def check_versions(group: Iterable[Change]) -> None:
    """Raise ValueError unless each change stores version n + 1 after reading version n, or version 1 as an insert."""
    for change in group:
        kind = type(change)
        if kind not in _VERSIONED:
            continue
        version, expected = getattr(change, _VERSIONED[kind]).version, getattr(change, "expected", None)
        if version != (expected or 0) + 1:
            raise ValueError(
                f"A change that expects version {expected} has to store version {(expected or 0) + 1}, "
                f"not {version}: set the version to expected + 1."
            )


def cursor(place: int) -> str:
    """Return the opaque cursor of a row."""
    return f"{place:x}"


def place(page: PageBounds, *, descending: bool) -> int:
    """Return the place after which the page begins; if `descending`, before which it begins.

    Raises ValueError if the limit is less than 1 or the cursor is unknown.
    """
    if page.limit < 1:
        raise ValueError(f"The limit of a page is {page.limit}: request at least one row.")
    return position(page.after, start=_LAST if descending else -1)


def pair_cursor(first: int, second: int | None) -> str:
    """Return the opaque cursor of a row of two tables; None is after all rows of the second one."""
    return f"{cursor(first)}.{cursor(second or 0)}"


def place_pair(page: PageBounds) -> tuple[int, int]:
    """Return the places before which a page of rows of two tables begins. Raises ValueError as `place`."""
    first, _, second = (page.after or "").partition(".")
    whole = place(msgspec.structs.replace(page, after=first if page.after is not None else None), descending=True)
    return whole, position(second, start=_LAST) if page.after is not None else _LAST


def place_lasting(page: PageBounds, now: int) -> tuple[int, int]:
    """Return the end and the place after which a page of what lasts beyond `now` begins. Raises ValueError."""
    whole = place_pair(page)
    return (now, _LAST) if page.after is None else whole


def position(after: str | None, *, start: int) -> int:
    """Return the place of a cursor, or `start` without one. Raises ValueError if the cursor is unknown."""
    if after is None:
        return start
    try:
        value = int(after, 16)
    except ValueError:
        value = -1
    if not 0 <= value <= _LAST or after != cursor(value):
        raise ValueError("Unknown cursor: pass the `next` of a page that this connector returned.")
    return value


def first_recent(now: int) -> int:
    """Return the first second (since the epoch) whose uses count at `now` (ms)."""
    return now // 1000 - _HOUR_S


def no_longer_recent(second: int) -> int:
    """Return the instant (ms) from which the uses of a second no longer count."""
    return (second + 1 + _HOUR_S) * 1000


def first_within(period: str, now: int) -> int:
    """Return the first instant (ms) whose uses count at `now` for a limit within a period."""
    return 0 if period == ALL_TIME else now - PERIODS[period] + 1


def no_longer_within(period: str, at: int) -> int | None:
    """Return the instant (ms) from which a use no longer counts for a limit within a period; None for never."""
    return None if period == ALL_TIME else at + PERIODS[period]


def refuse_within(period: str, most: int, oldest: int) -> LimitReached:
    """Return the error for a reached limit within a period; `oldest` is its first use that counts."""
    again_at = no_longer_within(period, oldest)
    if again_at is None:
        return LimitReached(f"The counterparty may use the dataset {most} times, and has done so.")
    return TooSoon(most, again_at, period)


def month_of(at: int, zone: tzinfo) -> str:
    """Return the month of a time (ms) in a zone.

    >>> month_of(0, UTC)
    '1970-01'
    """
    return f"{in_zone(moment(at), zone):%Y-%m}"


def check_delta(delta: Delta) -> None:
    """Raise ValueError if the crawl of one source contains an entry of another."""
    for entry in delta.upserts:
        if entry.participant != delta.source.participant:
            raise ValueError(
                f"The crawl of {delta.source.participant} contains an entry of {entry.participant}: "
                "a source has only its own entries."
            )


def tombstone(entry: Entry) -> Entry:
    """Return the entry without its content: removed content is not stored."""
    empty: dict[str, Any] = {"titles": {}, "descriptions": {}, "keywords": (), "themes": (), "document": b""}
    empty |= {"audience": b"", "teaser": False, "likenesses": ()}
    return msgspec.structs.replace(entry, statements=Statements(), **empty)


def name_class(audience: bytes, *, reduced: bool) -> str:
    """Return the key of the visibility class of an access policy, or of its teasers: a hash in 16 characters.

    A position has one for each class that a caller sees, and is part of an address.
    """
    named = hashlib.sha256((b"teaser " if reduced else b"") + audience).digest()[:10]
    return base64.b32encode(named).decode().lower()


def begin_counting(key: str, now: int) -> int:
    """Return the number after which a class begins to count, at `now` (ms): classes rarely have a number in common.

    It grows with the time, so that a class that was forgotten and comes again does not repeat its numbers.
    """
    return now + (zlib.crc32(key.encode()) & 0xFFFFFF)


def write_cursor(arrival: int, key: str) -> str:
    """Return the cursor of an entry: its arrival within its class, and the key of the class, empty for everybody.

    >>> write_cursor(26, ""), write_cursor(26, "c0ffee")
    ('1a', '1a.c0ffee')
    """
    return ".".join(filter(None, (cursor(arrival), key)))


def read_cursor(text: str) -> tuple[int, str]:
    """Return the arrival and the key of the class of a cursor. Raises ValueError if it is none."""
    arrival, _, key = text.partition(".")
    return position(arrival, start=-1), key


def write_position(changes: Mapping[str, int]) -> str:
    """Return the text of a position: the change number for everybody, then those of other classes after their keys.

    >>> write_position({"": 41, "c0ffee": 26, "beef": 0})
    '41.c0ffee-1a'
    """
    others = sorted((key, change) for key, change in changes.items() if key and change)
    return ".".join((str(changes.get("", 0)), *(f"{key}-{change:x}" for key, change in others)))


def read_position(text: str | None) -> dict[str, int]:
    """Return the change number of each class of a position, by its key. Raises ValueError if it is none."""
    whole, *others = (text or "0").split(".")
    found = dict(part.split("-", 1) for part in others if "-" in part)
    if len(found) != len(others) or len(found) > CLASSES or not (whole.isascii() and whole.isdecimal()):
        raise ValueError("Unknown position: pass the `next` of an answer of this broker.")
    changes = {"": int(whole), **{key: position(change, start=0) for key, change in found.items()}}
    if max(changes.values()) > _LAST:
        raise ValueError("Unknown position: pass the `next` of an answer of this broker.")
    return changes


def find_alike(entries: Sequence[Entry], alike: Mapping[str, Sequence[Entry]]) -> dict[int, Sequence[Entry]]:
    """Return for the row of each entry those of other participants that share a key with it, the oldest first."""
    found: dict[int, Sequence[Entry]] = {}
    for entry in entries:
        others = {
            other.row: other
            for key in entry.likenesses
            for other in alike.get(key, ())
            if other.participant != entry.participant
        }
        if others:
            found[entry.row] = [others[row] for row in sorted(others)]
    return found


def list_rows(entry: Entry) -> tuple[Entry, ...]:
    """Return the rows of an entry: itself, and with `teaser` what everybody sees whom its audience does not admit."""
    return (entry, make_teaser(entry)) if entry.audience and entry.teaser else (entry,)


def make_teaser(entry: Entry) -> Entry:
    """Return what a teaser shows of an entry: title, publisher and access policy, under its identifier."""
    document = msgspec.json.encode({"@id": entry.id, "@type": "Dataset", "hasPolicy": [], "distribution": []})
    empty: dict[str, Any] = {"descriptions": {}, "keywords": (), "themes": (), "address": "", "likenesses": ()}
    return msgspec.structs.replace(entry, document=document, statements=Statements(), reduced=True, **empty)


def check_classes(of_participant: int) -> None:
    """Raise LimitReached if a participant has entries in more visibility classes than one participant may."""
    if of_participant > CLASSES_OF_ONE:
        raise LimitReached(
            f"The entries of one participant have more than {CLASSES_OF_ONE} different access policies: use fewer."
        )


def refuse_class() -> LimitReached:
    """Return the error for a visibility class for which the record has no room."""
    return LimitReached(
        f"The entries of all participants have more than {CLASSES} different access policies: "
        "use one that others use, or ask the operator of the broker."
    )


def leave_pushed(delta: Delta, pushed: AbstractSet[str]) -> Delta:
    """Return the result of a crawl without what the participant has pushed: its own word counts.

    A crawl that was complete verifies that the participant is there, and so what it has pushed.
    """
    if not pushed:
        return delta
    return msgspec.structs.replace(
        delta,
        upserts=tuple(entry for entry in delta.upserts if entry.id not in pushed),
        removed=tuple(removed for removed in delta.removed if removed not in pushed),
        verified=tuple(sorted({*delta.verified, *pushed})),
    )


def is_same_entry(present: Entry, pushed: Entry) -> bool:
    """Return whether a present entry says what a pushed one says, to the same audience."""
    return not present.reduced and all(
        getattr(present, name) == getattr(pushed, name) for name in ("digest", "address", "audience", "teaser")
    )


def check_pushed(count: int, size: int, lists: int) -> None:
    """Raise LimitReached if the descriptions of one participant are too many, too large, or name too many lists."""
    if lists > LISTS_OF_ONE:
        raise LimitReached(
            f"The self-descriptions of the participant would name more than {LISTS_OF_ONE} status lists: "
            "put several credentials on one list."
        )
    if count > MOST_OF_ONE or size > MOST_BYTES:
        raise LimitReached(
            f"The participant would have more than {MOST_OF_ONE} self-descriptions, or more than {MOST_BYTES} bytes "
            "of them: withdraw others first."
        )
