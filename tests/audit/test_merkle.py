"""The Merkle tree: roots as defined, proofs that verify, and none that verifies for anything else."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.audit.merkle import consistency, inclusion, root, tree, verify_consistency, verify_inclusion


def _hashes(size: int) -> list[bytes]:
    return [sha256(b"\x00" + str(number).encode()).digest() for number in range(size)]


def _defined(hashes: list[bytes]) -> bytes:
    """The Merkle Tree Hash, word for word as RFC 6962, 2.1 defines it."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + _defined(hashes[:split]) + _defined(hashes[split:])).digest()


def test_roots_are_as_defined() -> None:
    for size in range(40):
        hashes = _hashes(40)
        assert root(tree(hashes), size) == root(tree(hashes[:size])) == _defined(hashes[:size])


def test_the_root_is_that_of_other_logs() -> None:
    """Eight entries whose root every implementation of the standard agrees on."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [sha256(b"\x00" + bytes.fromhex(entry)).digest() for entry in entries]
    assert root(tree(hashes)).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_every_leaf_is_proven_in_every_tree_and_nowhere_else() -> None:
    grown = tree(_hashes(20))
    for size in range(1, 21):
        top = root(grown, size)
        for index in range(size):
            path = inclusion(grown, index, size)
            for claimed in range(size + 1):
                is_proven = verify_inclusion(grown.rows[0][index], claimed, size, path, top)
                assert is_proven == (claimed == index)
            assert not verify_inclusion(grown.rows[0][index], index, size, [*path, path[0] if path else top], top)
            assert not path or not verify_inclusion(grown.rows[0][index], index, size, path[:-1], top)


def test_every_tree_is_proven_to_grow_out_of_every_smaller_one() -> None:
    grown = tree(_hashes(20))
    for new in range(21):
        for old in range(new + 1):
            path = consistency(grown, old, new)
            assert verify_consistency(old, new, root(grown, old), root(grown, new), path)
            assert not verify_consistency(old, new, b"x" * 32, root(grown, new), path)
            assert old == 0 or not verify_consistency(old, new, root(grown, old), b"x" * 32, path)
            assert not verify_consistency(old, new, root(grown, old), root(grown, new), [*path, b"x" * 32])


def test_proofs_beyond_the_tree_are_refused() -> None:
    grown = tree(_hashes(3))
    for ask in (
        lambda: root(grown, 4),
        lambda: inclusion(grown, 3),
        lambda: inclusion(grown, -1),
        lambda: consistency(grown, 4),
    ):
        with pytest.raises(ValueError, match="leaves"):
            ask()


@given(st.integers(2, 70), st.data())
@settings(max_examples=100, deadline=None)
def test_a_forked_log_is_never_consistent_with_what_was_kept(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    honest = tree(_hashes(size))
    forked = tree([b"f" * 32 if number == changed else found for number, found in enumerate(_hashes(size))])
    for path in (consistency(forked, old), consistency(honest, old)):
        assert not verify_consistency(old, size, root(honest, old), root(forked), path)
