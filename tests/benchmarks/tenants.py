"""What tenants cost: `python -m tests.benchmarks.tenants [COUNT] [again]` prints start, memory and catalogue.

Memory is the growth of the resident set of this process, which has the store, the listeners and all tenants. The
catalogue is that of one tenant, asked for by a foreign connector while all are seated. One JSON line.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
import msgspec
from msgspec.structs import replace

from connector.app.tenants.doors import make_doors
from connector.app.tenants.house import build_house
from connector.app.tenants.listing import Tenant, change_list
from connector.authority import roster
from connector.ports.identity import Intent
from connector.settings import ManagementSettings
from tests.pair.space import SOON, Space, begin
from tests.support.asgi import as_asgi
from tests.support.tenants import house_settings, identify, list_member, locate, publish, tenants_of, write_folder

ASKED = 200


async def main(count: int, *, again: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        space = Space(Path(folder))
        space.found("city", "firm")
        names = [f"tenant-{number}" for number in range(count)]
        members = [list_member(name, write_folder(space, name)) for name in names]
        working = roster.show(space.base / "members.json")
        whole = replace(working, members=(*working.members, *members))
        (space.base / "members.json").write_bytes(msgspec.json.encode(whole))
        publish(space)
        with change_list(tenants_of(space)) as listed:
            listed |= {name: Tenant(name=name, since=1) for name in names}
        plain = house_settings(space)
        settings = replace(
            plain,
            protocol=replace(plain.protocol, port=0),
            data=replace(plain.data, port=0),
            management=ManagementSettings(port=0),
        )
        begin(await space.join("firm", SOON))
        begun = time.perf_counter()
        if again:
            # A first start writes files for each tenant, a later one reads them.
            first = await build_house(settings, transport=space.wire)
            first.follow()
            await first.seats.seated.wait()
            await first.stop()
            begun = time.perf_counter()
        house = await build_house(settings, transport=space.wire)
        await house.start()
        ready = time.perf_counter()
        await house.seats.find(names[0])
        before, cpu = _read_resident(), time.process_time()
        await house.seats.seated.wait()
        seated = time.perf_counter()
        after, cpu = _read_resident(), time.process_time() - cpu
        catalogue = await _ask(space, house, names[0])
        found = {
            "tenants": count,
            "seated": len(house.seats.taken),
            "ready_s": round(ready - begun, 2),
            "all_seated_s": round(seated - ready, 2),
            "cpu_ms_each": round(cpu * 1000 / count, 2),
            "kib_each": round((after - before) / count, 1),
            "catalogue_ms": catalogue,
        }
        print(json.dumps(found))
        await space.leave("firm")
        await house.stop()


async def _ask(space: Space, house: object, name: str) -> float:
    """Return the median time of a catalogue request in ms."""
    identity, times = space.firm.connector.parts.identity, []
    transport = httpx.ASGITransport(as_asgi(make_doors(house.seats).protocol))  # type: ignore[attr-defined]
    body = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}
    async with httpx.AsyncClient(transport=transport) as client:
        for _ in range(ASKED):
            token = await identity.issue_token(identify(name), Intent.CATALOG)
            begun = time.perf_counter()
            url = f"{locate(name)}/dsp/2025-1/catalog/request"
            answer = await client.post(url, headers={"Authorization": token}, json=body)
            times.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, answer.text
    return round(statistics.median(times), 2)


def _read_resident() -> int:
    """Return the resident set of this process in KiB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, again="again" in sys.argv))
