"""The export for an auditor: the leaves of a period as JSON Lines, each with its proof; and its verification.

The first line is the head: owner, size and root of the tree, the period, and consistency proofs from earlier heads.
Each further line is a leaf: position, hash, salt and body as recorded, and its audit path. The positions are without a
gap, from the last leaf before the period to the first leaf after it, so no leaf can be omitted in between. If salt and
body of a leaf were erased, its hash remains.

An export alone proves that it matches its own head. Only a head stored by another party proves that the head is
genuine and that the log was not rewritten; counterparties store each other's heads with every agreement.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from connector.audit.canonical import canonical
from connector.audit.leaves import SALT_BYTES, SealedLeaf, leaf_hash
from connector.audit.merkle import consistency, inclusion, root, tree, verify_consistency, verify_inclusion

T = TypeVar("T")

_FORMAT = "datenkontor-audit-1"


class TreeHead(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an owner's log: the number of leaves and the root, at the time `at` (ms)."""

    owner: str
    size: int
    root: bytes
    at: int


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a verified export: owner, tree, the period from `start` to before `end`, and the bodies.

    `erased` counts the leaves of which only the hash remains. Compare owner and period with the requested ones.
    """

    owner: str
    size: int
    root: bytes
    start: int
    end: int
    bodies: tuple[bytes, ...]
    erased: int


class ExportBroken(ValueError):
    """The export does not prove its content; the sentence names the line and the reason."""


class _Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int
    proof: tuple[str, ...]


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    owner: str
    size: int
    root: str
    start: int
    end: int
    extends: tuple[_Extension, ...]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    position: int
    hash: str
    salt: str
    body: str
    proof: tuple[str, ...]


class _Facts(msgspec.Struct, frozen=True):
    owner: str
    at: int


def head_body(head: TreeHead) -> bytes:
    """Return the canonical JSON of a head, which is signed and which a counterparty stores."""
    return canonical({"at": head.at, "owner": head.owner, "root": head.root.hex(), "size": head.size})


def export(
    owner: str, leaves: Sequence[SealedLeaf], start: int, end: int, earlier: Iterable[int] = ()
) -> Iterator[bytes]:
    """Yield the lines of the export of the leaves recorded from `start` to before `end` (ms since the epoch).

    `leaves` are all sealed leaves of the owner, in the order of their positions; `earlier` are the sizes of heads that
    other parties store, for consistency proofs. Raises ValueError if leaves are missing, a size exceeds the tree, or
    the period ends before it starts.
    """
    if end < start:
        raise ValueError(f"The period ends at {end}, before its start at {start}: exchange the two.")
    for expected, leaf in enumerate(leaves):
        if leaf.position != expected or leaf.owner != owner:
            raise ValueError(f"Leaf {expected} of {owner} is missing: all sealed leaves are needed, in their order.")
    grown = tree([leaf.hash for leaf in leaves])
    extends = tuple(_Extension(size, _hex(consistency(grown, size))) for size in sorted(set(earlier)))
    yield msgspec.json.encode(_Head(_FORMAT, owner, grown.size, root(grown).hex(), start, end, extends)) + b"\n"
    for position in _positions(leaves, start, end):
        leaf = leaves[position]
        proof = _hex(inclusion(grown, position))
        yield msgspec.json.encode(_Line(position, leaf.hash.hex(), leaf.salt.hex(), leaf.body.decode(), proof)) + b"\n"


def verify_export(lines: Iterable[bytes], heads: Iterable[TreeHead] = ()) -> Proven:
    """Verify an export with its own head and with `heads` that another party stored, and return its content.

    A line is one JSON object, with or without its line end. Raises ExportBroken if a line was changed, omitted, added
    or moved, or if the log was rewritten after one of `heads`.
    """
    rest = iter(lines)
    head = _decode(next(rest, b""), 1, _Head)
    if head.format != _FORMAT:
        raise ExportBroken(f"The format {head.format[:80]} in line 1 is not supported: expected {_FORMAT}.")
    top = _bytes(head.root, 1)
    _check_heads(head, top, heads)
    recorded: list[tuple[int | None, bytes]] = []
    last = -1
    for number, raw in enumerate(rest, 2):
        line = _decode(raw, number, _Line)
        if recorded and line.position != last + 1:
            raise ExportBroken(f"Line {number} has position {line.position} after {last}: lines are missing or moved.")
        last = line.position
        recorded.append((_recorded_at(line, number, head, top), line.body.encode()))
    _check_borders(head, [at for at, _ in recorded], last)
    return Proven(
        owner=head.owner,
        size=head.size,
        root=top,
        start=head.start,
        end=head.end,
        bodies=tuple(body for at, body in recorded if at is not None and head.start <= at < head.end),
        erased=sum(at is None for at, _ in recorded),
    )


def _positions(leaves: Sequence[SealedLeaf], start: int, end: int) -> range:
    """Return the positions of the period, and of one leaf before and after it, which prove its borders."""
    low = next((n for n, leaf in enumerate(leaves) if leaf.body and leaf.at >= start), len(leaves)) - 1
    high = next((n for n in reversed(range(len(leaves))) if leaves[n].body and leaves[n].at < end), -1) + 1
    while low > 0 and not leaves[low].body:
        low -= 1
    while high < len(leaves) - 1 and not leaves[high].body:
        high += 1
    return range(max(low, 0), min(high + 1, len(leaves)))


def _check_borders(head: _Head, times: Sequence[int | None], last: int) -> None:
    """Check that the lines extend beyond both ends of the period, or to the ends of the tree."""
    if not times:
        if head.size:
            raise ExportBroken(f"The tree has {head.size} leaves, but the export contains none: lines are missing.")
        return
    first_at, last_at = times[0], times[-1]
    if last - len(times) + 1 > 0 and (first_at is None or first_at >= head.start):
        raise ExportBroken("The first leaf is not from before the period: lines at the beginning are missing.")
    if last < head.size - 1 and (last_at is None or last_at < head.end):
        raise ExportBroken("The last leaf is not from after the period: lines at the end are missing.")


def _check_heads(head: _Head, top: bytes, heads: Iterable[TreeHead]) -> None:
    extends = {extension.size: extension.proof for extension in head.extends}
    for kept in heads:
        if kept.owner != head.owner:
            raise ExportBroken(f"The export belongs to {head.owner}, but the stored head belongs to {kept.owner}.")
        if kept.size not in extends and kept.size not in (0, head.size):
            raise ExportBroken(f"The export has no proof that it extends the stored head of {kept.size} leaves.")
        proof = [_bytes(step, 1) for step in extends.get(kept.size, ())]
        if not verify_consistency(kept.size, head.size, kept.root, top, proof):
            raise ExportBroken(f"The log was rewritten: the stored head of {kept.size} leaves is not its beginning.")


def _recorded_at(line: _Line, number: int, head: _Head, top: bytes) -> int | None:
    """Check one line and return the time of its leaf, or None if salt and body were erased."""
    found = _bytes(line.hash, number)
    if not verify_inclusion(found, line.position, head.size, [_bytes(step, number) for step in line.proof], top):
        raise ExportBroken(f"Line {number} is not leaf {line.position} of the tree that line 1 names.")
    if not line.body and not line.salt:
        return None
    if leaf_hash(_bytes(line.salt, number, SALT_BYTES), line.body.encode()) != found:
        raise ExportBroken(f"Line {number} has another body or salt than the recorded leaf.")
    facts = _decode(line.body.encode(), number, _Facts)
    if facts.owner != head.owner:
        raise ExportBroken(f"Line {number} is a leaf of {facts.owner}, but the log belongs to {head.owner}.")
    return facts.at


def _decode(raw: bytes, number: int, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ExportBroken(f"Line {number} is not a line of an export: {fault}.") from fault


def _hex(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(step.hex() for step in hashes)


def _bytes(text: str, number: int, length: int = 32) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != length or value.hex() != text:
        raise ExportBroken(f"Line {number} contains {text[:80]!r}: expected {length} bytes in hexadecimal form.")
    return value
