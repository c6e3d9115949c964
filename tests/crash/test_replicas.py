"""Two replicas a side on PostgreSQL: any is killed, stands still or loses an answer, and nothing is lost or twice.

PostgreSQL itself is killed too, and a standby takes its place. Each request goes to the next replica, so each life
shares the events out among them anew, and a point is one of those that its process has had.
"""

from pathlib import Path

import msgspec
import pytest

from tests.crash import matrix
from tests.crash.replicated import SILENT_S, Waker, build_on
from tests.crash.space import Space, space
from tests.store.postgres.server import make_database_now

pytestmark = [pytest.mark.crash, pytest.mark.postgres]

PAUSES = 6
"""How many pauses of each process."""


def check(name: str, rows: list[matrix.Row]) -> None:
    found = matrix.summary(rows)
    print(f"\n{matrix.table(rows)}\n{found}")
    matrix.write(name, {**found, "rows": msgspec.to_builtins(rows)})
    assert (found["lost"], found["duplicated"], found["stuck"]) == (0, 0, 0)


def count_points(both: Space, kind: str = "start") -> dict[str, int]:
    """Return how many events each process has in a life, where both of a side have as many."""
    happened = matrix.events(both, kind)
    return {
        victim.name: sum(len(happened[other.name]) for other in side.victims) // len(side.victims)
        for side in both.sides.values()
        for victim in side.victims
    }


def test_a_kill_of_any_replica_at_every_write_and_every_send_is_survived(tmp_path: Path) -> None:
    with space(tmp_path, build_on(make_database_now)) as both:
        rows = [
            matrix.strike(both, both.victims[name], point)
            for name, count in count_points(both).items()
            for point in range(1, count + 1)
        ]
    check("replicas killed", rows)
    # The last points of a process are reached only in the lives in which it has more to do than the other one.
    assert sum(row.killed for row in rows) >= 0.75 * len(rows)


def test_an_answer_to_any_commit_that_is_lost_is_asked_for(tmp_path: Path) -> None:
    with space(tmp_path, build_on(make_database_now)) as both:
        rows = [
            matrix.strike(both, both.victims[name], point, "cut")
            for name, count in count_points(both, "cut").items()
            for point in range(1, count + 1)
        ]
    check("answers lost", rows)
    assert sum(row.event != "not reached" for row in rows) >= 0.75 * len(rows)


def test_a_replica_that_stands_still_anywhere_is_replaced_and_stores_nothing_more(tmp_path: Path) -> None:
    rows = []
    with space(tmp_path, build_on(make_database_now)) as both:
        for name, count in count_points(both, "pause").items():
            for point in range(1, count + 1, max(1, count // PAUSES)):
                waker = Waker(both.victims[name], 3 * SILENT_S)
                waker.start()
                rows.append(matrix.strike(both, both.victims[name], point, "pause"))
                waker.enough.set()
                waker.join()
    check("replicas paused", rows)
