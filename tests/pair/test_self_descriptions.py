"""A provider's self-descriptions at the broker of its data space, over the wire, whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from connector.protocol.credential import name_description, read_credential
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.views.assets import BrokerListing
from tests.pair.space import WAIT_S, Space, broker, space


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def settled(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not await happened():  # noqa: ASYNC110 - another process says nothing
            await asyncio.sleep(0.01)


async def test_what_is_offered_is_found_with_the_word_of_its_provider_and_gone_when_it_is_withdrawn(
    data_space: Space,
) -> None:
    async with broker(data_space) as built:
        pusher = asyncio.create_task(data_space.city.connector.pushers[0].run())
        try:
            asset = await data_space.city.offers()
            name = name_description(data_space.city.id, asset.id)
            store = SqliteDescriptionStore(built.record)  # type: ignore[arg-type]

            async def is_there() -> bool:
                return await store.description(name) is not None

            await settled(is_there)
            await _check_word(data_space, store, name, asset.id)
            assert await built.record.entry(data_space.city.id, asset.id) is not None
            shown = await data_space.city.api.assets.show(asset.id)
            assert shown.broker is not None
            assert (shown.broker.state, shown.broker.findings) == (
                "accepted",
                ("The description does not state: theme.",),
            )
            await data_space.city.api.assets.withdraw(asset.id)

            async def is_gone() -> bool:
                return await store.description(name) is None

            await settled(is_gone)
            assert await built.record.entry(data_space.city.id, asset.id) is None
        finally:
            pusher.cancel()
            await asyncio.gather(pusher, return_exceptions=True)


async def _check_word(data_space: Space, store: SqliteDescriptionStore, name: str, dataset: str) -> None:
    """Let another participant verify what lies at the broker."""
    kept = await store.description(name)
    assert kept is not None
    keys = data_space.firm.connector.parts.identity.credentials
    assert keys is not None
    stated = read_credential(keys.verify_credential(kept.secured, data_space.city.id).payload)
    assert (stated.issuer, stated.subject) == (data_space.city.id, dataset)
    checked = await data_space.firm.api.descriptions.check(kept.secured.decode())
    assert (checked.problem, checked.issuer_name) == (None, "City")


async def test_a_restricted_offer_is_found_by_whom_its_access_policy_admits_and_by_nobody_else(tmp_path: Path) -> None:
    async with space(tmp_path, "city", "firm", "other") as made, broker(made):
        admitted = {"leftOperand": "dk:participant", "operator": "eq", "rightOperand": made.firm.id}
        access = {"permission": [{"action": "use", "constraint": [admitted]}]}
        pusher = asyncio.create_task(made.city.connector.pushers[0].run())
        try:
            await made.city.offers(access=access, at_broker=BrokerListing.RESTRICTED)

            async def is_found() -> bool:
                return bool((await made.firm.api.search("zahlung")).items)

            await settled(is_found)
            assert not (await made.other.api.search("zahlung")).items
        finally:
            pusher.cancel()
            await asyncio.gather(pusher, return_exceptions=True)
