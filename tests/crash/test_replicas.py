"""Two replicas a side on PostgreSQL: any is killed, stands still or loses an answer, and nothing is lost or twice.

PostgreSQL itself is killed too, and a standby takes its place. Each request goes to the next replica, so each life
shares the events out among them anew, and a point is one of those that its process has had.
"""

import asyncio
import hashlib
import random
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from connector.client import Connector
from connector.client.frame.errors import ClientError
from connector.views.assets import AssetOrder, DataClass
from tests.crash import matrix, scenario
from tests.crash.replicated import SILENT_S, House, Waker, build_on
from tests.crash.space import OFFERED, STUCK_S, Side, Space, Stuck, space
from tests.store.postgres.server import PostgresServer, make_database_now

pytestmark = [pytest.mark.crash, pytest.mark.postgres]

SERVER_KILLS = 12
LARGE = 200_000_000
"""How many bytes are moved so slowly that the process can be killed that moves them."""
PAUSES = 6
"""How many pauses of each process."""


def check(name: str, rows: list[matrix.Row]) -> None:
    found = matrix.summary(rows)
    print(f"\n{matrix.table(rows)}\n{found}")
    matrix.write(name, {**found, "rows": msgspec.to_builtins(rows)})
    assert (found["lost"], found["duplicated"], found["stuck"]) == (0, 0, 0)


def count_points(both: Space, kind: str, live: matrix.Life = scenario.once) -> dict[str, int]:
    """Return how many events each process has in a life, where both of a side have as many."""
    happened = matrix.events(both, kind, live)
    return {
        victim.name: sum(len(happened[other.name]) for other in side.victims) // len(side.victims)
        for side in both.sides.values()
        for victim in side.victims
    }


def test_a_kill_of_any_replica_at_every_write_and_every_send_is_survived(tmp_path: Path) -> None:
    with space(tmp_path, build_on(make_database_now)) as both:
        rows = [
            matrix.strike(both, both.victims[name], point)
            for name, count in count_points(both, "start").items()
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


def find_mover(side: House, pid: str) -> Side | None:
    """Return the process of a side that moves the flow of a transfer of the firm."""
    found = side.rows(
        "SELECT replicas.name FROM flows JOIN replicas ON epoch = mover JOIN processes p ON p.id = flows.id "
        f"WHERE '{pid}' IN (p.id, p.peer_pid)"
    )
    moving = {int(name.split(" ")[0].rpartition(":")[2]) for (name,) in found}
    return next((victim for victim in side.victims if victim.pid in moving), None)


def until_completed(firm: Connector, pid: str) -> None:
    """Wait for the end of a transfer, and start nothing again."""
    deadline = time.monotonic() + STUCK_S
    while time.monotonic() < deadline:
        with suppress(ClientError):
            found = firm.transfers.show(pid)
            assert found.state != "TERMINATED", found.ended
            if found.state == "COMPLETED":
                return
        time.sleep(0.1)
    raise Stuck("the flow of a killed replica does not go on")


def test_what_a_killed_replica_moved_arrives_by_another_one_before_it_is_started_again(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(LARGE)
    with space(tmp_path, build_on(make_database_now)) as both:
        (tmp_path / "offered" / "large.bin").write_bytes(content)
        city, firm = both.city.client, both.firm.client
        order = AssetOrder(
            title={"de": "Viel"},
            source={"kind": "file", "path": "large.bin"},
            policy=OFFERED,
            data_class=DataClass.OPEN,
            licence="cc-by/4.0",
            media_type="application/octet-stream",
        )
        both.dataset = city.assets.publish(city.assets.add(order).id).id
        agreement = scenario.negotiate(both)
        for push, side in ((False, both.firm), (True, both.city)):
            pid = firm.transfers.start(agreement, push=push).id
            victim = both.until(lambda pid=pid, side=side: find_mover(side, pid), "its mover")
            victim.kill()
            until_completed(firm, pid)
            files = [file.sha256 for file in firm.transfers.files(pid).items]
            assert files == [hashlib.sha256(content).hexdigest()]
            both.revive()


class Hit(threading.Thread):
    """Does something to the server at a moment of the scenario; `done_at` is when it was over."""

    def __init__(self, after_s: float, act: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._after_s, self._act = after_s, act
        self.done_at = 0.0

    def run(self) -> None:
        """Wait for the moment, and do it."""
        time.sleep(self._after_s)
        self._act()
        self.done_at = time.monotonic()


def strike_server(both: Space, point: int, event: str, hit: Hit) -> matrix.Row:
    """Live through the scenario while something happens to the server; a process that dies of it is started again."""
    hit.start()
    lost = stuck = 0
    why = ""
    try:
        scenario.once(both)
    except Stuck as error:
        stuck, why = 1, str(error)
    except AssertionError as error:
        lost, why = 1, str(error)
    ended = time.monotonic()
    hit.join()
    both.revive()
    deadline = time.monotonic() + 60
    while both.unended() and time.monotonic() < deadline:
        time.sleep(0.1)
    apart, twice, open_ = both.unequal(), both.duplicated(), both.unended()
    return matrix.Row(
        side="server",
        point=point,
        event=event,
        killed=True,
        lost=lost + len(apart),
        duplicated=len(twice),
        stuck=stuck + len(open_),
        recovery_s=round(max(ended - hit.done_at, 0.0), 3),
        why="; ".join([why, *apart, *twice, *open_]).strip("; "),
    )


def test_a_server_that_is_killed_and_started_again_loses_nothing(tmp_path: Path) -> None:
    server = PostgresServer()

    def crash() -> None:
        server.kill()
        server.start()

    try:
        with space(tmp_path, build_on(lambda: make_database_now(server.url))) as both:
            began = time.monotonic()
            scenario.once(both)
            life_s = time.monotonic() - began
            rows = [
                strike_server(both, number, "the server is killed", Hit(life_s * number / SERVER_KILLS, crash))
                for number in range(SERVER_KILLS)
            ]
    finally:
        server.remove()
    check("server killed", rows)


def test_a_standby_that_takes_the_place_of_a_killed_server_has_everything(tmp_path: Path) -> None:
    first = PostgresServer("-c wal_level=replica")
    standby = PostgresServer(follows=first)
    asyncio.run(first.wait_for_standby())

    def make() -> str:
        name = make_database_now(first.url).rpartition("/")[2]
        hosts = f"127.0.0.1:{first.port},127.0.0.1:{standby.port}"
        return f"postgresql://postgres@{hosts}/{name}?target_session_attrs=read-write"

    def fail_over() -> None:
        first.kill()
        standby.promote()

    try:
        with space(tmp_path, build_on(make)) as both:
            began = time.monotonic()
            scenario.once(both)
            moment = (time.monotonic() - began) / 2
            rows = [strike_server(both, 1, "the standby takes over", Hit(moment, fail_over))]
            rows.append(strike_server(both, 2, "nothing more", Hit(0, lambda: None)))
    finally:
        standby.remove()
        shutil.rmtree(first.folder, ignore_errors=True)
    check("standby", rows)
