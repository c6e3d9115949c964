"""What a full store costs: every read of the management API, withdrawals and negotiations, after all that was done.

The store of the provider is filled while nobody uses it, by the store's own code, with copies of what one negotiation
and one transfer left behind. A dataset, a participant and an agreement have a tenth of everything. The reads are those
of the OpenAPI document, each with every pair of its filters. On a machine with other work, the processor time counts:
that of the loop's thread is the time for which it served nobody else.
"""

import asyncio
import itertools
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import uvloop

from connector.cli.demo.stage import Stage
from connector.ports.changes import (
    AddUsage,
    AppendLeaf,
    PutAgreement,
    PutAsset,
    PutFlow,
    PutProcess,
    RecordDuty,
)
from connector.ports.entities import CountedUse, DutyEvent, DutyState, PageBounds
from connector.settings import load
from connector.store.sqlite.store import SqliteStore, open_store
from tests.benchmarks.api import IN_FLIGHT, negotiate_many
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.outside import ApiCaller, Order, call_actor, offer_file, run_actors
from tests.benchmarks.pulls import cpu_s

OWNER = "default"
ROUNDS, PAIRS, NEGOTIATIONS, WITHDRAWALS, GROUP = 7, 2, 640, 20, 2_000
PEERS = 1_000
MONTHS = dict.fromkeys(("first", "last"), time.strftime("%Y-%m"))
DUTY = "urn:duty:1"
LEFT_OUT = {
    "/v1/credentials": "the few that this participant holds",
    "/v1/credentials/{key}": "the few that this participant holds",
    "/v1/issuances": "those of credentials, which a participant by the list has none of",
    "/v1/issuances/{id}": "those of credentials, which a participant by the list has none of",
    "/v1/issuer/credentials": "those of an issuer, which this process is not",
    "/v1/issuer/credentials/{id}": "those of an issuer, which this process is not",
    "/v1/issuer/requests": "those of an issuer, which this process is not",
    "/v1/issuer/requests/{id}": "those of an issuer, which this process is not",
    "/v1/subscriptions/{id}": "the few that run",
    "/v1/assets/{id}/lineage": "of products alone",
    "/v1/assets/{id}/quality": "five versions",
    "/v1/self-description": "one document",
    "/openapi.json": "no data",
    "/v1/catalog": "asks another participant",
    "/v1/catalog/dataset": "asks another participant",
    "/v1/search": "asks the broker",
    "/v1/searches": "asks the broker",
    "/v1/searches/{search_id}/new": "asks the broker",
    "/v1/needs": "asks the broker",
    "/v1/needs/{need_id}": "asks the broker",
    "/v1/needs/{need_id}/answers": "asks the broker",
    "/v1/needs/{need_id}/matches": "asks the broker",
    "/v1/notices": "asks the broker",
    "/v1/audit/export": "returns all by contract, and lets other requests run",
    "/v1/transfers/{id}/content": "returns the data",
    "/v1/transfers/{id}/files": "reads the data",
    "/v1/transfers/{id}/stream": "returns the data",
}


def measure(order: Order) -> list[Figure]:
    """Return the slowest read and the slowest withdrawal, the longest step of the loop, and what negotiations cost."""
    stage = order.make_stage("city", "firm")
    with run_actors(stage, "city", "firm"):
        known, empty = uvloop.run(_begin(stage, offer_file(stage.actors["city"])))
    asyncio.run(fill_store(load(stage.actors["city"].settings).store.path, known, order))
    with run_actors(stage, "city", "firm"):
        return uvloop.run(_measure(stage, known, empty))


async def _begin(stage: Stage, dataset: str) -> tuple[dict[str, str], float]:
    """Negotiate and transfer once; return the identifiers by their names, and what a negotiation costs the provider."""
    known = await begin_work(stage, dataset)
    async with call_actor(stage.actors["firm"]) as firm:
        return known, await _negotiation_cpu_ms(stage, firm, dataset)


async def begin_work(stage: Stage, dataset: str) -> dict[str, str]:
    """Negotiate and transfer once; return the identifiers by their names."""
    async with call_actor(stage.actors["firm"]) as firm:
        agreed = await firm.negotiate(stage.actors["city"].id, dataset)
        moved = await firm.call("POST", "/v1/transfers", {"agreement": agreed["agreement_id"]})
        moved = await firm.call("GET", f"/v1/transfers/{quote(moved['id'])}/wait?timeout=60")
        assert moved["state"] == "COMPLETED", moved
        return {
            "dataset": dataset,
            "agreement": agreed["agreement_id"],
            "negotiation": agreed["peer_pid"],
            "transfer": moved["peer_pid"],
            "peer": stage.actors["firm"].id,
        }


