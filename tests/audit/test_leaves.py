"""Leaves: one value, one body, one hash; nothing without a canonical form is recorded."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.audit.canonical import canonical
from connector.audit.leaves import Leaf, leaf, seal

SALT = b"0123456789abcdef"


def _leaf(**changed: Any) -> Leaf:
    plain: dict[str, Any] = {"owner": "default", "id": "l1", "salt": SALT, "at": 5, "kind": "agreed"}
    return leaf(**(plain | {"process_id": "urn:n:1", "fields": {"to": "AGREED", "from": None}} | changed))


def test_a_leaf_commits_to_its_facts_and_its_salt() -> None:
    made = _leaf()
    assert made.body == (
        b'{"at":5,"fields":{"from":null,"to":"AGREED"},"id":"l1","kind":"agreed","owner":"default","process":"urn:n:1"}'
    )
    assert made.hash == sha256(b"\x00" + SALT + made.body).digest()
    assert _leaf(fields={"from": None, "to": "AGREED"}) == made
    assert len({made.hash, _leaf(at=6).hash, _leaf(salt=b"x" * 16).hash, _leaf(owner="other").hash}) == 4


@pytest.mark.parametrize("salt", [b"", b"short", b"x" * 17])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        _leaf(salt=salt)


def test_sealing_gives_positions_from_the_size_of_the_tree_on() -> None:
    assert [sealed.position for sealed in seal([_leaf(), _leaf(id="l2")], 7)] == [7, 8]


def test_members_are_sorted_by_utf_16_code_units() -> None:
    assert canonical({"ﬁ": 1, "😀": 2, "é": 3, "a": 4, "\r": 5}).decode() == '{"\\r":5,"a":4,"é":3,"😀":2,"ﬁ":1}'


_SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES)
@settings(max_examples=200, deadline=None)
def test_the_canonical_form_is_json_that_says_the_same_and_has_no_other_form(value: Any) -> None:
    body = canonical(value)
    assert json.loads(body) == value
    assert canonical(json.loads(body)) == body
    # Python's own writer has the same escapes; only its order of members differs, beyond the basic plane.
    if max((ord(character) for character in body.decode()), default=0) < 0xD800:
        assert json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == body


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [1.5, 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: 2}, b"bytes", {1}, [0.5], [(2**53,)], _deep(33), _deep(5000)],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"leaf|JSON|string"):
        canonical({"fields": value})
