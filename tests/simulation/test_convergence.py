"""Whatever a network, a crash and people do to control planes: in calm weather all pairs end in the same state."""

import os

import pytest

from tests.simulation.seeds import ever_failed, universes
from tests.simulation.universe import live

SEEDS = int(os.environ.get("SEEDS", "2000"))
BATCH = 100


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_both_sides_end_in_the_same_state(first: int) -> None:
    for seed, third in universes(range(first, min(first + BATCH, SEEDS))):
        live(seed, third=third)


@pytest.mark.parametrize(("seed", "third"), ever_failed())
def test_what_broke_once_holds(seed: int, third: bool) -> None:
    live(seed, third=third)
