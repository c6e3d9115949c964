"""The sources of a broker for its operator, page by page, and what cannot be registered."""

import pytest

from connector.broker.operating.acts import ActRefused
from connector.broker.operating.sources import SourceChoice
from connector.desk.operating.sources import list_sources, register_source, require_source
from connector.views.sources import SourceOrder
from tests.broker.world import CITY
from tests.web.public.square import Square, list_offers


async def test_pages_follow_each_other_without_a_gap() -> None:
    square = Square(**list_offers())
    await square.crawl()
    first, following = await list_sources(square.operator, SourceChoice(), None, 1)
    second, end = await list_sources(square.operator, SourceChoice(), following, 1)
    assert [one.participant for one in (*first, *second)] == [CITY + "tiefbauamt", CITY + "umweltamt"]
    assert end is None
    assert await list_sources(square.operator, SourceChoice(portals=True), None, 1) == ((), None)


async def test_what_is_read_already_is_not_registered() -> None:
    square = Square(**list_offers())
    await square.crawl()
    order = SourceOrder(participant=CITY + "umweltamt", address="https://umweltamt.example/dsp")
    with pytest.raises(ActRefused) as refused:
        await register_source(square.operator, order, "admin")
    assert refused.value.code == "listed"
    with pytest.raises(ActRefused) as missing:
        await require_source(square.operator, "urn:none")
    assert missing.value.missing
