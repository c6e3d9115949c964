"""Streams between real processes, from a real broker: kill -9 of every side, refusals, and the end of what runs."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.client.frame.errors import ClientError
from connector.client.stream import StreamLine
from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import Live, environment, until
from tests.interop.streams.runtime import ACCOUNT, Mosquitto
from tests.pair.space import PURPOSE, only_for

pytestmark = pytest.mark.streams
MESSAGES = 600
CUT_OFF_S = 2.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path_factory.mktemp("mosquitto"))
    asyncio.run(made.start())
    yield made
    made.kill()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, broker: Mosquitto) -> Iterator[Live]:
    base = tmp_path_factory.mktemp("live")
    secret = f'{{name = "broker", hosts = ["{urlsplit(broker.url).netloc}"], secret_variable = "BROKER_ACCOUNT"}}'
    made = Live(base)
    with environment(
        BROKER_ACCOUNT=ACCOUNT,
        DATENKONTOR_SECRETS=f"[{secret}]",
        DATENKONTOR_NET__HOSTS='["127.0.0.1:*"]',
        DATENKONTOR_NET__PLAIN_HTTP='["127.0.0.1:*"]',
        DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5",
    ):
        made.start("city", "firm")
        yield made
        made.close()


def offer(live: Live, broker: Mosquitto, policy: dict[str, Any] | None = None) -> str:
    """Publish the topic as a stream and return the dataset's identifier."""
    order = AssetOrder(
        title={"de": "Luft"},
        source=broker.make_address(),
        policy=policy or only_for(PURPOSE),
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
        media_type="application/json",
        live=True,
    )
    return live.city.assets.publish(live.city.assets.add(order).id).id


def start(live: Live, broker: Mosquitto, agreement: str, *, first: bool = True) -> str:
    """Start a transfer, and wait until it has started, and for the `first` one of a source until the city listens."""
    before = broker.count_subscriptions()
    begun = live.firm.transfers.start(agreement, keep=True)
    found = live.firm.transfers.wait(begun.id, timeout_s=30, states=["STARTED"])
    assert found.state == "STARTED", found.ended
    until(lambda: not first or broker.count_subscriptions() > before)
    return begun.id


