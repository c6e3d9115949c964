"""Every rule of convergence is needed: without it, the simulation finds a universe that breaks."""

import pytest

from tests.simulation.rules import AMONG_THREE, RULES, without
from tests.simulation.seeds import MISSED
from tests.simulation.universe import live
from tests.simulation.witness import Broken

# Where a change of the product has moved the universes, so many are searched for another one.
SEARCHED = 3_000


def breaks(seed: int, rule: str) -> bool:
    try:
        live(seed, third=rule in AMONG_THREE)
    except Broken:
        return True
    return False


@pytest.mark.parametrize("rule", sorted(RULES))
def test_without_this_rule_a_universe_breaks(rule: str) -> None:
    with without(rule):
        found = any(breaks(seed, rule) for seed in (*MISSED[rule], *range(SEARCHED)))
    assert found, f"{rule} is not missed in {SEARCHED} universes: is it needed?"


@pytest.mark.parametrize("rule", sorted(RULES))
def test_with_this_rule_the_same_universes_hold(rule: str) -> None:
    for seed in MISSED[rule]:
        live(seed, third=rule in AMONG_THREE)
