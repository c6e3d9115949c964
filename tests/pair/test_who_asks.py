"""A clerk sees who asks, and for what: names and titles in every list, on both sides, without a read for each row."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.ports.changes import AddUsage
from connector.ports.entities import CountedUse
from connector.views.assets import DataClass
from tests.pair.space import Space, space

OPEN = {"permission": [{"action": "use"}]}
TITLE = {"de": "Zählung"}


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def test_a_held_request_names_who_asks_and_the_title_of_the_dataset(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN, data_class=DataClass.CONFIDENTIAL)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    assert (begun.counterparty_name, begun.title) == ("City", TITLE)
    requested = await firm.reaches(begun.id, "REQUESTED")
    held = await city.is_asked((await city.other_side(requested)).id)
    (hold,) = (await city.api.holds.list()).items
    assert (hold.counterparty, hold.counterparty_name) == (firm.id, "Firm")
    assert (hold.dataset, hold.title) == (asset.id, TITLE)
    assert held.hold == hold
    (listed,) = (await city.api.negotiations.list()).items
    assert (listed.counterparty_name, listed.title) == ("Firm", TITLE)


async def test_both_sides_name_the_counterparty_and_the_title_of_agreements_and_transfers(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    agreement = (await firm.reaches(begun.id, "FINALIZED")).agreement_id or ""
    started = await firm.api.transfers.start(agreement)
    await firm.api.transfers.wait(started.id, timeout_s=10, states=["STARTED"])
    for member, other in ((firm, "City"), (city, "Firm")):
        lists = member.api.negotiations, member.api.transfers, member.api.agreements
        for row in [(await chapter.list()).items[0] for chapter in lists]:
            assert (row.counterparty_name, row.title) == (other, TITLE)


async def test_a_blocked_participant_is_listed_with_its_name(data_space: Space) -> None:
    await data_space.city.api.participants.block(data_space.firm.id)
    (block,) = await data_space.city.api.participants.blocks()
    assert block.name == "Firm"


async def test_a_use_is_listed_with_the_identifier_of_its_agreement_and_its_title(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=OPEN)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    final = await firm.reaches(begun.id, "FINALIZED")
    context, key = firm.connector.context, final.agreement_key or ""
    use = CountedUse(
        owner=context.owner,
        agreement_id=key,
        flow_id="f",
        counterparty=city.id,
        dataset=asset.id,
        providing=False,
        at=1,
    )
    await context.store.commit([AddUsage(context.owner, key, uses=1, use=use)])
    (listed,) = (await firm.api.agreements.uses()).items
    assert (listed.agreement_id, listed.agreement_key, listed.title) == (final.agreement_id, key, TITLE)
