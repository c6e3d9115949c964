"""A consumer chooses values for parameters that the provider allows, in a pull and in a push."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.pair.moving import World, moving

ADDRESS: dict[str, Any] = {
    "kind": "sql",
    "path": "city.sqlite",
    "table": "trees",
    "order": ["id"],
    "format": "json",
    "parameters": {"from": {"type": "integer", "field": "id", "compare": ">="}, "street": {}},
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with moving(tmp_path) as made:
        assert made.site.source_root
        with closing(sqlite3.connect(made.site.source_root / "city.sqlite")) as database:
            database.execute("CREATE TABLE trees (id INTEGER, street TEXT)")
            database.executemany("INSERT INTO trees VALUES (?, ?)", [(n, f"S & {n % 2}") for n in range(6)])
            database.commit()
        yield made


async def test_both_ways_deliver_the_part_that_was_asked_for(world: World) -> None:
    _, agreement = await world.agree(ADDRESS, None)
    for push in (False, True):
        for parameters, ids in (({}, [0, 1, 2, 3, 4, 5]), ({"from": "2", "street": "S & 1"}, [3, 5])):
            ended = await world.transfer(agreement, push=push, parameters=parameters)
            assert ended.state == "COMPLETED", (push, ended.ended, ended.progress)
            folder = world.firm.connector.parts.settings.received / ended.id.rpartition(":")[2]
            (file,) = [path for path in folder.iterdir() if path.is_file()]
            assert [row["id"] for row in json.loads(file.read_bytes())] == ids


@pytest.mark.parametrize("push", [False, True], ids=["pull", "push"])
@pytest.mark.parametrize("parameters", [{"id": "1"}, {"from": "1 OR 1=1"}, {"street": "x" * 500}])
async def test_what_the_provider_does_not_allow_ends_the_transfer_without_data(
    world: World, push: bool, parameters: dict[str, str]
) -> None:
    _, agreement = await world.agree(ADDRESS, None)
    ended = await world.transfer(agreement, push=push, parameters=parameters)
    assert ended.state == "TERMINATED"
    assert ended.ended
    assert ended.ended.reason
    assert not list(world.firm.connector.parts.settings.received.glob("*/*.json"))


async def test_a_pull_by_hand_is_told_what_is_allowed(world: World) -> None:
    _, agreement = await world.agree(ADDRESS, None)
    opened = await world.transfer(agreement, push=False, keep=True)
    answer = await world.pull_by_hand(opened.id, "from=4")
    assert [row["id"] for row in answer.json()] == [4, 5]
    refused = await world.pull_by_hand(opened.id, "x=1")
    assert (refused.status_code, refused.json()["error"]) == (400, "parameters")
    assert "from (integer), street (text)" in refused.json()["message"]
