"""The Merkle tree over leaf hashes: root, inclusion and consistency proofs, and their verification.

RFC 6962, section 2.1.

A tree is stored as rows of hashes. The first row contains the leaf hashes, each further row the hashes of the complete
pairs of the row before. So the cost of a proof grows with the logarithm of the size. All hashes are SHA-256, 32 bytes;
`leaves` computes the leaf hashes.

Pure: standard library and msgspec only.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec


class Tree(msgspec.Struct, frozen=True):
    """A tree; `rows[0]` contains the leaf hashes."""

    rows: tuple[tuple[bytes, ...], ...]

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self.rows[0])


def tree(hashes: Sequence[bytes]) -> Tree:
    """Return the tree over these leaf hashes, in their order."""
    rows = [tuple(hashes)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append(tuple(_node(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)))
    return Tree(tuple(rows))


def root(tree: Tree, size: int | None = None) -> bytes:
    """Return the Merkle Tree Hash of the first `size` leaves (all by default). Raises ValueError beyond the tree."""
    end = tree.size if size is None else size
    if not 0 <= end <= tree.size:
        raise ValueError(f"The tree has {tree.size} leaves: it has no root of {end} leaves.")
    return _hash(tree, 0, end) if end else sha256(b"").digest()


def grow(peaks: Sequence[tuple[int, bytes]], hashes: Sequence[bytes]) -> tuple[tuple[int, bytes], ...]:
    """Return the complete subtrees, the largest first, of a tree after more leaves: their sizes and their hashes.

    They are all that is needed of a tree to go on (RFC 6962, 2.1); `fold` makes the root of them.

    >>> [size for size, _ in grow((), [sha256(b"leaf").digest()] * 5)]
    [4, 1]
    """
    found = list(peaks)
    for leaf in hashes:
        found.append((1, leaf))
        while len(found) > 1 and found[-1][0] == found[-2][0]:
            (size, left), (_, right) = found[-2:]
            found[-2:] = [(2 * size, _node(left, right))]
    return tuple(found)


def fold(peaks: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the Merkle Tree Hash of a tree, from its complete subtrees."""
    if not peaks:
        return sha256(b"").digest()
    *rest, (_, found) = peaks
    for _, left in reversed(rest):
        found = _node(left, found)
    return found


def inclusion(tree: Tree, index: int, size: int | None = None) -> tuple[bytes, ...]:
    """Return the audit path of leaf `index` in the tree of the first `size` leaves (RFC 6962, 2.1.1).

    Raises ValueError if the leaf does not exist.
    """
    end = tree.size if size is None else size
    if not 0 <= index < end <= tree.size:
        raise ValueError(f"The tree of {end} leaves has no leaf {index}.")
    start, path = 0, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash(tree, middle, end))
            end = middle
        else:
            path.append(_hash(tree, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency(tree: Tree, old: int, new: int | None = None) -> tuple[bytes, ...]:
    """Return the proof that the first `old` leaves are the beginning of the first `new` (RFC 6962, 2.1.2).

    Raises ValueError if one of the trees does not exist. The empty tree has an empty proof.
    """
    end = tree.size if new is None else new
    if not 0 <= old <= end <= tree.size:
        raise ValueError(f"The tree of {old} leaves is not the beginning of one of {end} within {tree.size}.")
    if old in (0, end):
        return ()
    start, known, path = 0, True, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_hash(tree, middle, end))
            end = middle
        else:
            path.append(_hash(tree, start, middle))
            start, known = middle, False
    if not known:
        path.append(_hash(tree, start, end))
    return tuple(reversed(path))


def verify_inclusion(hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether `path` proves that the leaf `hash` is leaf `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, hash
    for beside in path:
        if last == 0:
            return False
        if node % 2 or node == last:
            found = _node(beside, found)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            found = _node(found, beside)
        node, last = node // 2, last // 2
    return last == 0 and found == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether `path` proves that the tree of `old` leaves is the beginning of the tree of `new` leaves."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == sha256(b"").digest()
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node // 2, last // 2
    steps = list(path)
    if node == 0:
        steps.insert(0, old_root)  # the old tree is one complete subtree: both paths begin at its root
    if not steps:
        return False
    found_old = found_new = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            found_old, found_new = _node(beside, found_old), _node(beside, found_new)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            found_new = _node(found_new, beside)
        node, last = node // 2, last // 2
    return last == 0 and found_old == old_root and found_new == new_root


def _hash(tree: Tree, start: int, end: int) -> bytes:
    """Return the hash of the leaves from `start` to before `end`, where `start` is a multiple of its complete part."""
    length = end - start
    if length & (length - 1) == 0:
        height = length.bit_length() - 1
        return tree.rows[height][start >> height]
    middle = start + _split(length)
    return _node(_hash(tree, start, middle), _hash(tree, middle, end))


def _split(length: int) -> int:
    """Return the largest power of two smaller than `length`."""
    return 1 << (length - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
