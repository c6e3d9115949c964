"""The audit log for those who examine it: found by filters, checked from its first entry, and proven entry by entry."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from connector.audit.leaves import leaf_hash
from connector.audit.merkle import fold, grow
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity
from connector.controlplane.processes.loading import load_negotiation, load_transfer
from connector.controlplane.usecases.proving.history import read_fields
from connector.ports.entities import Leaf

MOST_LOOKED_AT, PIECE, CHECKED = 2_000, 100, 500
"""The entries that are looked at for one page of a search, those of one read, and those of one step of a check."""


class LogQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What an examiner looks for: a time from `start` to before `end` (ms), a partner, the beginning of a kind, a
    contract by its key, and a dataset. What is None is not asked for.
    """

    start: int | None = None
    end: int | None = None
    partner: str | None = None
    kind: str | None = None
    agreement: str | None = None
    dataset: str | None = None


class LogSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry is about, as far as the store has it."""

    partner: str = ""
    dataset: str = ""
    agreement: str = ""
    title: dict[str, str] = {}


class FoundEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its facts, and what it is about."""

    leaf: Leaf
    fields: dict[str, Any]
    subject: LogSubject


class LogCheck(msgspec.Struct, frozen=True, kw_only=True):
    """How far a check has come: `checked` of `size` entries, how many were erased, and the position of a broken one.

    `peaks` are the complete subtrees of what was checked; their root is the head of the log when all is checked.
    """

    size: int
    checked: int = 0
    erased: int = 0
    broken: int | None = None
    peaks: tuple[tuple[int, bytes], ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing is left to check."""
        return self.broken is not None or self.checked >= self.size

    @property
    def root(self) -> bytes:
        """The root of the tree over what was checked."""
        return fold(self.peaks)


async def find_entries(
    context: Context, question: LogQuestion, *, before: int | None, limit: int
) -> tuple[list[FoundEntry], int | None]:
    """Return the newest entries before a position that the question asks for, and the position to go on before.

    At most `MOST_LOOKED_AT` entries are looked at: a page can have fewer than `limit`, and still be followed.
    """
    size = await context.store.leaf_count(context.owner)
    place = size if before is None else max(0, min(before, size))
    if question.end is not None:
        place = min(place, await _find_position(context, question.end, size))
    lowest = 0 if question.start is None else await _find_position(context, question.start, size)
    floor = max(lowest, place - MOST_LOOKED_AT)
    found: list[FoundEntry] = []
    subjects: dict[str, LogSubject] = {}
    while place > floor and len(found) < limit:
        piece = await context.store.leaves_between(context.owner, max(floor, place - PIECE), place)
        for leaf in reversed(piece):
            place = leaf.position or 0
            entry = await _match(context, question, leaf, subjects)
            if entry is not None:
                found.append(entry)
            if len(found) == limit:
                break
        await asyncio.sleep(0)  # Reads do not wait, so nothing else would run meanwhile.
    return found, place if place > lowest else None


async def find_entry(context: Context, position: int) -> FoundEntry:
    """Return the entry at a position. Raises NoSuchEntity."""
    found = await context.store.leaves_between(context.owner, position, position + 1)
    if not found:
        raise NoSuchEntity("no-entry", f"The audit log has no entry {position}: list the log to find its entries.")
    (leaf,) = found
    return FoundEntry(leaf=leaf, fields=read_fields(leaf), subject=await _find_subject(context, leaf.process_id))


async def begin_check(context: Context) -> LogCheck:
    """Return a check of all entries that there are now, from the first one."""
    return LogCheck(size=await context.store.leaf_count(context.owner))


async def go_on(context: Context, check: LogCheck) -> LogCheck:
    """Return a check after its next entries; hashes are computed beside the event loop."""
    if check.over:
        return check
    end = min(check.checked + CHECKED, check.size)
    leaves = await context.store.leaves_between(context.owner, check.checked, end)
    return await asyncio.to_thread(_check, check, leaves, end)


def _check(check: LogCheck, leaves: Sequence[Leaf], end: int) -> LogCheck:
    hashes, erased = [], 0
    for position, leaf in zip(range(check.checked, end), _fill(leaves), strict=False):
        if leaf is None or leaf.position != position or not _is_whole(leaf):
            return msgspec.structs.replace(check, checked=position, broken=position)
        erased += not leaf.body
        hashes.append(leaf.hash)
    return msgspec.structs.replace(check, checked=end, erased=check.erased + erased, peaks=grow(check.peaks, hashes))


def _fill(leaves: Sequence[Leaf]) -> Iterator[Leaf | None]:
    """Yield the leaves, and None for each that is missing after them."""
    yield from leaves
    while True:
        yield None


def _is_whole(leaf: Leaf) -> bool:
    """Return whether an entry has the content that its hash stands for; of an erased one, the hash alone remains."""
    if not leaf.body and not leaf.salt:
        return len(leaf.hash) == 32
    try:
        return leaf_hash(leaf.salt, leaf.body) == leaf.hash
    except ValueError:
        return False


async def _find_position(context: Context, at: int, size: int) -> int:
    """Return the first position of an entry at a time (ms) or later: entries are in the order of their times."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        (leaf,) = await context.store.leaves_between(context.owner, middle, middle + 1)
        low, high = (middle + 1, high) if leaf.at < at else (low, middle)
    return low


async def _match(
    context: Context, question: LogQuestion, leaf: Leaf, subjects: dict[str, LogSubject]
) -> FoundEntry | None:
    if question.kind is not None and not leaf.kind.startswith(question.kind):
        return None
    if leaf.process_id not in subjects:
        subjects[leaf.process_id] = await _find_subject(context, leaf.process_id)
    fields, subject = read_fields(leaf), subjects[leaf.process_id]
    partner = str(fields.get("peer") or fields.get("counterparty") or subject.partner)
    if question.partner not in {None, partner} or question.dataset not in {None, subject.dataset}:
        return None
    if question.agreement not in {None, subject.agreement}:
        return None
    return FoundEntry(leaf=leaf, fields=fields, subject=msgspec.structs.replace(subject, partner=partner))


async def _find_subject(context: Context, process_id: str) -> LogSubject:
    """Return what the process, agreement or asset with an identifier is about; nothing if the store has none."""
    store, owner = context.store, context.owner
    process = await load_negotiation(context, process_id) or await load_transfer(context, process_id)
    if process is not None:
        key = process.agreement_key or ""
        return LogSubject(partner=process.peer, dataset=process.dataset, agreement=key, title=process.title)
    if agreement := await store.agreement(owner, process_id):
        named = {"partner": agreement.counterparty, "dataset": agreement.dataset}
        return LogSubject(**named, agreement=agreement.key, title=agreement.title)
    asset = await store.asset(owner, process_id)
    return LogSubject(dataset=asset.id, title=asset.title) if asset else LogSubject()
