"""Folds of tests follow Kleene's three-valued logic."""

from itertools import product

import pytest

from connector.policy.comparing.atom import Test
from connector.policy.comparing.kleene import FOLDS, fold_and, fold_or, fold_xone
from connector.policy.model.situation import Truth
from tests.policy.names import list_names

REQUEST, WORLD = list_names()["request"], list_names()["world"]


def verdict(truth: Truth) -> Test:
    return lambda _request, _world: truth


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_folds_agree_with_the_truth_tables(size: int) -> None:
    for truths in product([True, False, None], repeat=size):
        tests = tuple(map(verdict, truths))
        conjunction = False if False in truths else None if None in truths else True
        disjunction = True if True in truths else None if None in truths else False
        exclusive = False if truths.count(True) > 1 else None if None in truths else True in truths
        assert fold_and(tests)(REQUEST, WORLD) is conjunction  # type: ignore[arg-type]  # names of the examples
        assert fold_or(tests)(REQUEST, WORLD) is disjunction  # type: ignore[arg-type]
        assert fold_xone(tests)(REQUEST, WORLD) is exclusive  # type: ignore[arg-type]


def test_the_folds_are_found_by_their_logical_operands() -> None:
    assert {"and": fold_and, "or": fold_or, "xone": fold_xone} == FOLDS
