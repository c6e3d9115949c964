"""A connector pair whose stores are PostgreSQL databases: it negotiates, transfers, and goes on after a kill."""

from collections.abc import Iterator

import pytest

from tests.e2e.live import Live, environment
from tests.e2e.replicas import use_database
from tests.store.postgres.server import make_database_now

pytestmark = pytest.mark.postgres

AT_ONCE = 12


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live(tmp_path_factory.mktemp("pair"))
    for word in ("city", "firm"):
        use_database(made.stage.actors[word].settings, make_database_now())
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start("city", "firm")
        yield made
        made.close()


def test_a_pair_negotiates_and_transfers_on_postgresql(pair: Live) -> None:
    (pair.data / "counts.csv").write_bytes(b"street;cars\nHauptstr.;7\n")
    begun = pair.firm.transfers.start(pair.agree(pair.offer("counts.csv")))
    pair.completed(begun.id)
    for word in ("city", "firm"):
        assert not (pair.stage.actors[word].directory / "store.sqlite").exists()


@pytest.mark.parametrize("victim", ["city", "firm"])
def test_negotiations_go_on_where_a_killed_process_left_them(pair: Live, victim: str) -> None:
    (pair.data / f"{victim}.csv").write_bytes(b"street;cars\n")
    dataset = pair.offer(f"{victim}.csv")
    begun = [pair.firm.negotiations.start(pair.city_id, dataset).id for _ in range(AT_ONCE)]
    pair.kill(victim)
    pair.start(victim)
    agreements = {pair.finalized(pid).agreement_id for pid in begun}
    assert len(agreements) == AT_ONCE
