"""The pieces of a connector: built from the parts of one participant, whose address they have."""

from pathlib import Path

from connector.app.control.building import build_context, build_search_client
from connector.app.parts import new_urn
from connector.settings import BrokerSettings
from tests.support.tenants import housed, identify, locate


async def test_the_context_is_that_of_the_participant_whose_parts_they_are(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        parts = house.seats.taken["parks"].parts
        made = build_context(parts, new_urn, lambda _: None)
        assert (made.owner, made.participant) == ("parks", identify("parks"))
        assert made.address == f"{locate('parks')}/dsp/2025-1"
        assert made.find_name(identify("roads")) == "Roads"
        assert made.store is house.house.parts.store


async def test_without_a_broker_there_is_no_client_of_one(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        assert house.seats.taken["parks"].parts.settings.broker == BrokerSettings(
            record=house.seats.folder / "parks" / "record.sqlite"
        )
        assert build_search_client(house.seats.taken["parks"].parts) is None
        assert build_search_client(house.house.parts) is not None
