"""Two brokers, each of a city, that read each other: real processes, and every crawl follows a change notice."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.app.checking import build_anchors
from connector.app.identities import Wiring, make_identity
from connector.app.parts import OWNER, build_policy, read_clock
from connector.authority import card as cards
from connector.authority import roster
from connector.cli.demo.stage import Actor, Stage
from connector.cli.setup.plan import CARD, KEY, LIST, MEMBERS
from connector.client import Connector
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.identity import Intent
from connector.settings import load
from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import WAIT_S, environment, free_base
from tests.pair.space import PURPOSE, only_for

pytestmark = pytest.mark.e2e

NAMES = ("brunnen.csv", "linden.csv", "parken.csv", "wege.csv")
ROUNDS = 3
GONE_S = 2.0
REST_S = 2.0


class Cities:
    """City A with a broker, a provider and a consumer; city B with a broker; `guest` is a member of both."""

    def __init__(self, base: Path) -> None:
        ports = free_base(60)
        (base / "offered").mkdir()
        self.a, self.b = Stage(base / "a"), Stage(base / "b")
        broker_a = self.a.set_up("broker", "Betreiber A", port_base=ports)
        self.provider = self.a.set_up("city", "Stadt", port_base=ports + 10, data=base / "offered")
        self.firm = self.a.set_up("firm", "Firma", port_base=ports + 20)
        self.guest = self.a.set_up("guest", "Gast", port_base=ports + 30)
        broker_b = self.b.set_up("broker", "Betreiber B", port_base=ports + 40)
        self.brokers = {"a": broker_a, "b": broker_b}
        self._enrol(broker_b, broker_a, self.guest)
        self._enrol(broker_a, broker_b)
        self.a.enrol({"guest": {"purpose": [PURPOSE]}, "firm": {"purpose": [PURPOSE]}})
        self.clients: list[Connector] = []
        self.telling: tuple[Actor, ...] = ()

    def _enrol(self, broker: Actor, *members: Actor) -> None:
        """Let the operator of a broker sign a list with members."""
        home = broker.directory
        for member in members:
            roster.add(home / MEMBERS, cards.make_member(cards.read_card(member.directory / CARD)))
        roster.publish(home / MEMBERS, home / LIST, cards.load_key(home / KEY), now=datetime.now(UTC))

    def start(self) -> None:
        """Start all; the guest searches at broker B, and each broker relays what the other one lists."""
        a, b = self.brokers["a"], self.brokers["b"]
        for stage, own, other in ((self.a, a, b), (self.b, b, a)):
            reader = f'{{participant = "{other.id}", api = "{find_api(other)}"}}' if own in self.telling else ""
            with environment(
                DATENKONTOR_BROKER__RELAYS=json.dumps([other.id]), DATENKONTOR_BROKER__READERS=f"[{reader}]"
            ):
                stage.start("broker")
        with environment(DATENKONTOR_BROKER__PARTICIPANT=b.id, DATENKONTOR_BROKER__API=find_api(b)):
            self.a.start("guest")
        for word in ("city", "firm"):
            self.a.start(word)
        for stage in (self.a, self.b):
            for word in stage.processes:
                stage.await_ready(word)

    def client(self, actor: Actor) -> Connector:
        self.clients.append(actor.client())
        return self.clients[-1]

    def nudge(self, sender: Actor, broker: Actor) -> None:
        """Tell a broker that the catalogue of a participant has changed."""
        self.ask(sender, broker, "POST", "nudge")

    def list_sources(self, broker: Actor) -> dict[str, Any]:
        return {row["participant"]: row for row in self.ask(broker, broker, "GET", "sources")["items"]}

    def list_changes(self, broker: Actor) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(broker, broker, "GET", "changes")["items"]
        return found

    def find(self, broker: Actor) -> list[tuple[str, str, str]]:
        """Return participant, identifier and address of all that a search at a broker finds."""
        items = self.ask(broker, broker, "GET", "search?limit=100")["items"]
        return sorted((item["participant"], item["id"], item["address"]) for item in items)

    def ask(self, sender: Actor, broker: Actor, method: str, path: str) -> Any:
        headers = {"Authorization": asyncio.run(issue_token(sender, broker))}
        answer = httpx.request(method, f"{find_api(broker)}/v1/{path}", headers=headers, timeout=WAIT_S)
        return answer.raise_for_status().json()

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.a.stop()
        self.b.stop()


def find_api(broker: Actor) -> str:
    return f"http://127.0.0.1:{broker.ports['broker']}"


async def issue_token(sender: Actor, audience: Actor) -> str:
    settings = load(sender.settings)
    policy = build_policy(settings)
    transport = SocketTransport(policy, tls=build_anchors(settings))
    try:
        wiring = Wiring(owner=OWNER, settings=settings, client=GuardedClient(policy, transport), clock=read_clock)
        return await make_identity(wiring).issue_token(audience.id, Intent.SEARCH)
    finally:
        await transport.close()


def offer(provider: Connector, base: Path, name: str) -> str:
    (base / "offered" / name).write_bytes(b"a;b\n1;2\n")
    order = AssetOrder(
        title={"de": name},
        source={"kind": "file", "path": name},
        policy=only_for(PURPOSE),
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
    )
    return provider.assets.publish(provider.assets.add(order).id).id


def until(condition: Callable[[], bool], within: float = WAIT_S) -> float:
    """Wait until a condition holds, and return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + within, "what was waited for did not come"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[Cities]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    made = Cities(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.close()


def test_brokers_that_read_each_other_list_each_offer_once_and_keep_no_ghost(cities: Cities, tmp_path: Path) -> None:
    a, b, provider = cities.brokers["a"], cities.brokers["b"], cities.provider
    city = cities.client(provider)
    offered = sorted(offer(city, tmp_path, name) for name in NAMES)
    address = cards.read_card(provider.directory / CARD).address
    expected = [(provider.id, dataset, address) for dataset in offered]
    until(lambda: cities.find(a) == expected)

    def crawl(broker: Actor, other: Actor) -> None:
        """Let a broker read the other one, and wait until it has."""
        before = cities.list_sources(broker)[other.id]["verified_at"]
        cities.nudge(other, broker)
        until(lambda: cities.list_sources(broker)[other.id]["verified_at"] != before)

    crawl(b, a)
    # Identifiers and the address for negotiations are the provider's, and the origin is known.
    until(lambda: cities.find(b) == expected)
    assert cities.list_sources(b)[provider.id]["brokers"] == [a.id]
    assert cities.list_sources(a)[provider.id]["brokers"] == []
    guest = cities.client(cities.guest)
    begun = guest.negotiations.start(provider.id, offered[0])
    assert guest.negotiations.wait(begun.id, timeout_s=WAIT_S).state == "FINALIZED"
    # Rounds of crawls change nothing and add nothing.
    changes = [cities.list_changes(broker) for broker in (a, b)]
    for _ in range(ROUNDS):
        crawl(a, b)
        crawl(b, a)
    assert [cities.list_changes(broker) for broker in (a, b)] == changes
    assert [cities.find(broker) for broker in (a, b)] == [expected, expected]
    # A withdrawn offer is gone: at A after the notice of the provider, at B after its next crawl, and for good.
    city.assets.withdraw(offered[-1])
    gone_after = until(lambda: cities.find(a) == expected[:-1])
    for _ in range(2):
        crawl(b, a)
        until(lambda: cities.find(b) == expected[:-1])
        crawl(a, b)
        assert cities.find(a) == expected[:-1]
    print(f"\ngone at A after {gone_after:.2f} s")
    assert gone_after < GONE_S


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Cities]:
    """Cities whose brokers tell each other of changes."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    made = Cities(tmp_path)
    made.telling = tuple(made.brokers.values())
    try:
        made.start()
        yield made
    finally:
        made.close()


def test_brokers_that_tell_each_other_follow_without_a_date_and_come_to_rest(telling: Cities, tmp_path: Path) -> None:
    a, b = telling.brokers["a"], telling.brokers["b"]
    city = telling.client(telling.provider)
    offered = sorted(offer(city, tmp_path, name) for name in NAMES)

    def list_found(broker: Actor) -> list[str]:
        return [dataset for _, dataset, _ in telling.find(broker)]

    until(lambda: list_found(b) == offered)
    # A broker rests for two seconds between two crawls of another one.
    time.sleep(2 * REST_S)
    before = {broker.id: telling.list_sources(broker) for broker in (a, b)}
    city.assets.withdraw(offered[-1])
    until(lambda: offered[-1] not in list_found(a))
    gone_after = until(lambda: offered[-1] not in list_found(b))
    print(f"\ngone at B {gone_after:.2f} s after A")
    assert gone_after < GONE_S
    time.sleep(2 * REST_S)
    settled = {broker.id: telling.list_sources(broker) for broker in (a, b)}
    assert settled[b.id][a.id]["verified_at"] != before[b.id][a.id]["verified_at"]
    time.sleep(2 * REST_S)
    assert {broker.id: telling.list_sources(broker) for broker in (a, b)} == settled
