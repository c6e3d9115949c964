"""One GiB out of a provider by every way, against nginx on the same machine in the same run; and the first byte.

The provider is a process of its own, and so is the one behind nginx (`X-Accel-Redirect`); the consumer of the protocol
is this process, so that what is counted from the request to the first byte is the protocol and not a client. Rates are
taken by a client that throws the bytes away, in turn from the connector and from nginx. Where nginx is not installed,
what needs it is left out.
"""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import uvloop

from connector.app.connector import ConnectorServer, build
from connector.app.serve import tune
from connector.cli.demo.stage import Stage
from connector.client import AsyncConnector
from connector.controlplane.usecases import transfer
from connector.ports.flow import Arrival, Sink, SinkReceipt
from connector.protocol.dsp.common import DataAddress, authorization, endpoint_url
from connector.settings import load
from connector.views.assets import AssetOrder
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.pulls import Memory, Place, alternate, cpu_s
from tests.e2e.live import environment
from tests.support import nginx

SIZE = 1 << 30
RUNS = 7
STARTS = 30
STREAMS, MANY_RUNS = 4, 3
PROVIDERS = ("city", "town")
NGINX = ("static", "proxy")
ROWS = (
    ("file", "nginx static", "file."),
    (f"file {STREAMS}", f"nginx static {STREAMS}", f"file.{STREAMS}_at_once_"),
    ("accel", "nginx static", "file.x_accel_"),
    ("proxy", "nginx proxy", "proxy."),
)


