"""The power goes at any moment: what was acknowledged is there, and nothing is there in part."""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec
import pytest

from connector.ports import changes
from connector.ports.entities import Asset, PageBounds
from connector.ports.store_errors import StoreError
from connector.store.sqlite.engine import connection
from connector.store.sqlite.engine.kept import KeptPages
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.engine.writer import Writer
from connector.store.sqlite.store import SqliteStore, open_store
from tests.contract import values
from tests.contract.values import OWNER
from tests.crash import power
from tests.crash.power import Disk, File

GROUPS = 60
CUTS = 12
WRITERS = 6
SHORT, LONG = 6, 150
MANY = PageBounds(limit=10_000)


class Cut(msgspec.Struct):
    """The power goes here: what was acknowledged until then, and what the disk held."""

    acknowledged: list[int]
    files: dict[str, File]


async def written(path: Path, disk: Disk, rng: random.Random, *, synchronous: str) -> list[Cut]:
    """Write groups, several at once, as the store does; return some of the moments of that."""
    acknowledged: list[int] = []
    every: list[Cut] = []
    gap = rng.randint(5, 20)
    seen = Counter[str]()

    def event(what: str) -> None:
        seen["all"] += 1
        if seen["all"] % gap == 0:
            every.append(Cut(list(acknowledged), disk.snapshot()))

    disk.event = event
    await asyncio.to_thread(migrate, path, steps("store"))

    def opened() -> sqlite3.Connection:
        made = connection.open_writable(path, patient=False)
        made.execute(f"PRAGMA synchronous = {synchronous}")
        return made

    shelf: KeptPages[Asset] = KeptPages()
    store = SqliteStore(connection.open_readable(path), Writer(opened, ended=shelf.settle), shelf)

    async def some(first: int) -> None:
        for number in range(first, GROUPS, WRITERS):
            await store.commit(group(number))
            acknowledged.append(number)

    await asyncio.gather(*(some(first) for first in range(WRITERS)))
    every.append(Cut(list(acknowledged), disk.snapshot()))
    await store.close()
    disk.event = lambda _: None
    return rng.sample(every, min(CUTS, len(every)))


def group(number: int) -> list[changes.Change]:
    """Return a group of several tables and pages, which is there whole or not at all."""
    process = values.negotiation(f"urn:n:{number}", offer=b'"' + b"x" * 6000 + b'"')
    return [
        changes.PutProcess(process, None),
        changes.PutHold(values.hold(f"urn:n:{number}")),
        changes.UseReplayKey(values.replay_key(f"key {number}")),
        changes.AddUsage(OWNER, "urn:agreement:1", uses=1),
        changes.AppendLeaf(values.leaf(f"urn:leaf:{number}", f"urn:n:{number}")),
    ]


async def left(path: Path) -> set[int]:
    """Open what is left as the product does; return the groups that are there. Fails where one is there in part."""
    store = await open_store(path, now=lambda: 0)
    try:
        processes = {row.id.removeprefix("urn:n:") for row in (await store.negotiations(OWNER, MANY))[0]}
        holds = {row.process_id.removeprefix("urn:n:") for row in (await store.holds(OWNER, MANY))[0]}
        leaves = {row.id.removeprefix("urn:leaf:") for row in (await store.leaves(OWNER, MANY))[0]}
        uses = (await store.usage(OWNER, "urn:agreement:1")).uses
        with closing(sqlite3.connect(path)) as looked_at:
            assert looked_at.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            keys = {row[0].removeprefix("key ") for row in looked_at.execute("SELECT jti FROM replay_keys")}
        assert processes == holds == leaves == keys
        assert uses == len(processes)
        await store.commit([changes.PutHold(values.hold("it can be written"))])
    finally:
        await store.close()
    return {int(number) for number in processes}


def lived(seed: int, base: Path, synchronous: str = "FULL") -> Counter[str]:
    """Live through one seed; return how many moments there were, and how many groups were kept and lost in them."""
    rng, disk, seen = random.Random(seed), Disk(), Counter[str]()
    folder = base / str(seed)
    folder.mkdir()
    # Half of the lives have checkpoints all the time, the others as the product has them.
    pages = rng.choice((10, connection._WAL_PAGES))
    with power.installed(disk), pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "_WAL_PAGES", pages)
        cuts = asyncio.run(written(folder / "store.sqlite", disk, rng, synchronous=synchronous))
    for number, cut in enumerate(cuts):
        place = folder / f"after-{number}"
        place.mkdir()
        target: Callable[[str], Path] = partial(_beside, place)
        power.lose(cut.files, rng, target)
        seen["moments"] += 1
        try:
            kept = asyncio.run(left(place / "store.sqlite"))
        except (sqlite3.Error, StoreError, AssertionError) as error:
            if synchronous == "FULL":
                error.add_note(f"seed {seed}, moment {number}")
                raise
            seen["broken"] += 1
            continue
        seen["kept"] += len(kept)
        seen["lost"] += len(set(cut.acknowledged) - kept)
        assert synchronous != "FULL" or not set(cut.acknowledged) - kept, f"seed {seed}, moment {number}"
    return seen


def _beside(place: Path, path: str) -> Path:
    return place / Path(path).name


def test_what_was_committed_survives_a_loss_of_power(tmp_path: Path) -> None:
    seen = sum((lived(seed, tmp_path) for seed in range(SHORT)), Counter[str]())
    assert seen["moments"] == SHORT * CUTS
    assert seen["kept"] > 0


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_with_fewer_syncs_commits_are_lost_and_the_test_sees_it(tmp_path: Path, synchronous: str) -> None:
    assert sum(lived(seed, tmp_path, synchronous)["lost"] for seed in range(3)) > 0


@pytest.mark.crash
def test_a_long_time_of_losses_of_power(tmp_path: Path) -> None:
    first = int(os.environ.get("POWER_SEED", "1000"))
    seen = Counter[str]()
    for seed in range(first, first + LONG):
        seen += lived(seed, tmp_path)
    print(f"\n{LONG} lives, {dict(seen)}")
    assert (seen["lost"], seen["broken"]) == (0, 0)