async def _negotiation_cpu_ms(stage: Stage, firm: ApiCaller, dataset: str) -> float:
    city = stage.actors["city"].id
    await negotiate_many(firm, city, dataset, IN_FLIGHT * 2)
    before = cpu_s((stage.processes["city"].pid,))
    await negotiate_many(firm, city, dataset, NEGOTIATIONS)
    return (cpu_s((stage.processes["city"].pid,)) - before) / NEGOTIATIONS * 1000


async def fill_store(path: Path, known: dict[str, str], order: Order) -> None:
    """Fill the store with copies of one asset, one negotiation and one transfer, in groups."""
    store = await open_store(path)
    try:
        _relax(store)
        made = _copies(store, known, order)
        while group := [change async for change in _take(made, GROUP)]:
            await store.commit(group)
    finally:
        await store.close()


def _relax(store: SqliteStore) -> None:
    """A fixture does not have to survive a loss of power."""
    connection: sqlite3.Connection | None = store._writer._connection
    if connection is not None:
        connection.execute("PRAGMA synchronous = OFF")


async def _take(made: Any, count: int) -> Any:
    for _ in range(count):
        try:
            yield await anext(made)
        except StopAsyncIteration:
            return


async def _copies(store: SqliteStore, known: dict[str, str], order: Order) -> Any:
    """Yield the changes that make copies of one asset, one negotiation and one transfer."""
    asset = await store.asset(OWNER, known["dataset"])
    negotiation = await store.negotiation(OWNER, known["negotiation"])
    transfer = await store.transfer(OWNER, known["transfer"])
    agreement = await store.agreement(OWNER, known["agreement"])
    flow = await store.flow(OWNER, known["transfer"])
    (leaf, *_), _ = await store.leaves(OWNER, PageBounds(limit=1), process_id=known["negotiation"])
    assert asset is not None
    assert negotiation is not None
    assert transfer is not None
    assert agreement is not None
    assert flow is not None
    replace = msgspec.structs.replace
    for number in range(order.assets):
        document = asset.document.replace(asset.id.encode(), f"urn:asset:{number}".encode())
        document = document.replace(asset.offer_id.encode(), f"urn:offer:{number}".encode())
        copy = replace(asset, id=f"urn:asset:{number}", offer_id=f"urn:offer:{number}", document=document, version=1)
        yield PutAsset(copy, None)
    for number in range(order.agreements):
        heavy = number % 10 == 0
        peer = known["peer"] if heavy else f"urn:participant:{number % PEERS}"
        dataset = known["dataset"] if heavy else f"urn:asset:{number % order.assets}"
        key = f"urn:agreement:{number}"
        named: dict[str, Any] = {"dataset": dataset, "version": 1}
        begun = {"id": f"urn:negotiation:{number}", "peer": peer, "peer_pid": f"urn:n:{number}", "agreement_id": key}
        yield PutProcess(replace(negotiation, **named, **begun), None)
        agreed = {"counterparty": peer, "dataset": dataset, "negotiation_id": begun["id"], "finalized_at": number}
        document = agreement.document.replace(agreement.id.encode(), key.encode())
        yield PutAgreement(replace(agreement, id=key, document=document, **agreed))
        used = known["agreement"] if heavy else key
        pid = f"urn:transfer:{number}"
        moved = {"id": pid, "peer": peer, "peer_pid": f"urn:t:{number}", "agreement_id": used}
        yield PutProcess(replace(transfer, **named, **moved), None)
        yield PutFlow(replace(flow, id=pid, peer=peer, dataset=dataset, agreement_id=used, token_hash=None))
        use = CountedUse(
            owner=OWNER,
            agreement_id=used,
            flow_id=pid,
            counterparty=peer,
            dataset=dataset,
            providing=True,
            at=number,
        )
        yield AddUsage(OWNER, used, 1, 1, use=use, flow_id=pid)
        if heavy:
            yield RecordDuty(
                DutyEvent(owner=OWNER, agreement_id=used, duty=DUTY, state=DutyState.FULFILLED, at=number, occasion=pid)
            )
        yield AppendLeaf(replace(leaf, id=f"urn:leaf:{number}", process_id=str(begun["id"])))


