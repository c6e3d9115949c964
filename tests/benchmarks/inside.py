"""What a contract between two tenants of one process costs: `python -m tests.benchmarks.inside [COUNT]`.

The processor time per negotiation of the whole process, so of both sides, with messages inside it and over its own
listener, by turns; with TLS and without, by the participant list and by credentials. One JSON line for each.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import uvloop
from msgspec.structs import replace

from connector.app.connector import build
from connector.app.serve import tune
from connector.app.tenants.entering import TenantPlan, add_tenant
from connector.app.tenants.house import TenantHouse, build_house
from connector.app.tenants.seats import Seats
from connector.authority import card as cards
from connector.authority import issuing, keeping, roster
from connector.authority.founding import FOLDER
from connector.authority.keeping import Authority
from connector.cli.demo.stage import Stage
from connector.cli.setup.plan import KEY, LIST, MEMBERS
from connector.settings import Settings, TenantsSettings, load
from connector.views.assets import AssetOrder
from tests.benchmarks.negotiation import TERMS, negotiate
from tests.e2e.live import environment
from tests.support.certificates import write_certificates
from tests.support.tenants import member_of

NAMES = ("parks", "roads")
IN_FLIGHT = 32
TURNS = 3


def main(count: int) -> None:
    for by_document in (False, True):
        for scheme in ("http", "https"):
            with tempfile.TemporaryDirectory() as folder:
                base = Path(folder)
                certificates = write_certificates(base) if scheme == "https" else {}
                with environment(**certificates, DATENKONTOR_NET__HOSTS='["127.0.0.1:*", "localhost:*"]'):
                    found = _measure(Stage(base / "stage", scheme=scheme, by_document=by_document), count)
                print(json.dumps({"by": "credentials" if by_document else "list", "scheme": scheme, **found}))


def _measure(stage: Stage, count: int) -> dict[str, float]:
    for word in ("broker", "city"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    settings = load(stage.actors["city"].settings)
    settings = replace(settings, tenants=TenantsSettings(folder=stage.actors["city"].directory / "tenants"))
    keys = _add_tenants(stage, settings)
    try:
        stage.start("broker")
        stage.await_ready("broker")
        spent: dict[str, list[float]] = {"inside": [], "wire": []}
        for turn in range(2 * TURNS):
            way = ("wire", "inside")[turn % 2]
            spent[way].append(uvloop.run(_negotiate_many(settings, keys, way == "inside", count)))
    finally:
        stage.stop()
    figures = {f"{way}_cpu_ms": [round(each, 2) for each in found] for way, found in spent.items()}
    return {**figures, "ratio": round(min(spent["inside"]) / min(spent["wire"]), 2)}  # type: ignore[dict-item]


def _add_tenants(stage: Stage, settings: Settings) -> dict[str, str]:
    """Add the tenants, and let the operator list them; return their management keys."""
    home, folder = stage.actors["broker"].directory, settings.tenants.folder
    assert folder is not None
    stage.enrol({})
    keys = {}
    for name in NAMES:
        added = add_tenant(settings, folder, TenantPlan(name=name, title=name), 1)
        member = cards.make_member(cards.read_card(Path(added.card)))
        if stage.by_document:
            member = msgspec.structs.replace(member, by_document=True)
        roster.add(home / MEMBERS, member)
        keys[name] = added.key
    if stage.by_document:
        authority = Authority(folder=home / FOLDER, members=home / MEMBERS, mirror=home / LIST)
        for name in NAMES:
            _place_credential(authority, roster.show(home / MEMBERS).members, name)
        issuing.publish(authority, now=datetime.now(UTC))
    else:
        roster.publish(home / MEMBERS, home / LIST, cards.load_key(home / KEY), now=datetime.now(UTC))
    return keys


def _place_credential(authority: Authority, members: Sequence[roster.Member], name: str) -> None:
    known = next(each for each in members if each.id.endswith(f":{name}"))
    now = int(time.time() * 1000)
    keeping.change(authority, lambda record: issuing.place_credential(record, known.id, ("MembershipCredential",), now))


async def _negotiate_many(settings: Settings, keys: dict[str, str], inside: bool, count: int) -> float:
    """Return the processor time of a negotiation in ms."""
    tune()
    folder = settings.tenants.folder
    assert folder is not None
    if inside:
        house = await build_house(settings)
    else:
        own = await build(settings)
        house = TenantHouse(own, Seats(own, folder))
    await house.start()
    try:
        async with asyncio.timeout(60):
            await house.seats.seated.wait()
        assert not house.seats.faults, house.seats.faults
        parks, roads = (house.seats.taken[name] for name in NAMES)
        offered = parks.parts.settings.data_root
        assert offered is not None
        (offered / "file").write_text("x")
        api = member_of(house, "parks", keys["parks"]).api
        order = AssetOrder(title={"de": "Bench"}, source={"kind": "file", "path": "file"}, policy=TERMS)
        asset = await api.assets.publish((await api.assets.add(order)).id)
        provider, gate = parks.context.participant, asyncio.Semaphore(IN_FLIGHT)

        async def one() -> None:
            async with gate:
                await negotiate(roads, provider, asset.id, asset.offer_id)

        for _ in range(20):
            await one()
        begun = time.process_time()
        await asyncio.gather(*(one() for _ in range(count)))
        return (time.process_time() - begun) / count * 1000
    finally:
        await house.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
