"""The crawler of a broker reads the participants of the list and the portals of its settings."""

import asyncio

from msgspec.structs import replace

from connector.app.broker import build_broker
from connector.settings.model import PortalSettings
from tests.app.conftest import listening
from tests.pair.space import Space


async def test_a_portal_of_the_settings_is_a_source_from_the_start(space: Space) -> None:
    settings = listening(space, "broker")
    portal = PortalSettings(name="open-data", kind="dcat", url="https://portal.example/catalog.ttl")
    settings = replace(settings, broker=replace(settings.broker, portals=(portal,)))
    broker = await build_broker(settings, transport=space.wire)
    await broker.start()
    try:
        for _ in range(500):  # the crawler notes it in its first turn
            if portals := [source.name for source in await broker.record.sources() if source.portal]:
                break
            await asyncio.sleep(0.01)
        assert portals == ["open-data"]
    finally:
        await broker.stop()
