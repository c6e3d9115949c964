"""A large file pulled by a client that throws it away, and the time from the transfer request to the first byte.

Baselines of the same run: nginx serving the same file statically, where nginx is installed.
"""

import asyncio
import os
import shutil
import subprocess
import time
from pathlib import Path

import aiohttp

from connector.cli.stage import Stage
from connector.client import Connector
from tests.benchmarks.figures import Figure, figure, percentile

SIZE = 1 << 30
RUNS = 5
STARTS = 30


def measure(base: Path) -> list[Figure]:
    """Return file throughput against nginx and the p50 of request to first byte."""
    stage = Stage(base)
    for word in ("broker", "city", "firm"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    stage.enrol({})
    for word in ("city", "firm"):
        stage.start(word)
    try:
        for word in ("city", "firm"):
            stage.await_ready(word)
        return _measured(base, stage)
    finally:
        stage.stop()


def _measured(base: Path, stage: Stage) -> list[Figure]:
    offered = base / "city" / "offered"
    with (offered / "large").open("wb") as file:
        block = os.urandom(1 << 20)
        for _ in range(SIZE >> 20):
            file.write(block)
    (offered / "small").write_bytes(b"x" * 1000)
    city, firm = stage.actors["city"].client(), stage.actors["firm"].client()
    starts = [_start(city, firm, stage, "small") for _ in range(STARTS)]
    url, token = _address(city, firm, stage, "large")
    ours = _rate(url, {"Authorization": f"Bearer {token}"})
    nginx = _nginx(base, offered)
    figures = [figure("file.mb_per_s", ours, "MB/s", nginx)]
    if nginx:
        figures.append(figure("file.vs_nginx", ours / nginx, "ratio"))
    return [figure("transfer.first_byte_p50_ms", percentile(starts, 0.5) * 1000, "ms"), *figures]


def _agreement(city: Connector, firm: Connector, stage: Stage, name: str) -> str:
    known = [asset for asset in city.assets.all() if asset.title.get("de") == name]
    if known:
        found = firm.agreements.list(dataset=known[0].id).items
        return found[0].id
    asset = city.assets.publish(city.assets.add(name, {"kind": "file", "path": name}).id)
    begun = firm.negotiations.start(stage.actors["city"].id, asset.id)
    done = firm.negotiations.wait(begun.id, timeout_s=30)
    assert done.agreement_id, done.ended
    return done.agreement_id


def _start(city: Connector, firm: Connector, stage: Stage, name: str) -> float:
    """Ask for a transfer; return the seconds until the file has arrived (it is one kilobyte)."""
    agreement = _agreement(city, firm, stage, name)
    begun = time.perf_counter()
    transfer = firm.transfers.start(agreement)
    firm.transfers.wait(transfer.id, timeout_s=30)
    return time.perf_counter() - begun


def _address(city: Connector, firm: Connector, stage: Stage, name: str) -> tuple[str, str]:
    """Return where to pull a file and with which token, as the started transfer's message to the consumer said."""
    agreement = _agreement(city, firm, stage, name)
    transfer = firm.transfers.start(agreement, keep=True)
    firm.transfers.wait(transfer.id, states=["STARTED"], timeout_s=30)
    return asyncio.run(_read_address(stage, transfer.id))


async def _read_address(stage: Stage, pid: str) -> tuple[str, str]:
    import msgspec

    from connector.protocol.dsp.common import DataAddress, authorization, endpoint_url
    from connector.settings import load
    from connector.store.sqlite.store import open_store

    store = await open_store(load(stage.actors["firm"].settings).store.path)
    try:
        process = await store.transfer("default", pid)
        assert process is not None
        assert process.data_address is not None
        address = msgspec.json.decode(process.data_address, type=DataAddress)
        return endpoint_url(address) or "", authorization(address) or ""
    finally:
        await store.close()


def _rate(url: str, headers: dict[str, str]) -> float:
    return percentile([asyncio.run(_pull(url, headers)) for _ in range(RUNS)], 0.5)


async def _pull(url: str, headers: dict[str, str]) -> float:
    """Return MB/s of one download whose bytes are thrown away."""
    async with aiohttp.ClientSession(read_bufsize=1 << 20) as session:
        begun = time.perf_counter()
        moved = 0
        async with session.get(url, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            async for chunk in answer.content.iter_any():
                moved += len(chunk)
    return moved / 1e6 / (time.perf_counter() - begun)


def _nginx(base: Path, root: Path) -> float | None:
    """Return what nginx serves the same file with, or None where it is not installed."""
    if shutil.which("nginx") is None:
        return None
    config = base / "nginx.conf"
    config.write_text(
        f"daemon off; pid {base}/nginx.pid; error_log {base}/nginx.log; events {{}}"
        " http { access_log off; sendfile on;"
        f" server {{ listen 127.0.0.1:18999; root {root}; }} }}"
    )
    (root / "large").chmod(0o644)
    server = subprocess.Popen(["nginx", "-c", str(config), "-g", "user root;"])
    try:
        time.sleep(0.5)
        return _rate("http://127.0.0.1:18999/large", {})
    finally:
        server.terminate()
        server.wait(10)
