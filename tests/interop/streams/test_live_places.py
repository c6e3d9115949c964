"""Streams that go to a place by themselves, between real processes: pushed, pulled, and kept by a subscription."""

import asyncio
import json
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import aiomqtt
import pytest

from tests.e2e.live import Live, until
from tests.interop.streams.runtime import PASSWORD, USER, Mosquitto
from tests.interop.streams.test_live import CUT_OFF_S, broker, live, offer, publish

pytestmark = pytest.mark.streams
__all__ = ["broker", "live"]
MESSAGES = 600
ROUNDS = int(os.environ.get("DATENKONTOR_KILLED", "6")) // 2
"""How many transfers of each way have a side killed."""


def read_received(live: Live) -> list[dict[str, Any]]:
    folder = live.stage.actors["firm"].directory / "received"
    places = sorted(folder.rglob("*.ndjson"), key=lambda place: place.stat().st_mtime_ns)
    return [json.loads(line) for line in places[-1].read_bytes().split(b"\n")[:-1]] if places else []


def numbers(live: Live) -> list[int]:
    lines = read_received(live)
    assert not [line for line in lines if "event" in line], "a gap"
    return [line["data"]["n"] for line in lines]


def begin(live: Live, broker: Mosquitto, way: str, sink: dict[str, Any]) -> str:
    """Start a transfer whose messages go to a place, and wait until the city listens."""
    agreement = live.agree(offer(live, broker))
    before = broker.count_subscriptions()
    is_push = way == "push"
    begun = live.firm.transfers.start(agreement, push=is_push, sink=sink if is_push else {**sink, "follow": True})
    found = live.firm.transfers.wait(begun.id, timeout_s=30, states=["STARTED"])
    assert found.state == "STARTED", found.ended
    until(lambda: broker.count_subscriptions() > before)
    return begun.id


@pytest.mark.parametrize("way", ["push", "pull"])
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_is_lost_or_twice_whoever_is_killed_at_random_points(
    live: Live, broker: Mosquitto, way: str, seed: int
) -> None:
    chance = random.Random(seed)
    transfer = begin(live, broker, way, {"kind": "file", "path": f"air-{way}-{seed}/"})
    publishing = threading.Thread(target=publish, args=(broker, 0, MESSAGES, 0.05))
    publishing.start()
    try:
        until(lambda: numbers(live))
        for _ in range(3):
            time.sleep(chance.random() * 0.5)
            victim = chance.choice(["city", "firm"])
            live.kill(victim)
            live.start(victim)
    finally:
        publishing.join()
    until(lambda: len(numbers(live)) >= MESSAGES)
    assert numbers(live) == list(range(MESSAGES))
    live.firm.transfers.terminate(transfer)


def test_a_stream_that_is_pushed_becomes_rows_and_is_cut_off_in_time(live: Live, broker: Mosquitto) -> None:
    sink = {
        "kind": "sql",
        "path": "air.sqlite",
        "table": "air",
        "create": {"position": "text", "n": "integer"},
        "position": "position",
    }
    transfer = begin(live, broker, "push", sink)
    place = live.stage.actors["firm"].directory / "received" / "air.sqlite"

    def rows() -> list[int]:
        with closing(sqlite3.connect(place)) as database:
            found = database.execute("SELECT n FROM sqlite_master, air WHERE name = 'air' ORDER BY n").fetchall()
        return [row[0] for row in found]

    publish(broker, 0, 40)
    until(lambda: _try(rows) == list(range(40)))
    agreement = live.firm.transfers.show(transfer).agreement_id
    began = time.monotonic()
    live.city.agreements.withdraw(agreement, reason="The sensor is faulty.")
    publish(broker, 40, 60)
    ended = live.firm.transfers.wait(transfer, timeout_s=30)
    assert ended.state == "TERMINATED"
    assert time.monotonic() - began < 10 * CUT_OFF_S
    assert rows() == list(range(40)), "nothing leaves after the withdrawal"


def _try(read: Callable[[], list[int]]) -> list[int]:
    try:
        return read()
    except sqlite3.OperationalError:
        return []


def test_a_subscription_follows_a_stream_and_catches_up_what_it_missed(live: Live, broker: Mosquitto) -> None:
    agreement = live.agree(offer(live, broker))
    before = broker.count_subscriptions()
    made = live.firm.subscriptions.add(agreement, every="stream", sink={"kind": "file", "path": "standing/"})
    until(lambda: broker.count_subscriptions() > before)
    transfer = live.firm.subscriptions.show(made.id).transfer
    publish(broker, 0, 20)
    until(lambda: numbers(live) == list(range(20)))
    live.kill("firm")
    publish(broker, 20, 40)
    live.start("firm")
    until(lambda: numbers(live) == list(range(40)))
    live.firm.subscriptions.pause(made.id)
    live.firm.transfers.wait(transfer, timeout_s=30, states=["SUSPENDED"])
    publish(broker, 40, 60)
    assert numbers(live) == list(range(40))
    live.firm.subscriptions.resume(made.id)
    until(lambda: numbers(live) == list(range(60)))
    assert live.firm.subscriptions.show(made.id).transfer == transfer, "it is one transfer"
    assert live.firm.agreements.usage(agreement).uses == 1
    live.firm.subscriptions.remove(made.id)
    assert live.firm.transfers.wait(transfer, timeout_s=30).state == "TERMINATED"


def test_a_message_goes_through_two_brokers(live: Live, broker: Mosquitto) -> None:
    # The broker of the firm is the same one, at another topic.
    sink = {"kind": "mqtt", "url": broker.url, "topic": "firm/air", "secret": "broker"}
    transfer = begin(live, broker, "push", sink)

    async def hear() -> list[bytes]:
        async with aiomqtt.Client("127.0.0.1", broker.port, username=USER, password=PASSWORD) as reader:
            await reader.subscribe("firm/air", qos=1)
            await broker.publish(*(b'{"n": %d}' % one for one in range(30)))
            async with asyncio.timeout(20):
                return [bytes(found.payload) async for found in _take(reader.messages, 30)]

    assert asyncio.run(hear()) == [b'{"n": %d}' % one for one in range(30)]
    live.firm.transfers.terminate(transfer)


async def _take(messages: Any, count: int) -> Any:
    left = count
    async for message in messages:
        yield message
        left -= 1
        if not left:
            return