async def _measure(stage: Stage, known: dict[str, str], empty: float) -> list[Figure]:
    pid = stage.processes["city"].pid
    async with call_actor(stage.actors["city"]) as city, call_actor(stage.actors["firm"]) as firm:
        watching = asyncio.create_task(_watch(stage, pid))
        calls = [("GET", path, None) for path in list_reads(await city.call("GET", "/openapi.json"), known)]
        reads = [await _time(city, pid, [call] * ROUNDS) for call in calls]
        ends = [
            ("POST", f"/v1/agreements/urn%3Aagreement%3A{number}/withdraw", {"reason": "It is over."})
            for number in range(WITHDRAWALS)
        ]
        kept = ("POST", f"/v1/assets/{quote(known['dataset'], safe='')}/withdraw", {})
        withdrawals = [await _time(city, pid, ends), await _time(city, pid, [kept])]
        watching.cancel()
        longest, held = await watching
        published = ("POST", f"/v1/assets/{quote(known['dataset'], safe='')}/publish", {})
        await city.call(*published)
        full = await _negotiation_cpu_ms(stage, firm, known["dataset"])
    for wall, work, name in sorted(reads, reverse=True)[:10]:
        print(f"  {wall:8.2f} ms  {work:8.2f} ms of the processor  {name}")
    return [
        figure("growth.reads", len(reads), "1"),
        figure("growth.slowest_read_p50_ms", max(reads)[0], "ms"),
        figure("growth.slowest_read_cpu_ms", max(work for _, work, _ in reads), "ms"),
        figure("growth.withdraw_p50_ms", withdrawals[0][0], "ms"),
        figure("growth.withdraw_asset_ms", withdrawals[1][0], "ms"),
        figure("growth.longest_step_cpu_ms", longest, "ms"),
        figure("growth.longest_wait_ms", held, "ms"),
        figure("growth.negotiation_cpu_ms", full, "ms", empty),
    ]


async def _time(caller: ApiCaller, pid: int, calls: Sequence[tuple[str, str, Any]]) -> tuple[float, float, str]:
    """Return the median of the milliseconds of calls, that of the processor time of the loop, and the first path."""
    walls, works = [], []
    for call in calls:
        begun, worked = time.perf_counter(), _loop_cpu_ms(pid)
        await caller.call(*call)
        walls.append((time.perf_counter() - begun) * 1000)
        works.append(_loop_cpu_ms(pid) - worked)
    return percentile(walls, 0.5), percentile(works, 0.5), calls[0][1]


async def _watch(stage: Stage, pid: int) -> tuple[float, float]:
    """Ask for the health all the time; return the most that the loop worked, and the most that passed, in between."""
    work = wall = 0.0
    async with call_actor(stage.actors["city"]) as caller:
        try:
            while True:
                took = await _time(caller, pid, [("GET", "/health", None)])
                wall, work = max(wall, took[0]), max(work, took[1])
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            return work, wall


def _loop_cpu_ms(pid: int) -> float:
    """Return the processor time of the first thread of a process, on which its loop runs."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text("ascii").split()[0]) / 1e6


def list_reads(document: dict[str, Any], known: dict[str, str]) -> Iterator[str]:
    """Yield each read with no filter, with each one, and with each pair, for what there is much of and for nothing."""
    for path, methods in document["paths"].items():
        if "get" not in methods or path in LEFT_OUT or path.endswith("/wait"):
            continue
        filters = [one for one in methods["get"].get("parameters", []) if one["in"] == "query"]
        asked_by = [one for one in filters if one["name"] not in {"after", "limit"}]
        choices = {one["name"]: _list_values(one, document["components"]["schemas"], known) for one in asked_by}
        filled = path
        for name, value in _path_values(path, known).items():
            filled = filled.replace("{" + name + "}", quote(value, safe=""))
        for count in range(PAIRS + 1):
            for names in itertools.combinations(choices, count):
                for values in itertools.product(*(choices[name] for name in names)):
                    asked = "&".join(
                        f"{name}={quote(value, safe='')}" for name, value in zip(names, values, strict=True)
                    )
                    yield filled + ("?" + asked if asked else "")


def _list_values(parameter: dict[str, Any], components: dict[str, Any], known: dict[str, str]) -> list[str]:
    """Return the values to ask for: every one of an enumeration, else what there is much of, and nothing."""
    if parameter["name"] in MONTHS:
        return [MONTHS[parameter["name"]]]
    schemas = parameter["schema"].get("anyOf", [parameter["schema"].get("items", parameter["schema"])])
    for schema in schemas:
        if "enum" in schema:
            return list(schema["enum"])
        if "$ref" in schema:
            return list(components[schema["$ref"].rpartition("/")[2]]["enum"])
    if isinstance(parameter["schema"].get("default"), str):
        return [parameter["schema"]["default"]]
    name = {"counterparty": "peer", "process": "negotiation"}.get(parameter["name"], parameter["name"])
    return [known[name], "urn:nobody"] if name in known and name != "agreement" else [known.get(name, "urn:nobody")]


def _path_values(path: str, known: dict[str, str]) -> dict[str, str]:
    """Return the values of a path's names: what there is much of."""
    kinds = {
        "/v1/assets/": "dataset",
        "/v1/negotiations/": "negotiation",
        "/v1/transfers/": "transfer",
        "/v1/agreements/": "agreement",
        "/v1/usage/": "agreement",
    }
    kind = next((kind for begin, kind in kinds.items() if path.startswith(begin)), None)
    return dict.fromkeys(("id", "agreement"), known[kind]) if kind else {}
