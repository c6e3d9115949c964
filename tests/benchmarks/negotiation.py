"""Contract negotiations between two processes, durable on both sides, a fresh signed token a message.

The provider is a process of its own; the consumer is this one, so that what is counted is the protocol and not a
client. A negotiation counts when both sides say FINALIZED.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import aiohttp
import uvloop

from connector.app.connector import ConnectorServer, build
from connector.app.serve import tune
from connector.cli.demo.stage import Stage
from connector.controlplane.core import documents
from connector.controlplane.usecases import negotiation
from connector.net.tls import client_context
from connector.ports.entities import PageBounds
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from connector.settings import load
from connector.views.assets import AssetOrder
from tests.benchmarks import calls
from tests.benchmarks.cached import remember_tokens
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.pulls import cpu_s
from tests.e2e.live import environment
from tests.e2e.replicas import use_database
from tests.support.certificates import write_certificates

WARM, IDLE, MANY, IN_FLIGHT = 20, 200, 2_000, 64
TERMS = {"permission": [{"action": "use"}]}


def measure(base: Path) -> list[Figure]:
    """Return calls, idle latency, throughput and CPU of both sides, the same over TLS both ways and with cached tokens.

    The consumer of each is a fresh process, as the provider is.
    """
    cached = Stage(base / "cached", program=(sys.executable, "-m", "tests.benchmarks.cached"))
    (base / "tls").mkdir()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as fresh:
        found = fresh.submit(calls.measure, base).result()
        found += fresh.submit(measure_pair, Stage(base / "plain"), "negotiation.").result()
        found += fresh.submit(_measured_again, cached).result()
        with environment(**write_certificates(base / "tls"), DATENKONTOR_NET__HOSTS='["127.0.0.1:*"]'):
            secure = Stage(base / "tls", scheme="https")
            found += fresh.submit(measure_pair, secure, "negotiation.tls_").result()
    return found


def _measured_again(stage: Stage) -> list[Figure]:
    remember_tokens()
    return measure_pair(stage, "negotiation.cached_tokens_")


def measure_pair(stage: Stage, name: str, databases: Mapping[str, str] | None = None) -> list[Figure]:
    """Return the figures of one pair; `databases` has the address of the store of each side that is no file."""
    for word in ("broker", "city", "firm"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    for word, url in (databases or {}).items():
        use_database(stage.actors[word].settings, url)
    stage.enrol({})
    stage.start("city")
    try:
        stage.await_ready("city")
        (stage.base / "city" / "offered" / "file").write_text("x")
        order = AssetOrder(title={"de": "Bench"}, source={"kind": "file", "path": "file"}, policy=TERMS)
        asset = stage.actors["city"].client().assets.add(order)
        stage.actors["city"].client().assets.publish(asset.id)
        return uvloop.run(_consume(stage, asset.id, asset.offer_id, name))
    finally:
        stage.stop()


async def _consume(stage: Stage, dataset: str, offer_id: str, name: str) -> list[Figure]:
    tune()
    connector = await build(load(stage.actors["firm"].settings))
    await connector.start()
    try:
        echo = await _echo(connector)
        for _ in range(WARM):
            await negotiate(connector, stage.actors["city"].id, dataset, offer_id)
        alone = [await negotiate(connector, stage.actors["city"].id, dataset, offer_id) for _ in range(IDLE)]
        both = os.getpid(), stage.processes["city"].pid
        begun, worked = time.perf_counter(), cpu_s(both)
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one() -> None:
            async with gate:
                await negotiate(connector, stage.actors["city"].id, dataset, offer_id)

        await asyncio.gather(*(one() for _ in range(MANY)))
        spent, worked = time.perf_counter() - begun, cpu_s(both) - worked
        idle = await _both_final(connector, stage, alone)
    finally:
        await connector.stop()
    return [
        figure(f"{name}idle_p50_ms", percentile(idle, 0.5) * 1000, "ms", echo * 1000),
        figure(f"{name}idle_p90_ms", percentile(idle, 0.9) * 1000, "ms", echo * 1000),
        figure(f"{name}per_s", MANY / spent, "1/s"),
        figure(f"{name}cpu_ms", worked / MANY * 1000, "ms"),
    ]


async def negotiate(connector: ConnectorServer, provider: str, dataset: str, offer_id: str) -> tuple[str, float, float]:
    """Negotiate once; return our pid, and when it was asked for and was FINALIZED here (seconds of the wall clock)."""
    context = connector.context
    known = connector.parts.identity.participant(provider)
    assert known is not None
    assert known.address is not None
    offer = documents.make_message_offer(
        documents.make_catalog_offer(b'{"permission":[{"action":"use"}]}', offer_id=offer_id),
        offer_id=offer_id,
        target=dataset,
        assigner=provider,
        assignee=context.participant,
    )
    begun = time.time()
    process = await negotiation.ask(context, provider, known.address, offer)
    # Followed before it is read: a store on a server answers later, and a commit meanwhile would not be heard.
    with context.watch.follow(process.id) as changed:
        while (process := await negotiation.get(context, process.id)).state != NegotiationState.FINALIZED:
            assert process.state != NegotiationState.TERMINATED, process.ended
            async with asyncio.timeout(60):
                await changed.wait()
            changed.clear()
    return process.id, begun, time.time()


async def _both_final(connector: ConnectorServer, stage: Stage, some: list[tuple[str, float, float]]) -> list[float]:
    """Show that nothing is left open on either side; return the seconds until both sides of some were FINALIZED."""
    await asyncio.sleep(1.0)
    rows, _ = await connector.context.store.negotiations(connector.context.owner, PageBounds(limit=500))
    assert {row.state for row in rows} == {NegotiationState.FINALIZED}
    theirs = list(stage.actors["city"].client().negotiations.all(limit=500))
    assert {row.state for row in theirs} == {"FINALIZED"}
    # The provider notes the millisecond in which it settles the last acknowledgement.
    settled = {row.peer_pid: row.updated_at.timestamp() + 0.001 for row in theirs}
    return [max(done, settled[pid]) - begun for pid, begun, done in some]


async def _echo(connector: ConnectorServer) -> float:
    """Baseline: one round trip of HTTP to a listener of ours that only answers (the version document)."""
    url = connector.listeners.addresses["protocol"] + "/.well-known/dspace-version"
    trust = client_context(ca_file=connector.parts.settings.net.ca)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session:
        spent = []
        for _ in range(200):
            begun = time.perf_counter()
            async with session.get(url) as answer:
                await answer.read()
            spent.append(time.perf_counter() - begun)
    return percentile(spent, 0.5)
