"""A data plane is killed for good: another one with the same labels takes its flows over, with every byte and use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import environment, until
from tests.e2e.planes import PlanesLive
from tests.e2e.test_uses import ONCE

pytestmark = pytest.mark.e2e


@pytest.fixture
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanesLive]:
    made = PlanesLive(tmp_path_factory.mktemp("moving"))
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start("city", "firm")
        for name in ("one", "two"):
            made.found_plane(name)
        yield made
        made.close()


def kill_who_has_it(space: PlanesLive) -> None:
    """Kill the data plane that has the only flow."""
    (name,) = [name for name, count in space.flows().items() if count]
    space.end_plane(name)


@pytest.mark.parametrize("push", [False, True])
def test_a_transfer_is_completed_by_another_data_plane(space: PlanesLive, tmp_path: Path, push: bool) -> None:
    begun = space.firm.transfers.start(space.agree(space.offer_at()), push=push)
    until(lambda: space.arriving() > 0)
    kill_who_has_it(space)
    space.check(space.completed(begun.id), tmp_path)


@pytest.mark.parametrize("push", [False, True])
def test_the_only_use_that_a_killed_plane_had_begun_is_finished_and_counts_once(
    space: PlanesLive, tmp_path: Path, push: bool
) -> None:
    order = AssetOrder(
        title={"en": "once"},
        source={"kind": "plane", "labels": ["large"], "address": {"kind": "file", "path": "large.bin"}},
        policy=ONCE,
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
    )
    agreement = space.agree(space.city.assets.publish(space.city.assets.add(order).id).id)
    begun = space.firm.transfers.start(agreement, push=push)
    until(lambda: space.arriving() > 0)
    kill_who_has_it(space)
    space.check(space.completed(begun.id), tmp_path)
    again = space.firm.transfers.wait(space.firm.transfers.start(agreement, push=push).id, timeout_s=30)
    assert again.state == "TERMINATED"
