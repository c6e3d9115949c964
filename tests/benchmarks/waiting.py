"""What a hundred thousand open negotiations cost a connector that has nothing to do: processor time of its process.

The baseline of the same run is the same connector without them. All wait for their peers, with a look due tomorrow.
"""

import asyncio
import os
import time
from pathlib import Path

from connector.app.parts import OWNER
from connector.cli.demo.stage import Stage
from connector.ports.changes import PutProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.settings import load
from connector.store.sqlite.store import open_store
from tests.benchmarks.figures import Figure, figure

OPEN = 100_000
SECONDS = 10.0
DAY_MS = 86_400_000


def measure(base: Path) -> list[Figure]:
    """Return the processor time of an idle connector with the open negotiations, against one without."""
    stage = Stage(base)
    for word in ("broker", "city"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    stage.enrol({})
    alone = _spent(stage)
    asyncio.run(_fill(stage))
    return [figure("worker.waiting_100000_cpu_ms_per_s", _spent(stage), "ms/s", alone)]


def _spent(stage: Stage) -> float:
    """Start the connector; return the ms of processor time that a second costs it, once it has settled."""
    stage.start("city")
    try:
        stage.await_ready("city")
        time.sleep(2.0)
        begun = _processor_s(stage.processes["city"].pid)
        time.sleep(SECONDS)
        return (_processor_s(stage.processes["city"].pid) - begun) / SECONDS * 1000
    finally:
        stage.stop()


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _fill(stage: Stage) -> None:
    store = await open_store(load(stage.actors["city"].settings).store.path)
    try:
        for begin in range(0, OPEN, 500):
            await store.commit([PutProcess(_waiting(number), None) for number in range(begin, begin + 500)])
    finally:
        await store.close()


def _waiting(number: int) -> Negotiation:
    """Return a negotiation whose offer lies with the peer."""
    now = int(time.time() * 1000)
    return Negotiation(
        owner=OWNER,
        id=f"urn:uuid:{number:08}",
        role=Role.PROVIDER,
        peer="urn:participant:firm",
        peer_address="https://firm.example/dsp",
        peer_pid=f"urn:uuid:peer-{number:08}",
        state=NegotiationState.OFFERED,
        dataset="urn:uuid:dataset",
        offer_id="urn:uuid:offer",
        offer=b'{"@type":"Offer","@id":"urn:uuid:offer","permission":[{"action":"use"}]}',
        offered_by=Role.PROVIDER,
        due_at=now + DAY_MS,
        created_at=now,
        updated_at=now,
        version=1,
    )
