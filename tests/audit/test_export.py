"""Exports: an honest one verifies; flip, drop, reorder, truncate and fork are found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.audit.export import ExportBroken, TreeHead, export, head_body, verify_export
from connector.audit.leaves import Leaf, leaf, seal
from connector.audit.merkle import root, tree

OWNER = "default"


def _log(size: int, *, kind: str = "agreed", step: int = 10) -> list[Leaf]:
    made = [
        leaf(
            owner=OWNER, id=f"l{n}", salt=bytes([n]) * 16, at=n * step, kind=kind, process_id="p", fields={"number": n}
        )
        for n in range(size)
    ]
    return list(seal(made, 0))


def _head(leaves: list[Leaf]) -> TreeHead:
    return TreeHead(owner=OWNER, size=len(leaves), root=root(tree([leaf.hash for leaf in leaves])), at=1)


def _numbers(bodies: tuple[bytes, ...]) -> list[int]:
    return [json.loads(body)["fields"]["number"] for body in bodies]


@given(st.integers(0, 30), st.integers(-20, 320), st.integers(0, 340), st.data())
@settings(max_examples=150, deadline=None)
def test_an_honest_export_shows_exactly_its_period(size: int, start: int, length: int, data: st.DataObject) -> None:
    leaves, end = _log(size), start + length
    kept = data.draw(st.lists(st.integers(0, size), max_size=4))
    proven = verify_export(export(OWNER, leaves, start, end, kept), [_head(leaves[:old]) for old in kept])
    assert _numbers(proven.bodies) == [n for n in range(size) if start <= n * 10 < end]
    assert (proven.owner, proven.size, proven.start, proven.end, proven.erased) == (OWNER, size, start, end, 0)


def test_leaves_out_of_the_order_of_time_are_all_there() -> None:
    mixed = list(seal([_log(9)[n] for n in (0, 3, 1, 2, 6, 5, 4, 8, 7)], 0))
    assert sorted(_numbers(verify_export(export(OWNER, mixed, 20, 60)).bodies)) == [2, 3, 4, 5]


def test_erased_leaves_stay_as_hashes() -> None:
    leaves = [replace(leaf, body=b"", salt=b"") if n in (2, 5, 8) else leaf for n, leaf in enumerate(_log(12))]
    proven = verify_export(export(OWNER, leaves, 30, 80), [_head(_log(12))])
    assert _numbers(proven.bodies) == [3, 4, 6, 7]
    assert proven.erased == 3


Lines = list[bytes]


def _with(line: int, **changed: Any) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        altered = json.dumps(json.loads(lines[line]) | changed).encode()
        return [*lines[:line], altered, *lines[line + 1 :]]

    return change


@pytest.mark.parametrize(
    "attack",
    [
        _with(3, body='{"at":40,"owner":"default"}'),
        _with(3, salt="00" * 16),
        _with(3, salt="00" * 15),
        _with(3, body=""),
        _with(3, hash="zz"),
        _with(3, hash="AB" * 32),
        _with(3, position=6),
        _with(3, proof=[]),
        _with(3, more=1),
        _with(0, size=9),
        _with(0, size=13),
        _with(0, root="00" * 32),
        _with(0, owner="other"),
        _with(0, start=0),
        _with(0, end=200),
        _with(0, format="other"),
        lambda lines: lines[:-1],
        lambda lines: lines[:1],
        lambda lines: lines[1:],
        lambda lines: [],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, b"[" * 100_000],
        lambda lines: [*lines, b"\xff"],
    ],
)
def test_what_was_changed_left_out_moved_or_cut_off_is_found(attack: Callable[[Lines], Lines]) -> None:
    lines = list(export(OWNER, _log(12), 40, 80))
    verify_export(lines)
    with pytest.raises(ExportBroken):
        verify_export(attack(lines))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_flipped_bit_anywhere_in_a_leaf_is_found(data: st.DataObject) -> None:
    lines = list(export(OWNER, _log(9), 20, 60))
    number = data.draw(st.integers(1, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[number]) - 2))
    flipped = bytearray(lines[number])
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        proven = verify_export([*lines[:number], bytes(flipped), *lines[number + 1 :]])
    except ExportBroken:
        return
    assert proven == verify_export(lines), "an altered export proved something else"


def test_a_rewritten_log_is_found_by_the_head_a_peer_kept() -> None:
    kept = _head(_log(5))
    forked = _log(3) + _log(9, kind="refused")[3:]
    shorter = _log(4)
    verify_export(export(OWNER, _log(9), 0, 99, [5]), [kept])
    verify_export(export(OWNER, forked, 0, 99, [5]))
    for log, earlier in ((forked, [5]), (forked, []), (shorter, []), (_log(9), [])):
        with pytest.raises(ExportBroken, match="stored head"):
            verify_export(export(OWNER, log, 0, 99, earlier), [kept])
    with pytest.raises(ExportBroken, match="stored head"):
        verify_export(export(OWNER, _log(9), 0, 99, [5]), [replace(kept, owner="other")])


def test_an_export_without_all_leaves_is_not_begun() -> None:
    leaves = _log(5)
    for wrong in (leaves[1:], leaves[:2] + leaves[3:], [replace(kept, owner="other") for kept in leaves]):
        with pytest.raises(ValueError, match="missing"):
            list(export(OWNER, wrong, 0, 99))
    with pytest.raises(ValueError, match="before its start"):
        list(export(OWNER, leaves, 5, 4))


def test_a_head_has_one_form_to_be_signed() -> None:
    head = TreeHead(owner=OWNER, size=2, root=b"\x01" * 32, at=7)
    assert head_body(head) == b'{"at":7,"owner":"default","root":"' + b"01" * 32 + b'","size":2}'
