"""Data planes in processes of their own: driven, drained, replaced and killed, with every byte as it was offered."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.live import WAIT_S, environment, until
from tests.e2e.planes import PlanesLive

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanesLive]:
    made = PlanesLive(tmp_path_factory.mktemp("planes"))
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start("city", "firm")
        made.found_plane("one")
        yield made
        made.close()


@pytest.fixture(scope="module")
def agreement(space: PlanesLive) -> str:
    return space.agree(space.offer_at())


def test_data_at_a_data_plane_of_its_own_is_pulled_from_there(
    space: PlanesLive, agreement: str, tmp_path: Path
) -> None:
    begun = space.firm.transfers.start(agreement)
    space.check(space.completed(begun.id), tmp_path)
    assert space.flows() == {"one": 0}
    log = (space.stage.base / "plane-one" / "log.txt").read_text()
    assert "Traceback" not in log + space.log("city")


@pytest.mark.parametrize("victim", ["plane", "city", "firm"])
def test_a_pull_goes_on_where_a_killed_process_left_it(
    space: PlanesLive, agreement: str, victim: str, tmp_path: Path
) -> None:
    begun = space.firm.transfers.start(agreement)
    until(lambda: space.arriving() > 0)
    time.sleep(random.random() * 0.05)
    if victim == "plane":
        space.end_plane("one")
        space.run_plane("one")
    else:
        space.kill(victim)
        space.start(victim)
    space.check(space.completed(begun.id), tmp_path)


def test_a_drained_plane_gets_no_new_flows_and_its_flows_go_on(
    space: PlanesLive, agreement: str, tmp_path: Path
) -> None:
    running = space.firm.transfers.start(agreement)
    until(lambda: space.arriving() > 0)
    assert space.city.dataplanes.drain("urn:plane:one").state == "draining"
    space.found_plane("two")
    other = space.firm.transfers.start(space.agree(space.offer_at()))
    space.check(space.completed(running.id), tmp_path)
    space.check(space.completed(other.id), tmp_path)
    until(lambda: space.flows() == {"one": 0, "two": 0})
    space.city.dataplanes.remove("urn:plane:one")
    assert list(space.flows()) == ["two"]


def test_a_revoked_flow_stops_at_once(space: PlanesLive) -> None:
    begun = space.firm.transfers.start(space.agree(space.offer_at()))
    until(lambda: space.firm.transfers.show(begun.id).state == "STARTED")
    theirs = space.firm.transfers.show(begun.id).peer_pid or ""
    address = f"http://127.0.0.1:{space.ports + 1}/flows/{theirs}"
    space.city.transfers.terminate(theirs, reason="withdrawn")
    assert httpx.get(address, timeout=WAIT_S).status_code == 401
    ended = space.firm.transfers.wait(begun.id, timeout_s=WAIT_S)
    assert ended.state == "TERMINATED"


def test_a_plane_that_stays_away_ends_its_transfers_with_the_reason(space: PlanesLive) -> None:
    begun = space.firm.transfers.start(space.agree(space.offer_at()))
    until(lambda: space.firm.transfers.show(begun.id).state == "STARTED")
    space.end_plane("two")
    theirs = space.city.transfers.wait(space.firm.transfers.show(begun.id).peer_pid or "", timeout_s=60)
    assert theirs.state == "TERMINATED"
    assert theirs.ended
    assert "urn:plane:two cannot be reached" in theirs.ended.reason
    assert space.firm.transfers.wait(begun.id, timeout_s=WAIT_S).state == "TERMINATED"
    space.run_plane("two")
