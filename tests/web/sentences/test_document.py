"""Parts of a policy are added, removed and moved; whatever is done, the document stays a tree of parts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.web.sentences import document as parts
from connector.web.sentences.document import (
    DEEPEST,
    MOST_PARTS,
    TooManyParts,
    add_condition,
    add_duty,
    add_group,
    add_rule,
    count_depth,
    find_group,
    find_part,
    indent,
    outdent,
    remove,
    walk,
)

A, B, C = ({"leftOperand": name, "operator": "eq", "rightOperand": "x"} for name in "abc")
ACTS = (add_condition, add_group, add_duty, remove, indent, outdent)


def policy(*constraints: dict[str, Any]) -> dict[str, Any]:
    return {"permission": [{"action": "use", "constraint": list(constraints)}]}


def test_a_condition_moves_into_a_group_and_out_again() -> None:
    grouped = indent(policy(A, B, C), "permission.0.constraint.1")
    assert grouped == policy({"or": [A, B]}, C)
    deeper = indent(grouped, "permission.0.constraint.1")
    assert deeper == policy({"or": [A, B, C]})
    assert outdent(deeper, "permission.0.constraint.0.or.2") == grouped
    assert outdent(grouped, "permission.0.constraint.0.or.1") == policy(A, B, C)


def test_the_first_condition_has_nothing_to_move_into() -> None:
    assert indent(policy(A, B), "permission.0.constraint.0") == policy(A, B)
    assert outdent(policy(A), "permission.0.constraint.0") == policy(A)


def test_a_group_of_one_condition_is_this_condition_and_nothing_empty_stays() -> None:
    assert remove(policy({"xone": [A, B]}), "permission.0.constraint.0.xone.0") == policy(B)
    assert remove(policy(A), "permission.0.constraint.0") == {"permission": [{"action": "use"}]}
    assert remove(policy(A), "permission.0") == {}


def test_parts_are_added_where_they_belong() -> None:
    found = add_duty(add_rule({"@type": "Offer"}, "permission"), "permission.0")
    found = add_condition(found, "permission.0.duty.0")
    assert [path for path, _ in walk(found)] == [
        "permission.0",
        "permission.0.duty.0",
        "permission.0.duty.0.constraint.0",
    ]
    assert add_rule(found, "nonsense") == found


def test_what_the_editor_does_not_show_stays() -> None:
    whole = {**policy(A, B), "assigner": "urn:me", "@context": {"x": "urn:x"}}
    whole["permission"][0]["assignee"] = "urn:you"
    after = remove(whole, "permission.0.constraint.0")
    assert (after["assigner"], after["@context"], after["permission"][0]["assignee"]) == (
        "urn:me", {"x": "urn:x"}, "urn:you",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["", "permission", "permission.9", "permission.0.constraint.x", "../..", "action.0"])
def test_a_path_that_leads_nowhere_changes_nothing(path: str) -> None:
    for act in ACTS:
        assert act(policy(A, B), path) == policy(A, B)


def test_parts_and_depth_are_bounded() -> None:
    found = policy()
    for _ in range(MOST_PARTS - 1):
        found = add_condition(found, "permission.0")
    with pytest.raises(TooManyParts):
        add_condition(found, "permission.0")
    deepest = "permission.0.constraint.0.or.1.and.1"
    deep = policy({"or": [A, {"and": [A, {"or": [B, C]}]}]})
    assert max(count_depth(path) for path, _ in walk(deep)) == DEEPEST
    with pytest.raises(TooManyParts):
        add_group(deep, deepest)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), max_size=25))
def test_whatever_is_done_every_part_can_be_found_and_no_group_is_small(acts: list[tuple[Any, int]]) -> None:
    found: dict[str, Any] = policy(A, {"or": [B, {"and": [A, C]}]}, C)
    for act, place in acts:
        paths = [path for path, _ in walk(found)]
        if not paths:
            break
        try:
            found = act(found, paths[place % len(paths)])
        except TooManyParts:
            continue
    for path, part in walk(found):
        assert find_part(found, path) is part
        assert count_depth(path) <= DEEPEST
        group = find_group(part)
        assert not group or len(part[group]) >= 2
        assert part
    assert parts.walk({"permission": "x"}) is not None


MEMBERS = st.sampled_from(["permission", "constraint", "or", "action", "duty"])
TREES = st.recursive(
    st.none() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3),
    max_leaves=10,
)


@given(TREES)
def test_whatever_stands_in_a_document_is_walked(tree: Any) -> None:
    document = tree if isinstance(tree, dict) else {"permission": tree}
    for path, _ in list(walk(document)):
        remove(document, path)
        indent(document, path)
        outdent(document, path)
