"""A broker that is killed while it posts to a webhook: each hit is told, and a repeated message has its identifier."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.crawling import HOOK, POSTED, TOKEN, State, write_world
from tests.crash.test_crawling import Killable
from tests.e2e.live import free_base

pytestmark = pytest.mark.crash

KILLS = 24
SEED = 11
SETTLED_S = 60.0


@pytest.fixture
def port(tmp_path: Path) -> Iterator[tuple[Killable, httpx.Client]]:
    write_world(tmp_path, {"a": {}, "b": {}, "portal": {}})
    number = free_base(1)
    killable = Killable(tmp_path, number)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{number}/v1", timeout=30.0) as http:
            http.headers["Authorization"] = f"Bearer {TOKEN}"
            yield killable, http
    finally:
        killable.close()


def read_posted(folder: Path) -> list[tuple[str, list[str]]]:
    """Return the messages that arrived: the identifier of each, and those of its hits."""
    lines = (folder / POSTED).read_text().splitlines() if (folder / POSTED).exists() else []
    messages: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [(one["id"], [f"{item['id']}@{item['seq']}" for item in one["items"]]) for one in messages]


def test_no_hit_is_lost_and_none_has_two_identifiers(port: tuple[Killable, httpx.Client], tmp_path: Path) -> None:
    (killable, http), rng = port, random.Random(SEED)
    killable.fork()
    killable.await_ready()
    saved = http.post("/searches", json={"name": "Probe", "parameters": {"q": "probe", "stale": True}})
    path = f"/searches/{saved.raise_for_status().json()['id']}"
    http.put(f"{path}/webhook", json={"url": HOOK}).raise_for_status()
    offered: dict[str, tuple[str, int]] = {}
    state: State = {"a": offered, "b": {}, "portal": {}}
    for kill in range(KILLS):
        offered |= {str(100 * kill + more): ("Probe", 1) for more in range(rng.randrange(1, 9))}
        write_world(tmp_path, state)
        time.sleep(rng.random() * 1.2)
        killable.kill()
        killable.fork()
        killable.await_ready()
    wanted = {f"urn:a:{number}" for number in offered}
    deadline = time.monotonic() + SETTLED_S
    told: set[str] = set()
    while told < wanted and time.monotonic() < deadline:
        time.sleep(0.05)
        told = {hit.partition("@")[0] for _, hits in read_posted(tmp_path) for hit in hits}
    posted = read_posted(tmp_path)
    assert told == wanted
    messages_of = Counter(hit for hits in dict(posted).values() for hit in hits)
    assert [hit for hit, count in messages_of.items() if count > 1] == []