def command(live: Live, transfer: str, out: Path) -> subprocess.Popen[bytes]:
    """Begin to follow a transfer as a person does."""
    actor = live.stage.actors["firm"]
    reach = ["--connector", f"http://127.0.0.1:{actor.ports['management']}", "--key", actor.key]
    words = [str(Path(sys.executable).with_name("datenkontor")), "transfer", "follow", transfer, *reach]
    return subprocess.Popen([*words, "-o", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def publish(broker: Mosquitto, first: int, end: int, pause: float = 0.0) -> None:
    async def send() -> None:
        for number in range(first, end, 20):
            numbers = range(number, min(number + 20, end))
            await broker.publish(*(json.dumps({"n": one}).encode() for one in numbers))
            await asyncio.sleep(pause)

    asyncio.run(send())


def read_numbers(out: Path) -> list[int]:
    lines = [json.loads(line) for line in out.read_bytes().split(b"\n")[:-1]] if out.exists() else []
    assert not [line for line in lines if "event" in line], "a gap"
    ids = [line["id"] for line in lines]
    assert len(ids) == len(set(ids)), "a double"
    return [line["data"]["n"] for line in lines]


def test_nothing_is_lost_and_the_order_is_kept_whoever_is_killed(live: Live, broker: Mosquitto, tmp_path: Path) -> None:
    transfer, out = start(live, broker, live.agree(offer(live, broker))), tmp_path / "readings.ndjson"
    following = command(live, transfer, out)
    publish(broker, 0, 20)
    until(lambda: len(read_numbers(out)) >= 20)
    publishing = threading.Thread(target=publish, args=(broker, 20, MESSAGES, 0.3))
    publishing.start()
    try:
        for victim in ("city", "firm", "city"):
            seen = len(read_numbers(out))
            until(lambda seen=seen: len(read_numbers(out)) > seen)
            live.kill(victim)
            live.start(victim)
        following.kill()
        following.communicate()
        following = command(live, transfer, out)
        publishing.join()
        until(lambda: len(read_numbers(out)) >= MESSAGES)
    finally:
        publishing.join()
        following.send_signal(signal.SIGINT)
        told = following.communicate(timeout=20)[1].decode()
    assert read_numbers(out) == list(range(MESSAGES)), told
    assert live.firm.agreements.usage(live.firm.transfers.show(transfer).agreement_id).uses == 1
    live.firm.transfers.terminate(transfer)


class Watching:
    """Follows a transfer in a thread; `end` is its last event, `ended_at` when it came."""

    def __init__(self, live: Live, transfer: str) -> None:
        self.count = 0
        self.end: StreamLine | None = None
        self.ended_at = 0.0
        self._thread = threading.Thread(target=self._follow, args=(live, transfer))
        self._thread.start()

    def _follow(self, live: Live, transfer: str) -> None:
        with live.stage.actors["firm"].client() as client:
            self.end = client.transfers.follow(transfer, self._take)
        self.ended_at = time.monotonic()

    def _take(self, line: StreamLine) -> bool:
        self.count += not line.event
        return True

    def wait(self) -> StreamLine:
        self._thread.join(30)
        assert self.end is not None
        return self.end


def test_a_stream_ends_with_the_withdrawal_and_says_why(live: Live, broker: Mosquitto) -> None:
    agreement = live.agree(offer(live, broker))
    watching = Watching(live, start(live, broker, agreement))
    publish(broker, 0, 3)
    until(lambda: watching.count == 3)
    began = time.monotonic()
    live.city.agreements.withdraw(agreement, reason="The sensor is faulty.")
    end = watching.wait()
    assert (end.event, end.reason, end.again) == ("end", "ended", False)
    assert "The sensor is faulty" in end.message
    assert watching.ended_at - began < CUT_OFF_S
    publish(broker, 3, 5)
    assert watching.count == 3


def test_a_stream_is_suspended_and_continues_without_loss(live: Live, broker: Mosquitto) -> None:
    transfer = start(live, broker, live.agree(offer(live, broker)))
    found, last = list[Any](), ""

    def take(line: StreamLine) -> bool:
        nonlocal last
        last = line.id or last
        if not line.event:
            found.append(json.loads(bytes(line.data))["n"])
        return found[-1:] not in ([3], [7])

    thread = threading.Thread(target=publish, args=(broker, 0, 4))
    thread.start()
    assert live.firm.transfers.follow(transfer, take) is None
    thread.join()
    live.firm.transfers.suspend(transfer)
    live.firm.transfers.wait(transfer, timeout_s=30, states=["SUSPENDED"])
    refused = live.firm.transfers.follow(transfer, take, after=last)
    assert refused is not None
    assert refused.again
    publish(broker, 4, 8)
    live.firm.transfers.resume(transfer)
    live.firm.transfers.wait(transfer, timeout_s=30, states=["STARTED"])
    until(lambda: _follows(live, transfer, take, last))
    assert found == list(range(8))


def _follows(live: Live, transfer: str, take: Any, after: str) -> bool:
    """Follow until what is wanted has arrived; False if the flow has not started again yet."""
    return live.firm.transfers.follow(transfer, take, after=after) is None


def _until_soon() -> dict[str, Any]:
    end = (datetime.now(UTC) + timedelta(seconds=8)).isoformat()
    right = {"@value": end, "@type": "xsd:dateTime"}
    return {"leftOperand": "odrl:dateTime", "operator": "lteq", "rightOperand": right}


REFUSED = {
    "purpose": {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:Marketing"},
    "role": {"leftOperand": "dk:role", "operator": "eq", "rightOperand": "auditor"},
    "region": {"leftOperand": "odrl:spatial", "operator": "isPartOf", "rightOperand": "DE-NW"},
}


@pytest.mark.parametrize("why", REFUSED)
def test_who_does_not_meet_the_terms_gets_no_byte_and_a_reason(live: Live, broker: Mosquitto, why: str) -> None:
    dataset = offer(live, broker, {"permission": [{"action": "use", "constraint": [REFUSED[why]]}]})
    begun = live.firm.negotiations.start(live.city_id, dataset)
    ended = live.firm.negotiations.wait(begun.id, timeout_s=30)
    assert ended.state == "TERMINATED"
    assert ended.ended
    assert ended.ended.reason


def test_a_stream_ends_when_its_time_is_over(live: Live, broker: Mosquitto) -> None:
    agreement = live.agree(offer(live, broker, {"permission": [{"action": "use", "constraint": [_until_soon()]}]}))
    transfer = start(live, broker, agreement)
    watching = Watching(live, transfer)
    publish(broker, 0, 1)
    until(lambda: watching.count == 1)
    assert watching.wait().event == "end"
    assert _try_again(live, agreement) != "STARTED"


def _try_again(live: Live, agreement: str) -> str:
    """Return the state of a further transfer under an agreement."""
    try:
        begun = live.firm.transfers.start(agreement, keep=True)
    except ClientError:
        return "refused"
    return live.firm.transfers.wait(begun.id, timeout_s=30, states=["STARTED"]).state


def test_a_second_use_gets_no_byte_when_the_count_is_used_up(live: Live, broker: Mosquitto) -> None:
    once = {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": 1}
    agreement = live.agree(offer(live, broker, {"permission": [{"action": "use", "constraint": [once]}]}))
    first = start(live, broker, agreement)
    watching = Watching(live, first)
    publish(broker, 0, 2)
    until(lambda: watching.count == 2)
    second = live.firm.transfers.start(agreement, keep=True)
    ended = live.firm.transfers.wait(second.id, timeout_s=30, states=["STARTED"])
    if ended.state == "STARTED":
        refused = live.firm.transfers.follow(second.id, lambda _: True)
        assert refused is not None
        assert "403" in refused.message
        ended = live.firm.transfers.show(second.id)
    assert not ended.progress or ended.progress.bytes_moved == 0
    live.firm.transfers.terminate(first)
    watching.wait()


def test_whoever_is_excluded_loses_the_stream(live: Live, broker: Mosquitto) -> None:
    watching = Watching(live, start(live, broker, live.agree(offer(live, broker))))
    publish(broker, 0, 1)
    until(lambda: watching.count == 1)
    firm = live.stage.actors["firm"].id
    live.city.participants.block(firm, reason="Breach of contract.")
    end = watching.wait()
    assert end.event == "end"
    assert "Breach of contract" in end.message
    live.city.participants.unblock(firm)
