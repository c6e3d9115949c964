"""Streams of real brokers, offered and followed by people on the pages of both sides, and recorded as a file."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Page, expect

from connector.language.catalogue import say
from tests.browser.partners import Partners, open_partners
from tests.interop.streams.runtime import ACCOUNT, TOPIC, KafkaServer, Mosquitto, NatsServer

pytestmark = pytest.mark.streams
MESSAGES, WAIT_S = 5, 60.0


@pytest.fixture(scope="module", params=[Mosquitto, NatsServer, KafkaServer])
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = request.param(tmp_path_factory.mktemp("broker"))
    asyncio.run(made.start())
    yield made
    made.release()


@pytest.fixture(scope="module")
def partners(tmp_path_factory: pytest.TempPathFactory, broker: Any) -> Iterator[Partners]:
    secrets = {"broker": (f"127.0.0.1:{broker.port}", ACCOUNT)}
    with open_partners(tmp_path_factory.mktemp("partners"), secrets) as opened:
        yield opened


def _name_place(broker: Any) -> tuple[str, Mapping[str, str]]:
    typed = {"server": broker.url, "zugang": "broker"}
    if isinstance(broker, NatsServer):
        return "nats", {**typed, "strom": "AIR", "thema": TOPIC.replace("/", ".")}
    if isinstance(broker, KafkaServer):
        return "kafka", {**typed, "thema": broker.topic, "verfahren": "PLAIN"}
    return "mqtt", {**typed, "thema": TOPIC}


def test_a_stream_is_offered_followed_and_recorded(partners: Partners, broker: Any) -> None:
    place, typed = _name_place(broker)
    page = partners.order(partners.offer(place, typed, "Luft, laufend"), stays=True)
    link = page.get_by_role("link", name=say("de", "choosing.stream-record"))
    expect(link).to_be_visible()
    link.evaluate(_RECORD, MESSAGES)
    _publish_until(page, broker)
    lines = [json.loads(line) for line in page.evaluate("window.recorded").splitlines()]
    assert [line["data"]["pm10"] for line in lines[:MESSAGES]] == sorted(
        line["data"]["pm10"] for line in lines[:MESSAGES]
    )
    assert not [line for line in lines if "event" in line]


_RECORD = """(link, most) => {
  window.recorded = "";
  const ended = new AbortController();
  fetch(link.href, {signal: ended.signal}).then(async answer => {
    const reader = answer.body.getReader(), decoder = new TextDecoder();
    for (;;) {
      const {done, value} = await reader.read();
      if (done) break;
      window.recorded += decoder.decode(value, {stream: true});
      if (window.recorded.split("\\n").length > most) { ended.abort(); break; }
    }
  }).catch(() => {}).finally(() => { window.over = true });
}"""
"""Records what the link leads to, as a download does, and stops after some messages: a download has no end."""


def _publish_until(page: Page, broker: Any) -> None:
    """Publish messages until the recording has enough of them: who follows late misses what came before."""
    deadline, number = time.monotonic() + WAIT_S, 0
    while not page.evaluate("window.over === true"):
        assert time.monotonic() < deadline, "no message was recorded"
        # The thread of the browser has a loop that runs already.
        sending = threading.Thread(target=asyncio.run, args=(broker.publish(json.dumps({"pm10": number}).encode()),))
        sending.start()
        sending.join(WAIT_S)
        number += 1
        page.wait_for_timeout(200)
