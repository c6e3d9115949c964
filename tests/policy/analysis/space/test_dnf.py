"""Constraints become unions of cells, for True and for False."""

import pytest

from connector.policy.analysis.space.cells import MOST_CLAUSES, GaveUp, StepBudget, list_leftovers
from connector.policy.analysis.space.dnf import Reader, find_alignments, find_opaque, strip_uids
from connector.policy.analysis.space.regions import Region
from connector.policy.model.policy import Constraint, LogicalConstraint
from tests.policy.analysis.support import use
from tests.policy.names import normal
from tests.policy.support import atom, shipped


def reader(tops: dict[str, Region] | None = None) -> Reader:
    return Reader(shipped(), opaque=frozenset(), tops={} if tops is None else tops, budget=StepBudget())


def read(document: object) -> Constraint:
    return use(document).policy.permission[0].constraint[0]


A, B = atom("dk:securityLevel", "gteq", 2), atom("dk:participant", "eq", "urn:p:a")


@pytest.mark.parametrize(
    ("document", "true", "false"),
    [
        (A, 1, 1),
        ({"and": [A, B]}, 1, 2),
        ({"or": [A, B]}, 2, 1),
        ({"xone": [A, B]}, 2, 2),
        ({"andSequence": [A, B]}, 1, 3),
    ],
)
def test_the_number_of_cells_follows_the_logical_operand(document: object, true: int, false: int) -> None:
    constraint = read(document)
    assert len(reader().cells(constraint, truth=True)) == true
    assert len(reader().cells(constraint, truth=False)) == false


@pytest.mark.parametrize("operand", ["and", "or", "xone"])
def test_no_situation_is_true_and_false(operand: str) -> None:
    constraint, tops = read({operand: [A, B]}), dict[str, Region]()
    true = reader(tops).cells(constraint, truth=True)
    false = reader(tops).cells(constraint, truth=False)
    for cell in true:
        assert list(list_leftovers(cell, false, tops, StepBudget())) != []


def test_too_many_clauses_are_given_up() -> None:
    choices = [{"or": [atom("dk:securityLevel", "eq", 2 * row + side) for side in (0, 1)]} for row in range(4)]
    wide = [{"or": [atom("dk:role", "eq", f"urn:{row}:{name}") for name in range(40)]} for row in range(3)]
    assert reader().every([read(entry) for entry in choices]) == []
    with pytest.raises(GaveUp, match="too-many-clauses"):
        reader().every([read(entry) for entry in wide])
    assert MOST_CLAUSES < 40**3


def test_spans_that_have_no_order_and_foreign_terms_in_a_tree_are_compared_word_by_word() -> None:
    month, days = normal("odrl:elapsedTime lteq P1M"), normal("odrl:elapsedTime lteq P30D")
    registry = shipped()
    assert find_opaque(find_alignments([days], registry)) == frozenset()
    assert find_opaque(find_alignments([month], registry), find_alignments([days], registry)) == {month.left}


def test_identifiers_are_no_part_of_the_meaning() -> None:
    named = LogicalConstraint("or", (normal("odrl:count lteq 5"),), uid="urn:c")
    assert strip_uids(named) == LogicalConstraint("or", (normal("odrl:count lteq 5"),))
