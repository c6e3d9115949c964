"""A consumer chooses values for parameters that the provider allows, in a pull and in a push."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.views.assets import Records
from tests.pair.moving import World, moving
from tests.policy.support import atom

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


HIDING: dict[str, tuple[dict[str, Any], list[str]]] = {
    "leaves it out": ({"action": "dk:drop", "constraint": [atom("dk:field", "isAnyOf", ["street"])]}, ["from"]),
    "makes it coarser": (
        {
            "action": "dk:generalise",
            "constraint": [atom("dk:field", "isAnyOf", ["street"]), atom("dk:precision", "eq", "prefix-1")],
        },
        ["from"],
    ),
    "sums groups": (
        {
            "action": "dk:aggregate",
            "constraint": [atom("dk:field", "isAnyOf", ["street"]), atom("dk:smallestGroup", "gteq", 3)],
        },
        [],
    ),
}


@pytest.mark.parametrize("kind", HIDING)
async def test_no_parameter_selects_by_what_the_terms_hide(world: World, kind: str) -> None:
    """Who comes tells what a hidden field contains, and two sums that differ by one record tell that record."""
    duty, allowed = HIDING[kind]
    records = Records(format="json", fields=("id", "street"))
    _, agreement = await world.agree(ADDRESS, None, duty, records=records)
    opened = await world.transfer(agreement, push=False, keep=True)
    assert (await world.pull_by_hand(opened.id)).status_code == 200
    for name, value in (("from", "4"), ("street", "S & 1")):
        answer = await world.pull_by_hand(opened.id, urlencode({name: value}))
        assert (answer.status_code == 200) == (name in allowed), answer.text
        if name not in allowed:
            assert answer.json()["message"].startswith(f"The parameter {name} cannot be used")
    # What was refused has ended nothing, and a push says why it ends.
    assert (await world.pull_by_hand(opened.id)).status_code == 200
    pushed = await world.transfer(agreement, push=True, parameters={"street": "S & 1"})
    assert pushed.state == "TERMINATED", pushed.progress
    assert not list(world.firm.connector.parts.settings.received.glob(f"{pushed.id.rpartition(':')[2]}/*.json"))


async def test_a_pull_by_hand_is_told_what_is_allowed(world: World) -> None:
    _, agreement = await world.agree(ADDRESS, None)
    opened = await world.transfer(agreement, push=False, keep=True)
    answer = await world.pull_by_hand(opened.id, "from=4")
    assert [row["id"] for row in answer.json()] == [4, 5]
    refused = await world.pull_by_hand(opened.id, "x=1")
    assert (refused.status_code, refused.json()["error"]) == (400, "parameters")
    assert "from (integer), street (text)" in refused.json()["message"]
