"""Whatever a network, a crash and people do to two control planes: in calm weather both end in the same state."""

import os

import pytest

from tests.simulation.seeds import ever_failed
from tests.simulation.universe import live

SEEDS = int(os.environ.get("SEEDS", "2000"))
BATCH = 100


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_both_sides_end_in_the_same_state(first: int) -> None:
    for seed in range(first, min(first + BATCH, SEEDS)):
        live(seed)


@pytest.mark.parametrize("seed", ever_failed())
def test_what_broke_once_holds(seed: int) -> None:
    live(seed)
