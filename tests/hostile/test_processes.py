"""Real processes under fire: an attacked one answers `/health` as an idle one does, and its memory and files stay.

What is compared is how many answers come late, in the attacked process and in an idle one beside it.
"""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.binding.dsp.client import CATALOG_BYTES
from connector.cli.setup import plan
from connector.client import Connector
from connector.client.frame.errors import ClientError
from tests.e2e.live import Live, environment, free_base
from tests.hostile.pulse import Pulse, felt
from tests.hostile.test_answers import MANNERS, Liar, catalogue, costly_offer, dataset, fill, lying
from tests.hostile.test_heartbeat import BASE, HOSTILE, MIB, Member, Target, policies_that_take_long

pytestmark = pytest.mark.e2e

MEMORY_MOST = 96 * MIB
LONG_S = 2.0
# Costly policies are honest work: on a busy machine, only its processor time on the event loop says something.
FELT = [harm for harm in HOSTILE if harm is not policies_that_take_long]


class Stand(Live):
    """A city and a firm, the broker, and a member `other` that tests play."""

    def __init__(self, base: Path, *, scheme: str = "http") -> None:
        super().__init__(base, scheme=scheme)
        self.other = self.stage.set_up("other", "Andere", port_base=free_base())
        home = self.stage.actors["broker"].directory
        roster.add(home / plan.MEMBERS, cards.make_member(cards.read_card(self.other.directory / plan.CARD)))
        roster.publish(home / plan.MEMBERS, home / plan.LIST, cards.load_key(home / plan.KEY), now=datetime.now(UTC))
        (self.data / "counts.csv").write_bytes(b"street;cars\n")

    def port(self, word: str) -> int:
        """Return the port at which a process answers `/health`."""
        return self.stage.actors[word].ports["broker" if word == "broker" else "management"]

    def pid(self, word: str) -> int:
        return self.stage.processes[word].pid

    def memory(self, word: str) -> int:
        pages = int(Path(f"/proc/{self.pid(word)}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def files(self, word: str) -> int:
        return len(list(Path(f"/proc/{self.pid(word)}/fd").iterdir()))


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    made = Stand(tmp_path_factory.mktemp("stand"))
    with environment(DATENKONTOR_BROKER__CRAWL_SECONDS="1"):
        made.start("city", "firm")
        made.stage.start("broker")
        made.stage.await_ready("broker")
    yield made
    made.close()
    made.stage.stop()


class Outside(Target):
    """The city's process, seen by the member `other`."""

    def __init__(self, stand: Stand) -> None:
        asset = stand.city.assets.show(stand.offer("counts.csv"))
        addresses = {
            name: f"http://127.0.0.1:{stand.stage.actors['city'].ports[name]}"
            for name in ("protocol", "data", "management")
        }
        key = cards.load_key(stand.other.directory / plan.KEY)
        callback = f"http://127.0.0.1:{stand.other.ports['protocol']}{BASE}"
        super().__init__(addresses, stand.city_id, (asset.offer_id, asset.id), Member(stand.other.id, key, callback))
        self.city = stand.city

    async def is_decided(self, pid: str) -> bool:
        found = await asyncio.to_thread(self.city.negotiations.show, pid)
        return found.state != "REQUESTED" or bool(found.pending or found.hold)


@pytest.mark.parametrize("harm", FELT)
def test_a_process_under_fire_answers_like_an_idle_one(stand: Stand, harm: Callable[[Target], Awaitable[None]]) -> None:
    target = Outside(stand)
    before, files = stand.memory("city"), stand.files("city")
    with felt(stand.port("city"), stand.port("firm")) as pulse:
        asyncio.run(repeat(harm, target))
    pulse.check(stand.port("city"), stand.port("firm"))
    assert stand.memory("city") - before <= MEMORY_MOST
    assert stand.files("city") - files <= 20


async def repeat(harm: Callable[[Target], Awaitable[None]], target: Target) -> None:
    """Do harm for some time, so that enough answers are compared."""
    until = time.monotonic() + LONG_S
    while True:
        await harm(target)
        if time.monotonic() > until:
            return


SIZE = CATALOG_BYTES - 100_000
COSTLY: dict[str, Callable[[], bytes]] = {
    "lists": lambda: catalogue(fill(b"[]", SIZE)),
    "members": lambda: catalogue(fill(b'{"a":{"b":[0]}}', SIZE)),
    "texts": lambda: catalogue(fill(b'""', SIZE)),
    "datasets": lambda: catalogue(fill(dataset(description="a, b, c " * 300), SIZE)),
    "policies": lambda: catalogue(fill(dataset(hasPolicy=[costly_offer(400)] * 4), SIZE)),
    "deep": lambda: b'{"dataset":' + b"[" * SIZE,
    "one text": lambda: catalogue(dataset(description="x" * SIZE)),
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_consumer_and_the_broker_that_read_costly_catalogues_answer_like_an_idle_process(
    stand: Stand, name: str
) -> None:
    liar = Liar(COSTLY[name](), "compressed")
    before = {word: stand.memory(word) for word in ("firm", "broker")}
    with lying(liar, stand.other.ports["protocol"]), pulses(stand) as pulse:
        consume(stand.firm, stand.other.id, 3)
    assert liar.asked >= 3
    for word in ("firm", "broker"):
        pulse.check(stand.port(word), stand.port("city"))
        assert stand.memory(word) - before[word] <= 3 * MEMORY_MOST


@pytest.mark.parametrize("manner", MANNERS)
def test_no_manner_of_answering_holds_up_a_consumer_or_the_broker(stand: Stand, manner: str) -> None:
    liar = Liar(catalogue(dataset()), manner)
    with lying(liar, stand.other.ports["protocol"]), pulses(stand) as pulse:
        consume(stand.firm, stand.other.id, 2)
    assert liar.asked
    for word in ("firm", "broker"):
        pulse.check(stand.port(word), stand.port("city"))


def pulses(stand: Stand) -> contextlib.AbstractContextManager[Pulse]:
    """Feel the consumer, the broker, and the idle city beside them."""
    return felt(stand.port("firm"), stand.port("broker"), stand.port("city"))


def consume(firm: Connector, other: str, times: int) -> None:
    """Ask for a page as a person does, for a second at least, in which the broker crawls too."""
    until = time.monotonic() + LONG_S
    for number in itertools.count():
        with contextlib.suppress(ClientError):
            firm.catalog.fetch(other)
        if number >= times - 1 and time.monotonic() > until:
            return
