"""Possible duplicates for the operator: what entries of several participants state to be, and whether they agree."""

from collections.abc import Sequence
from itertools import combinations

import msgspec

from connector.broker.reading.likeness import Likeness, agree, list_likenesses
from connector.ports.broker_store import Entry
from connector.ports.moderated_store import ModeratedStore

# What comparing costs grows with the square of the entries.
_COMPARED = 20


class Duplicates(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of several participants that state to be one: what they have in common, the oldest first.

    `agrees` is whether each of them agrees with each other one: then a search shows them as one result.
    """

    likeness: Likeness
    entries: tuple[Entry, ...]
    agrees: bool


async def list_duplicates(
    record: ModeratedStore, after: str | None, limit: int
) -> tuple[Sequence[Duplicates], str | None]:
    """Return a page of possible duplicates, and the next cursor."""
    keys, following = await record.shared_likenesses(after, limit)
    alike = await record.alike_by(keys)
    found = (_describe(key, alike.get(key, ())) for key in keys)
    return [one for one in found if one is not None], following


def _describe(key: str, entries: Sequence[Entry]) -> Duplicates | None:
    if len(entries) < 2:
        return None
    stated = list_likenesses(msgspec.json.decode(entries[0].document))
    likeness = next((one for one in stated if one.key == key), None)
    if likeness is None:
        return None
    agrees = all(agree(one, other) for one, other in combinations(entries[:_COMPARED], 2))
    ordered = sorted(entries, key=lambda entry: entry.row)
    return Duplicates(likeness=likeness, entries=tuple(ordered), agrees=agrees)
