"""A broker killed while members push at the same time, two of them and one twice: no statement lost, and no ghost."""

import asyncio
import random
import re
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.app.identities import Wiring, build_identity
from connector.app.parts import OWNER, read_clock
from connector.net.addresses import NetPolicy
from connector.net.client import GuardedClient
from connector.ports.identity import Intent, Mechanism
from connector.protocol.credential import MEDIA_TYPE, name_description, write_credential
from tests.crash import matrix
from tests.crash.crawling import write_world
from tests.crash.test_crawling import Killable, Reader
from tests.e2e.live import free_base
from tests.pair.space import SOON, Space, participant
from tests.support.transport import InProcess

pytestmark = pytest.mark.crash

KILLS, SEED = 16, 11
SUBJECTS = 5
SETTLED_S = 60.0
PATIENCE_S = 20.0
PUSHERS = ("a", "a", "b")


class Pusher:
    """Pushes versions of a member's datasets and withdraws some, until the broker is killed.

    `said` is the last version of each subject that the broker answered (0: withdrawn), `open` one whose answer is out.
    """

    def __init__(self, space: Space, name: str, number: int, base: str) -> None:
        self.name, self._base = name, base
        client = GuardedClient(NetPolicy(), InProcess())
        wiring = Wiring(owner=OWNER, settings=space.settings(name, SOON), client=client, clock=read_clock)
        self._identity = asyncio.run(build_identity(wiring))
        self._rng = random.Random(SEED + number)
        self._versions = iter(range(number + 1, 1_000_000, len(PUSHERS)))
        self.said: dict[str, int] = {}
        self.open: dict[str, int] = {}
        self.answers = 0
        self.refused: list[str] = []
        self._over = threading.Event()

    def begin(self) -> None:
        self._over.clear()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._push()), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def forget(self) -> int:
        """Forget what was said before a kill; return how often the broker answered."""
        answered, self.answers = self.answers, 0
        self.said.clear()
        self.open.clear()
        return answered

    async def _push(self) -> None:
        async with httpx.AsyncClient(base_url=self._base, timeout=30.0) as http:
            while not self._over.is_set():
                try:
                    await self._push_one(http, self._identity)
                except httpx.HTTPError:
                    return

    async def _push_one(self, http: httpx.AsyncClient, identity: Mechanism) -> None:
        subject = name_subject(self.name, self._rng.randrange(SUBJECTS))
        version = next(self._versions) if self._rng.random() < 0.8 else 0
        path = f"/v1/self-descriptions/{name_description(participant(self.name), subject)}"
        headers = {"Authorization": await identity.issue_token(participant("broker"), Intent.SEARCH)}
        self.open[subject] = version
        if version:
            assert identity.credentials is not None
            secured = identity.credentials.sign_credential(write(self.name, subject, version))
            answer = await http.put(path, content=secured, headers={**headers, "Content-Type": MEDIA_TYPE})
        else:
            answer = await http.delete(path, headers=headers)
        if answer.status_code in {200, 201, 204, 404}:
            self.said[subject] = self.open.pop(subject)
            self.answers += 1
        elif answer.status_code == 503:
            # Its source is being written: nothing has changed.
            del self.open[subject]
        else:
            self.refused.append(answer.text)


def name_subject(name: str, number: int) -> str:
    return f"urn:{name}:pushed:{number}"


def write(name: str, subject: str, version: int) -> bytes:
    service = {
        "@type": "DataService",
        "@id": f"urn:{name}:service",
        "endpointURL": f"https://{name}.example/dsp/2025-1",
    }
    statement: dict[str, Any] = {
        "@id": subject,
        "@type": "Dataset",
        "dct:title": f"Schub v{version}",
        "hasPolicy": [{"@id": f"{subject}:offer", "@type": "Offer", "permission": [{"action": "use"}]}],
        "distribution": [{"@type": "Distribution", "format": "HttpData-PULL", "accessService": service}],
    }
    times = {"valid_from": "2026-01-01T00:00:00Z", "valid_until": "2099-01-01T00:00:00Z"}
    return write_credential(participant(name), statement, **times)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Killable, Space, str]]:
    space = Space(tmp_path)
    space.found("a", "b")
    write_world(tmp_path, {"a": {"1": ("Katalog", 1)}, "b": {"1": ("Katalog", 1)}, "portal": {}})
    port = free_base(1)
    killable = Killable(tmp_path, port, "signed", record="broker/record.sqlite")
    try:
        yield killable, space, f"http://127.0.0.1:{port}"
    finally:
        killable.close()


