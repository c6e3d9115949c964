"""Two processes of one city on one database: nothing is lost or done twice, also when one is killed or stands still."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.e2e.live import Live, environment, until
from tests.e2e.replicas import FIRST, SECOND, Balancer, add_replica, use_database
from tests.store.postgres.server import make_database_now

pytestmark = pytest.mark.postgres

AT_ONCE = 20


class Replicated:
    """The pair, with the balancer in front of the city."""

    def __init__(self, live: Live, balancer: Balancer, dataset: str) -> None:
        self.live, self.balancer, self.dataset = live, balancer, dataset

    def begin(self) -> list[str]:
        """Begin negotiations at the firm."""
        return [self.live.firm.negotiations.start(self.live.city_id, self.dataset).id for _ in range(AT_ONCE)]

    def check(self, begun: list[str]) -> None:
        """Wait for the end of negotiations: each has one agreement, alike on both sides."""
        assert len({self.live.finalized(pid).agreement_id for pid in begun}) == len(begun)


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    live = Live(tmp_path_factory.mktemp("replicas"))
    use_database(live.stage.actors[FIRST].settings, make_database_now())
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        live.start(FIRST, "firm")
        (live.data / "counts.csv").write_bytes(b"street;cars\n")
        dataset = live.offer("counts.csv")
        assert live.end(FIRST, signal.SIGTERM) == 0
        balancer = add_replica(live)
        live.start(FIRST, SECOND)
        yield Replicated(live, balancer, dataset)
        balancer.close()
        live.close()


def test_two_replicas_negotiate_behind_a_balancer_without_loss(city: Replicated) -> None:
    city.check(city.begin())
    assert all(count > 0 for count in city.balancer.given.values()), city.balancer.given
    for word in (FIRST, SECOND, "firm"):
        assert "Traceback" not in city.live.log(word)


@pytest.mark.parametrize("victim", [FIRST, SECOND])
def test_what_a_killed_replica_drove_is_taken_up_by_the_other(city: Replicated, victim: str) -> None:
    begun = city.begin()
    city.live.kill(victim)
    other = city.live.clients[SECOND if victim == FIRST else FIRST]
    city.live.clients[FIRST] = other
    city.check(begun)
    if victim == FIRST:
        del city.live.clients[FIRST]


def test_a_replica_that_stood_still_is_replaced_and_ends_itself(city: Replicated) -> None:
    begun = city.begin()
    still = city.live.stage.processes[SECOND]
    os.kill(still.pid, signal.SIGSTOP)
    try:
        until(lambda: "was silent" in city.live.log(FIRST))
        city.check(begun)
    finally:
        os.kill(still.pid, signal.SIGCONT)
    end = time.monotonic() + 30
    while still.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert still.poll() not in (None, 0)
    assert "has replaced this one" in city.live.log(SECOND)
    city.live.stage.processes.pop(SECOND)
    city.live.clients.pop(SECOND).close()
    city.check(city.begin())
