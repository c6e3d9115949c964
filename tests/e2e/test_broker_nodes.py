"""Two processes of one broker on one database: each has its own index, one crawls, and a kill loses nothing."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connector.cli.main import main
from tests.e2e.live import Live, environment, until
from tests.e2e.replicas import set_values, use_database
from tests.store.postgres.server import make_database_now

pytestmark = pytest.mark.postgres

FIRST, SECOND = "broker", "broker2"
_CRAWL_S = 1


class BrokerNodes:
    """A city, and a broker of two processes on one database."""

    def __init__(self, live: Live) -> None:
        self.live = live
        first = live.stage.actors[FIRST]
        use_database(first.settings, make_database_now())
        set_values(first.settings, "broker", {"crawl_seconds": _CRAWL_S})
        ports = {name: port + 60 for name, port in first.ports.items()}
        folder = first.directory.with_name(SECOND)
        shutil.copytree(first.directory, folder)
        second = live.stage.actors[SECOND] = replace(first, directory=folder, ports=ports)
        for section in ("protocol", "management", "web", "broker"):
            if section in ports:
                set_values(second.settings, section, {"port": ports[section]})

    def offer(self, *names: str) -> None:
        """Offer files of the city."""
        for name in names:
            (self.live.data / name).write_bytes(b"street;cars\n")
            self.live.offer(name)

    def ask(self, word: str, path: str, **query: str | int) -> dict[str, Any]:
        """Return what one process answers to anybody."""
        port = self.live.stage.actors[word].ports["broker"]
        answer = httpx.get(f"http://127.0.0.1:{port}/v1/{path}", params=query, timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def start(self, word: str) -> None:
        """Start a process and wait until it says that it has an index: without one it refuses searches.

        The second one has the secret of the first, which the first makes when it starts for the first time.
        """
        if word == SECOND:
            first, second = (self.live.stage.actors[name].directory for name in (FIRST, SECOND))
            shutil.copy2(first / "store.secret", second)
        self.live.start(word)
        port = self.live.stage.actors[word].ports["broker"]
        until(lambda: httpx.get(f"http://127.0.0.1:{port}/ready", timeout=10).status_code == 200)

    def search(self, word: str) -> list[str]:
        """Return the titles of all that a search at one process finds."""
        return sorted(item["title"]["de"] for item in self.ask(word, "search")["items"])

    def follow(self, *words: str) -> list[str]:
        """Return the datasets of all changes, read in pages of one, each page at the next of some processes."""
        after, found = None, []
        for at in range(100):
            query = {"limit": 1} if after is None else {"limit": 1, "after": after}
            page = self.ask(words[at % len(words)], "changes", **query)
            if not page["items"]:
                return found
            found.append(page["items"][0]["id"])
            after = page["next"]
        raise AssertionError("the changes do not end")


@pytest.fixture
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerNodes]:
    live = Live(tmp_path_factory.mktemp("nodes"))
    # The test looks again every millisecond, and the two processes share what one address may ask.
    with environment(DATENKONTOR_BROKER__CRAWL_SECONDS=str(_CRAWL_S), DATENKONTOR_LIMITS__FAILURES_PER_SECOND="10000"):
        yield BrokerNodes(live)
    live.close()


def test_a_killed_leader_is_replaced_and_nothing_is_lost_or_doubled(nodes: BrokerNodes) -> None:
    live = nodes.live
    live.start("city")
    nodes.start(FIRST)
    nodes.offer("a.csv", "b.csv")
    until(lambda: nodes.search(FIRST) == ["a.csv", "b.csv"])
    # A process that is started later catches up from the change numbers, and its answers page as those of the other.
    nodes.start(SECOND)
    until(lambda: nodes.search(SECOND) == ["a.csv", "b.csv"])
    assert "takes in for the broker" not in live.log(SECOND)
    assert len(nodes.follow(FIRST, SECOND)) == 2
    live.kill(FIRST)
    assert nodes.search(SECOND) == ["a.csv", "b.csv"]
    nodes.offer("c.csv")
    until(lambda: nodes.search(SECOND) == ["a.csv", "b.csv", "c.csv"])
    assert "takes in for the broker" in live.log(SECOND)
    # The first one comes again, without its index: it reads all changes, and leaves the lead where it is.
    for index in live.stage.actors[FIRST].directory.glob("record*"):
        shutil.rmtree(index) if index.is_dir() else index.unlink()
    nodes.start(FIRST)
    until(lambda: nodes.search(FIRST) == ["a.csv", "b.csv", "c.csv"])
    changes = nodes.follow(FIRST, SECOND)
    assert len(changes) == len(set(changes)) == 3
    assert changes == nodes.follow(SECOND) == nodes.follow(FIRST)
    for word in (FIRST, SECOND):
        assert "Traceback" not in live.log(word)


def test_a_leader_that_stood_still_is_fenced_and_nothing_is_lost_or_doubled(nodes: BrokerNodes) -> None:
    live = nodes.live
    live.start("city")
    nodes.start(FIRST)
    nodes.start(SECOND)
    nodes.offer("a.csv")
    until(lambda: nodes.search(FIRST) == nodes.search(SECOND) == ["a.csv"])
    still = live.stage.processes[FIRST]
    assert "takes in for the broker" in live.log(FIRST)
    os.kill(still.pid, signal.SIGSTOP)
    try:
        until(lambda: "takes in for the broker" in live.log(SECOND))
        nodes.offer("b.csv")
        until(lambda: nodes.search(SECOND) == ["a.csv", "b.csv"])
    finally:
        os.kill(still.pid, signal.SIGCONT)
    # It writes nothing more, and ends: whoever supervises it starts it again.
    end = time.monotonic() + 60
    while still.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert still.poll() not in (None, 0)
    live.stage.processes.pop(FIRST)
    nodes.offer("c.csv")
    until(lambda: nodes.search(SECOND) == ["a.csv", "b.csv", "c.csv"])
    nodes.start(FIRST)
    until(lambda: nodes.search(FIRST) == ["a.csv", "b.csv", "c.csv"])
    changes = nodes.follow(FIRST, SECOND)
    assert len(changes) == len(set(changes)) == 3
    assert changes == nodes.follow(SECOND) == nodes.follow(FIRST)


def test_the_operator_reads_the_sources_of_a_broker_on_a_database(
    nodes: BrokerNodes, capsys: pytest.CaptureFixture[str]
) -> None:
    live = nodes.live
    live.start("city")
    nodes.start(FIRST)
    nodes.offer("a.csv")
    until(lambda: nodes.search(FIRST) == ["a.csv"])
    settings = str(live.stage.actors[FIRST].settings)
    capsys.readouterr()
    assert main(["broker", "source", "list", "--settings", settings, "--json"]) == 0
    (source,) = [one for one in json.loads(capsys.readouterr().out)["items"] if one["datasets"]]
    assert (source["kind"], source["liveness"], source["datasets"]) == ("participant", "ONLINE", 1)
    # Who looks leads nobody: the process that takes in goes on.
    nodes.offer("b.csv")
    until(lambda: nodes.search(FIRST) == ["a.csv", "b.csv"])
    main(["doctor", "--settings", settings, "--json"])
    checks = json.loads(capsys.readouterr().out)
    assert [check for check in checks["checks"] if check["name"] == "store" and check["ok"] is False] == []
