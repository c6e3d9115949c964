"""The matrix of refusals: each reason × each kind of source × pull and push: no byte leaves, the reason is in words.

Each cell first moves data under the same terms, so that a refusal is not a fault of the test. A new kind of source
joins with its line in `connector.dataplane.kinds` and its backing in the suite of sources. `test_stream_refusals` is
the same matrix for streams.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from connector.client.frame.errors import ClientError
from connector.dataplane.kinds import SOURCES
from connector.views.assets import AssetOrder, DataClass
from tests.contract.test_source import ALL
from tests.dataplane.world import blob
from tests.pair.moving import CountedSource, World
from tests.pair.refusing import FACTS, REASONS, check_words, refusing

pytestmark = pytest.mark.asyncio(loop_scope="module")

DATA = blob(100_000)
TABLE = b"id,street\r\n" + b"".join(b"%d,Ring\r\n" % one for one in range(500))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with refusing(tmp_path_factory.mktemp("refusals")) as made:
        yield made


@asynccontextmanager
async def back(world: World, kind: str, constraint: dict[str, Any] | None) -> AsyncIterator[dict[str, Any]]:
    """Yield the address of data of a kind; a product has an input of its own, on the same terms."""
    if kind != "recipe":
        async with ALL[kind](world.site, DATA) as address:
            yield address
        return
    assert world.site.source_root
    name = f"input-{world.number}"
    (world.site.source_root / f"{name}.csv").write_bytes(TABLE)
    permission: dict[str, Any] = {"action": "use"} | ({"constraint": [constraint]} if constraint else {})
    order = AssetOrder(
        id=f"urn:dataset:{name}",
        title={"en": name},
        source={"kind": "file", "path": f"{name}.csv"},
        policy={"permission": [permission]},
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
    )
    await world.city.api.assets.add(order)
    await world.city.api.assets.publish(order.id or "")
    yield {"kind": "recipe", "inputs": [{"name": "counts", "asset": order.id}], "every": "week"}


@pytest.mark.parametrize("push", [False, True], ids=["pull", "push"])
@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("reason", REASONS)
async def test_no_byte_leaves_after_a_reason_to_refuse(world: World, reason: str, kind: str, push: bool) -> None:
    refused = REASONS[reason]
    await world.state(FACTS)
    counted = CountedSource(SOURCES[kind](world.site))
    world.city.connector.dataplane.sources[kind] = counted  # type: ignore[attr-defined]
    constraint = refused.constraint(world)
    async with back(world, kind, constraint) as address:
        dataset, agreement = await world.agree(address, constraint)
        counted.count = 0
        before = await world.transfer(agreement, push=push)
        assert before.state == "COMPLETED", (before.state, before.ended)
        assert counted.count > 0
        opened = None
        if not push and reason != "count used up":
            opened = await world.transfer(agreement, push=False, keep=True)
            assert (await world.pull_by_hand(opened.id)).status_code == 200
        await refused.happen(world, dataset, agreement)
        counted.count = 0
        told = await _ask_again(world, agreement, push=push)
        answer = await world.pull_by_hand(opened.id) if opened else None
    assert counted.count == 0
    check_words(reason, told)
    if answer is not None:
        assert answer.status_code in {401, 403}, answer.text
        assert answer.json()["message"]


async def _ask_again(world: World, agreement: str, *, push: bool) -> str:
    """Ask for the data again; return why it is refused."""
    try:
        ended = await world.transfer(agreement, push=push)
    except ClientError as error:
        return str(error)
    assert ended.state == "TERMINATED"
    assert ended.ended
    return ended.ended.reason