def measure(base: Path) -> list[Figure]:
    """Return rates against nginx, memory and CPU time, and the p50 from the request to the first byte."""
    ports = {name: nginx.free_port() for name in ("front", *NGINX)}
    stage = Stage(base)
    for word in ("broker", *PROVIDERS, "firm"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    stage.enrol({})
    with ExitStack() as stack:
        heavy = Path(stack.enter_context(TemporaryDirectory(prefix="datenkontor-bench-", dir=_roomy())))
        offered, received = heavy / "offered", heavy / "received"
        _fill(offered)
        stack.enter_context(environment(DATENKONTOR_DATA_ROOT=str(offered), DATENKONTOR_RECEIVED=str(received)))
        stack.callback(stage.stop)
        stage.start("city")
        stage.await_ready("city")
        sources: dict[str, tuple[str, dict[str, Any]]] = {
            "small": ("city", {"kind": "file", "path": "small"}),
            "large": ("city", {"kind": "file", "path": "large"}),
        }
        workers: tuple[int, ...] = ()
        if nginx.installed():
            data = stage.actors["town"].ports["data"]
            configuration = _configuration(offered, ports, data)
            workers = stack.enter_context(nginx.running(base / "nginx", configuration, ports["front"]))
            front = f"http://127.0.0.1:{ports['front']}"
            with environment(DATENKONTOR_DATA__ACCEL="/stored", DATENKONTOR_DATA__PUBLIC_URL=front):
                stage.start("town")
            stage.await_ready("town")
            sources["accel"] = ("town", {"kind": "file", "path": "large"})
            sources["proxied"] = ("city", {"kind": "http", "url": f"http://127.0.0.1:{ports['static']}/large"})
            # The consumer fetches data from known places only.
            known = f'[{{participant = "{stage.actors["town"].id}", urls = ["{front}"]}}]'
            stack.enter_context(environment(DATENKONTOR_NET__DATA_ORIGINS=known))
        else:
            print("nginx is not installed: the figures that compare with it are left out", flush=True)
        tune()
        figures, places = uvloop.run(_consume(stage, sources))
        return figures + _rates(stage, places, ports, workers)


def _roomy() -> Path | None:
    """Return the RAM disk if everything fits on it, so that no disk is measured."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 4 * SIZE else None


def _fill(offered: Path) -> None:
    offered.mkdir()
    block = os.urandom(1 << 20)
    with (offered / "large").open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(block)
    (offered / "small").write_bytes(b"x" * 1000)


def _configuration(root: Path, ports: dict[str, int], data: int) -> str:
    """nginx as a static server, as a proxy of that, and in front of a provider's data listener."""
    return f"""
    sendfile on; tcp_nopush on; keepalive_timeout 65;
    proxy_http_version 1.1; proxy_max_temp_file_size 0;
    proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 256k;
    server {{ listen 127.0.0.1:{ports["static"]}; root {root}; }}
    server {{ listen 127.0.0.1:{ports["proxy"]}; location / {{ proxy_pass http://127.0.0.1:{ports["static"]}; }} }}
    server {{
        listen 127.0.0.1:{ports["front"]};
        location /flows/ {{ proxy_pass http://127.0.0.1:{data}; }}
        location /stored/ {{ internal; alias {root}/; }}
    }}"""


class FirstByte:
    """A sink that tells when the first byte of a delivery arrived, in front of another that keeps it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.check = sink.check
        self.check_space = sink.check_space
        self.count_received = sink.count_received
        self.find_version = sink.find_version
        self.arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Take the delivery."""
        return await self._sink.write(address, arrival, self._watched(chunks))

    async def _watched(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            if not self.arrived.done():
                self.arrived.set_result(time.perf_counter())
            yield chunk


async def _consume(
    stage: Stage, sources: dict[str, tuple[str, dict[str, Any]]]
) -> tuple[list[Figure], dict[str, Place]]:
    """Agree with the providers; return what the consumer measured, and where each source can be pulled."""
    connector = await build(load(stage.actors["firm"].settings))
    await connector.start()
    try:
        async with AsyncConnector(connector.listeners.addresses["management"], stage.actors["firm"].key) as firm:
            agreements = {name: await _agreement(stage, firm, *source) for name, source in sources.items()}
            starts = [await _first_byte(connector, firm, agreements["small"]) for _ in range(STARTS)]
            figures = [figure("transfer.first_byte_p50_ms", percentile(starts, 0.5) * 1000, "ms")]
            places = {
                name: await _place(connector, firm, agreement, stage.processes[sources[name][0]].pid)
                for name, agreement in agreements.items()
            }
            for way in ("fetch", "push"):
                figures += await _delivery(connector, stage, firm, agreements["large"], way)
            return figures, places
    finally:
        await connector.stop()


async def _agreement(stage: Stage, firm: AsyncConnector, provider: str, source: dict[str, Any]) -> str:
    client = stage.actors[provider].client()
    asset = client.assets.add(AssetOrder(title={"de": str(source)}, source=source))
    await asyncio.to_thread(client.assets.publish, asset.id)
    begun = await firm.negotiations.start(stage.actors[provider].id, asset.id)
    done = await firm.negotiations.wait(begun.id, timeout_s=30)
    assert done.agreement_id, done.ended
    return done.agreement_id


async def _first_byte(connector: ConnectorServer, firm: AsyncConnector, agreement: str) -> float:
    """Ask for a transfer; return the seconds until the first byte of its data was here."""
    sinks: Any = connector.dataplane.sinks
    kept, sinks["file"] = sinks["file"], FirstByte(sinks["file"])
    try:
        begun = time.perf_counter()
        process = await transfer.request(connector.enforcer, agreement)
        arrived: float = await asyncio.wait_for(sinks["file"].arrived, 30)
        await firm.transfers.wait(process.id, timeout_s=30)
        return arrived - begun
    finally:
        sinks["file"] = kept


async def _delivery(
    connector: ConnectorServer, stage: Stage, firm: AsyncConnector, agreement: str, way: str
) -> list[Figure]:
    """Return the rate of a whole delivery into a file, hashed and on the disk, and what both sides worked for it."""
    pids = {"provider": stage.processes["city"].pid, "consumer": os.getpid()}
    before = {side: cpu_s((pid,)) for side, pid in pids.items()}
    begun = time.perf_counter()
    transfer = await firm.transfers.start(agreement, push=way == "push")
    done = await firm.transfers.wait(transfer.id, timeout_s=120)
    assert done.state == "COMPLETED", done
    spent = time.perf_counter() - begun
    _throw_away(connector)
    return [
        figure(f"{way}.mb_per_s", SIZE / 1e6 / spent, "MB/s"),
        *(
            figure(f"{way}.{side}_cpu_s_per_gib", (cpu_s((pid,)) - before[side]) * (1 << 30) / SIZE, "s")
            for side, pid in pids.items()
        ),
    ]


async def _place(connector: ConnectorServer, firm: AsyncConnector, agreement: str, pid: int) -> Place:
    """Return where to pull, and with which token, as the started transfer's message to the consumer said."""
    begun = await firm.transfers.start(agreement, keep=True)
    kept = await firm.transfers.wait(begun.id, timeout_s=60)
    assert kept.state == "STARTED", kept
    process = await transfer.get(connector.context, begun.id)
    assert process.data_address is not None
    _throw_away(connector)
    address = msgspec.json.decode(process.data_address, type=DataAddress)
    return Place(endpoint_url(address) or "", authorization(address) or "", (pid,))


def _throw_away(connector: ConnectorServer) -> None:
    for folder in connector.parts.settings.received.iterdir():
        if not folder.name.startswith("."):
            shutil.rmtree(folder)


def _rates(stage: Stage, places: dict[str, Place], ports: dict[str, int], workers: tuple[int, ...]) -> list[Figure]:
    """Measure what leaves the providers, in turn with nginx."""
    sides = {"file": places["large"]}
    if workers:
        accel = replace(places["accel"], senders=(*places["accel"].senders, *workers))
        sides |= {"accel": accel, "proxy": places["proxied"]}
        sides |= {f"nginx {name}": Place(f"http://127.0.0.1:{ports[name]}/large", "", workers) for name in NGINX}
    memory = Memory(stage.processes["city"].pid)
    rates = alternate(sides, RUNS)
    grown = memory.growth_mb()
    both = {name: side for name, side in sides.items() if name in {"file", "nginx static"}}
    rates |= {f"{name} {STREAMS}": rate for name, rate in alternate(both, MANY_RUNS, streams=STREAMS).items()}
    hashed = alternate({"file": places["large"]}, RUNS, digest=True)["file"].mb_per_s
    figures = [figure("file.sha256_mb_per_s", hashed, "MB/s"), figure("file.rss_growth_mb", grown, "MB")]
    for side, baseline, name in ROWS:
        if side in rates:
            ours, theirs = rates[side], rates.get(baseline)
            figures.append(figure(f"{name}mb_per_s", ours.mb_per_s, "MB/s", theirs and theirs.mb_per_s))
            figures.append(figure(f"{name}cpu_s_per_gib", ours.cpu_s_per_gib, "s", theirs and theirs.cpu_s_per_gib))
            if theirs:
                figures.append(figure(f"{name}vs_nginx", ours.mb_per_s / theirs.mb_per_s, "ratio"))
    return figures
