"""A broker killed at any moment of crawl, harvest and re-index: no offer lost, no ghost, and a search that answers."""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from connector.store.index.folders import find_unfinished, locate_index
from tests.crash import matrix
from tests.crash.crawling import MEMBERS, TOKEN, State, make_title, name_offer, write_world
from tests.crash.space import Stuck
from tests.e2e.live import free_base

pytestmark = pytest.mark.crash

KILLS = 58
MOMENTS = ("crawl and harvest", "re-index", "start", "storm of notices", "re-index while crawling", "deletion")
SEED = 6
READY_S = 30.0
SETTLED_S = 60.0
# What is offered in the beginning; every tenth offer stays to the end, and has a word of its own.
COUNTS = {"a": 300, "b": 80, "portal": 900}
STAYS = 10
PAGE = 100

Key = tuple[str, str]


class Killable:
    """The zygote of a broker, and the broker that was forked from it last."""

    def __init__(self, folder: Path, port: int, *kind: str, record: str = "record.sqlite") -> None:
        self.pid: int | None = None
        self._index = locate_index(folder / record)
        self._lines: queue.Queue[str] = queue.Queue()
        command = [sys.executable, "-m", "tests.crash.crawling", str(folder), str(port), *kind]
        self._zygote = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=dict(os.environ)
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._zygote.stdout
        with self._zygote.stdout as lines:
            for line in lines:
                self._lines.put(line)

    def fork(self) -> None:
        assert self._zygote.stdin
        self._zygote.stdin.write("start\n")
        self.pid = int(self._await("forked").split()[1])

    def await_ready(self) -> None:
        self._await("ready")

    def is_building(self) -> bool:
        """Return whether an index is being built beside the one that answers."""
        return find_unfinished(self._index) is not None

    def kill(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            self._await("ended")
            self.pid = None

    def close(self) -> None:
        self.kill()
        assert self._zygote.stdin
        self._zygote.stdin.close()
        self._zygote.wait(READY_S)
        self._reader.join(READY_S)

    def _await(self, word: str) -> str:
        try:
            while not (line := self._lines.get(timeout=READY_S)).startswith(word):
                assert not line.startswith("ended"), f"the broker ended before it was {word}: see its log.txt"
        except queue.Empty:
            raise Stuck(f"the broker did not say that it is {word}") from None
        return line


class Reader:
    """Follows the changes over all kills, and searches."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._after: str | None = None
        self._last = 0
        self.slow = 0
        self.present: dict[Key, str] = {}
        self.backwards: list[str] = []

    def follow(self) -> None:
        """Read all changes since the last one."""
        while True:
            page = self._get("/v1/changes", {"after": self._after} if self._after else {})
            for item in page["items"]:
                if item["seq"] <= self._last:
                    self.backwards.append(f"{item['seq']} after {self._last}")
                self._last = item["seq"]
                key = (item["participant"], item["id"])
                if item["removed"]:
                    self.present.pop(key, None)
                else:
                    self.present[key] = _read_title(item["dataset"])
            if int(page["next"]) < int(self._after or 0):
                self.backwards.append(f"position {page['next']} after {self._after}")
            self._after = page["next"]
            if not page["items"]:
                return

    def search(self, text: str) -> int | None:
        """Return how many offers a search finds; None if there is no index yet.

        A search for which a busy machine has no two seconds is asked again, and counted as slow.
        """
        answer = self._http.get("/v1/search", params={"q": text, "limit": 1})
        began = time.monotonic()
        while answer.status_code == 503 and "takes longer" in answer.text and time.monotonic() < began + READY_S:
            self.slow += 1
            answer = self._http.get("/v1/search", params={"q": text, "limit": 1})
        if answer.status_code == 503:
            return None
        total: int = answer.raise_for_status().json()["total"]
        return total

    def find_all(self, text: str) -> dict[Key, str]:
        """Return all offers that a search finds, with their titles."""
        found: dict[Key, str] = {}
        for offset in range(0, sum(COUNTS.values()) + PAGE, PAGE):
            page = self._get("/v1/search", {"q": text, "limit": PAGE, "offset": offset})
            found |= {(item["participant"], item["id"]): _read_text(item["title"]) for item in page["items"]}
        return found

    def nudge(self, member: str) -> int:
        """Send the change notice of a member; return the status of the answer."""
        return self._http.post("/v1/nudge", headers={"Authorization": f"Bearer {member}"}).status_code

    def reindex(self) -> None:
        self._http.post("/v1/reindex", headers={"Authorization": f"Bearer {TOKEN}"}).raise_for_status()

    def _get(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.get(path, params=asked).raise_for_status().json()
        return answer


def _read_title(dataset: dict[str, Any]) -> str:
    (title,) = dataset["dct:title"] if isinstance(dataset["dct:title"], list) else [dataset["dct:title"]]
    return str(title["@value"] if isinstance(title, dict) else title)


def _read_text(texts: dict[str, str]) -> str:
    return next(iter(texts.values()))


class Offers:
    """What the sources offer: it changes, but for the offers that stay."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._folder, self._rng = folder, rng
        self._next = 10_000
        self.state: State = {
            source: {str(number): ("Probe bleibt" if number % STAYS == 0 else "Probe", 1) for number in range(count)}
            for source, count in COUNTS.items()
        }
        self.staying = sum(title == "Probe bleibt" for rows in self.state.values() for title, _ in rows.values())
        write_world(folder, self.state)

    def change(self) -> None:
        """Withdraw some offers, add some, and change some."""
        for rows in self.state.values():
            for number in self._rng.sample(sorted(rows), 12):
                title, version = rows[number]
                if title == "Probe" and self._rng.random() < 0.5:
                    del rows[number]
                    rows[str(self._next)] = ("Probe", 1)
                    self._next += 1
                else:
                    rows[number] = (title, version + 1)
        write_world(self._folder, self.state)

    def delete(self) -> None:
        """Let the portal delete a tenth of what it has, below the share that a second harvest has to confirm."""
        rows = self.state["portal"]
        passing = sorted(number for number, (title, _) in rows.items() if title == "Probe")
        for number in self._rng.sample(passing, len(passing) // 10):
            del rows[number]
        write_world(self._folder, self.state)

    def expected(self) -> dict[Key, str]:
        return {
            name_offer(source, number): make_title(title, version)
            for source, rows in self.state.items()
            for number, (title, version) in rows.items()
        }


class Storm:
    """Change notices of both members, one after the other, as fast as the broker takes them, until it is over."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._blow, daemon=True)
        self.taken = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _blow(self) -> None:
        while not self._over.is_set():
            for name in MEMBERS:
                try:
                    self.taken += self._reader.nudge(name) == httpx.codes.ACCEPTED
                except httpx.HTTPError:
                    # The broker was killed meanwhile.
                    self._over.wait(0.01)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Killable, Reader, Offers, random.Random]]:
    rng = random.Random(SEED)
    offers = Offers(tmp_path, rng)
    port = free_base(1)
    killable = Killable(tmp_path, port)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30.0) as http:
            yield killable, Reader(http), offers, rng
    finally:
        killable.close()


def settle(reader: Reader, offers: Offers) -> list[str]:
    """Wait until the feed and the search have exactly what is offered; return what differs."""
    expected = offers.expected()
    deadline = time.monotonic() + SETTLED_S
    found: dict[Key, str] = {}
    while (reader.present, found) != (expected, expected) and time.monotonic() < deadline:
        time.sleep(0.05)
        reader.follow()
        if reader.present == expected and reader.search("Probe") is not None:
            found = reader.find_all("Probe")
    return [
        f"{what}: {len(expected.items() - there.items())} lost, {len(there.items() - expected.items())} ghosts"
        for what, there in (("feed", reader.present), ("search", found))
        if there != expected
    ]


def live(reader: Reader, offers: Offers, until: float) -> list[str]:
    """Read and search until a moment; return what a search did not answer as it must."""
    wrong = []
    while True:
        began = time.monotonic()
        staying = reader.search("bleibt")
        if staying != offers.staying:
            wrong.append(f"{staying} found of {offers.staying} that stay, {time.monotonic() - began:.2f} s")
        reader.follow()
        if time.monotonic() >= until:
            return wrong


def test_a_broker_killed_at_any_moment_loses_nothing_and_goes_on_answering(
    broker: tuple[Killable, Reader, Offers, random.Random],
) -> None:
    killable, reader, offers, rng = broker
    wrong: list[str] = []
    answered: list[float] = []
    moments: Counter[str] = Counter()
    building = notices = 0
    # The first crawl is killed too: there is no index yet that must answer.
    for _ in range(KILLS // 6):
        killable.fork()
        killable.await_ready()
        time.sleep(rng.random() * 0.6)
        moments["first crawl"] += 1
        killable.kill()
    killable.fork()
    killable.await_ready()
    assert settle(reader, offers) == []
    while moments.total() < KILLS:
        what = MOMENTS[moments.total() % len(MOMENTS)]
        offers.change()
        if what == "deletion":
            offers.delete()
        until = time.monotonic() + rng.random() * 0.8
        if what in {"re-index", "re-index while crawling"}:
            reader.reindex()
            if what == "re-index while crawling":
                offers.change()
                assert {reader.nudge(name) for name in MEMBERS} == {httpx.codes.ACCEPTED}
            # An index of so few offers is built in a moment, up to a second later: the kill waits for it.
            latest = time.monotonic() + 2 * rng.random()
            while not killable.is_building() and time.monotonic() < latest:
                time.sleep(0.002)
            until = 0.0
        with Storm(reader) if what == "storm of notices" else nullcontext() as storm:
            wrong += live(reader, offers, until)
            notices += storm.taken if storm else 0
        moments[what] += 1
        killable.kill()
        building += killable.is_building()
        began = time.monotonic()
        killable.fork()
        if what == "start":
            time.sleep(rng.random() * 0.3)
            killable.kill()
            began = time.monotonic()
            killable.fork()
        killable.await_ready()
        wrong += live(reader, offers, 0)
        answered.append(time.monotonic() - began)
    apart = settle(reader, offers)
    found = {
        "kills": dict(moments),
        "while_an_index_was_built": building,
        "change_notices": notices,
        "slowest_answer_s": round(max(answered), 2),
        "slow_searches": reader.slow,
        "wrong": wrong,
        "apart": apart,
    }
    print(f"\n{found}")
    matrix.write("a broker killed at random moments", found)
    assert (wrong, apart, reader.backwards) == ([], [], [])
    assert max(answered) < READY_S
    assert building > 0, "no kill came while an index was built"
    assert notices > 0, "no change notice was taken"