def read_pushed(http: httpx.Client, name: str, subject: str) -> int:
    """Return the version that the broker keeps, 0 if there is none."""
    answer = http.get(f"/v1/self-descriptions/{name_description(participant(name), subject)}")
    if answer.status_code == 404:
        return 0
    payload = answer.raise_for_status().content.split(b".")[1]
    (version,) = re.findall(rb"Schub v([0-9]+)", urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    return int(version)


def test_statements_of_members_that_push_at_the_same_time_survive_every_kill(
    broker: tuple[Killable, Space, str],
) -> None:
    killable, space, base = broker
    rng, wrong, kept, answered = random.Random(SEED), list[str](), dict[str, int](), 0
    pushers = [Pusher(space, name, number, base) for number, name in enumerate(PUSHERS)]
    with httpx.Client(base_url=base, timeout=30.0) as http:
        reader = Reader(http)
        killable.fork()
        killable.await_ready()
        for _ in range(KILLS):
            for pusher in pushers:
                pusher.begin()
            # After so many answers and a moment more, within which the next ones are on their way.
            most, latest = rng.randrange(2, 12), time.monotonic() + PATIENCE_S
            while sum(pusher.answers for pusher in pushers) < most and time.monotonic() < latest:
                reader.search("Schub")
            time.sleep(rng.random() / 20)
            killable.kill()
            for pusher in pushers:
                pusher.end()
            killable.fork()
            killable.await_ready()
            wrong += compare(http, pushers, kept)
            answered += sum(pusher.forget() for pusher in pushers)
        wrong += settle(http, reader)
    found = {"kills": KILLS, "answered": answered, "wrong": wrong}
    print(f"\n{found}")
    matrix.write("a broker killed while members push", found)
    assert (wrong, [pusher.refused for pusher in pushers], reader.backwards) == ([], [[], [], []], [])
    assert answered > KILLS


def compare(http: httpx.Client, pushers: list[Pusher], before: dict[str, int]) -> list[str]:
    """Return the subjects of which the broker keeps what nobody said last; `before` is what it kept before the kill."""
    wrong = []
    for name in sorted(set(PUSHERS)):
        own = [pusher for pusher in pushers if pusher.name == name]
        for subject in (name_subject(name, number) for number in range(SUBJECTS)):
            kept = read_pushed(http, name, subject)
            said = {pusher.said[subject] for pusher in own if subject in pusher.said} or {before.get(subject, 0)}
            said |= {pusher.open[subject] for pusher in own if subject in pusher.open}
            if kept not in said:
                wrong.append(f"{subject} is v{kept}, and v{sorted(said)} were said last")
            before[subject] = kept
    return wrong


def settle(http: httpx.Client, reader: Reader) -> list[str]:
    """Wait until the feed and the search have exactly what is kept; return what differs."""
    kept = {
        (participant(name), subject): f"Schub v{version}"
        for name in set(PUSHERS)
        for subject in (name_subject(name, number) for number in range(SUBJECTS))
        if (version := read_pushed(http, name, subject))
    }
    deadline = time.monotonic() + SETTLED_S
    while time.monotonic() < deadline:
        reader.follow()
        feed = {key: title for key, title in reader.present.items() if title.startswith("Schub")}
        found = reader.find_all("Schub") if reader.search("Schub") is not None else {}
        if feed == found == kept:
            return []
        time.sleep(0.05)
    return [f"kept {sorted(kept.values())}, feed {sorted(feed.values())}, search {sorted(found.values())}"]
