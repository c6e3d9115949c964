"""Data plane and control plane are killed at random points of transfers: each ends equal, or failed with a reason."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live import environment, until
from tests.e2e.planes import PlanesLive

pytestmark = pytest.mark.crash

ROUNDS = 24


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanesLive]:
    made = PlanesLive(tmp_path_factory.mktemp("crash-planes"))
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start("city", "firm")
        made.found_plane("one")
        yield made
        made.close()


@pytest.fixture(scope="module")
def agreement(space: PlanesLive) -> str:
    return space.agree(space.offer_at())


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_transfer_ends_complete_and_equal_or_failed_with_a_reason(
    space: PlanesLive, agreement: str, seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    begun = space.firm.transfers.start(agreement)
    if chance.random() < 0.7:
        until(lambda: space.arriving() > 0 or space.firm.transfers.show(begun.id).ended)
    time.sleep(chance.random() * 0.2)
    for victim in chance.sample(["plane", "city"], chance.choice([1, 2])):
        if victim == "plane":
            space.end_plane("one")
            space.run_plane("one")
        else:
            space.kill("city")
            space.start("city")
    ended = space.firm.transfers.wait(begun.id, timeout_s=60)
    if ended.state == "COMPLETED":
        space.check(ended, tmp_path)
    else:
        assert ended.state == "TERMINATED"
        assert ended.ended
        assert ended.ended.reason
    until(lambda: space.flows() == {"one": 0})
