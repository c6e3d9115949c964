"""What participants know of each other beside a negotiation: exclusions, the facts of data, and purposes."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.client.frame.errors import ClientError, InvalidRequest, RequestRefused
from connector.client.get import WantedOffer
from connector.protocol.stated import read_stated
from connector.views.assets import Records
from tests.controlplane.agreements import atom
from tests.pair.space import PURPOSE, SOON, WAIT_S, Space, begin, only_for, space

WHY = "Breach of contract."


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm", "other", "club") as made:
        yield made


async def shown(data_space: Space) -> list[str]:
    page = await data_space.firm.api.catalog.fetch(data_space.city.id)
    return [dataset["@id"] for dataset in page.items]


async def test_a_blocked_participant_is_refused_shown_nothing_and_its_processes_end(data_space: Space) -> None:
    city, firm = data_space.city, data_space.firm
    terms = {"permission": [{"action": "use"}]}
    asset = await city.offers(policy=terms)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    agreement = (await firm.reaches(begun.id, "FINALIZED")).agreement_id or ""
    await city.reaches((await city.other_side(await firm.api.negotiations.show(begun.id))).id, "FINALIZED")
    running = await firm.api.transfers.start(agreement)
    await firm.api.transfers.wait(running.id, timeout_s=0)
    blocked = await city.api.participants.block(firm.id, reason=WHY)
    assert (blocked.reason, blocked.by) == (WHY, "person")
    assert await city.api.participants.block(firm.id, reason="Another.") == blocked
    ended = await firm.api.transfers.wait(running.id, timeout_s=20)
    assert ended.ended
    assert (ended.state, WHY in ended.ended.reason) == ("TERMINATED", True)
    again = await firm.api.transfers.start(agreement)
    refused = await firm.api.transfers.wait(again.id, timeout_s=20)
    assert refused.ended
    assert (refused.state, WHY in refused.ended.reason) == ("TERMINATED", True)
    assert await shown(data_space) == []
    for request in (firm.api.negotiations.start, firm.api.catalog.dataset):
        with pytest.raises(RequestRefused, match=WHY):
            await request(city.id, asset.id)
    await data_space.other.api.negotiations.start(city.id, asset.id)
    (entry,) = [one for one in (await city.api.participants.list()).items if one.id == firm.id]
    assert entry.block == blocked
    kinds = [leaf.kind async for leaf in city.api.audit.all(process=firm.id)]
    assert kinds == ["participant blocked"]


async def test_a_block_survives_a_restart_until_it_is_lifted(data_space: Space) -> None:
    asset = await data_space.city.offers(policy={"permission": [{"action": "use"}]})
    await data_space.city.api.participants.block(data_space.firm.id, reason=WHY)
    await data_space.leave("city")
    begin(await data_space.join("city", SOON))
    assert [entry.participant for entry in await data_space.city.api.participants.blocks()] == [data_space.firm.id]
    assert await shown(data_space) == []
    await data_space.city.api.participants.unblock(data_space.firm.id)
    assert await shown(data_space) == [asset.id]
    begun = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)
    await data_space.firm.reaches(begun.id, "FINALIZED")
    with pytest.raises(ClientError, match="is not blocked"):
        await data_space.city.api.participants.unblock(data_space.firm.id)


@pytest.mark.parametrize("name", ["did:web:nobody.example", "did:web:city.example"])
async def test_an_unknown_and_the_own_participant_cannot_be_blocked(data_space: Space, name: str) -> None:
    with pytest.raises(ClientError):
        await data_space.city.api.participants.block(name)


async def test_a_dataset_states_size_date_type_and_digest_of_its_data_as_it_is_now(data_space: Space) -> None:
    asset = await data_space.city.offers(policy={"permission": [{"action": "use"}]}, media_type="text/csv")
    file = data_space.city.connector.parts.settings.data_root
    assert file
    for data in (b"street;cars\n", b"street;cars\nA;12\n"):
        (file / "counts.csv").write_bytes(data)
        document = await data_space.firm.api.catalog.dataset(data_space.city.id, asset.id)
        stated = read_stated(document)
        assert (stated.size, stated.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert stated.modified
        types = {entry["dcat:mediaType"]["@id"] for entry in document["distribution"]}
        assert types == {"http://www.iana.org/assignments/media-types/text/csv"}


USE: dict[str, Any] = {"permission": [{"action": "use"}]}
RECORDS = Records(format="csv", delimiter=";", decimal=",")
PSEUDONYMS = USE | {
    "obligation": [
        {
            "action": "dk:pseudonymise",
            "constraint": [{"leftOperand": "dk:field", "operator": "eq", "rightOperand": "street"}],
        }
    ]
}


@pytest.mark.parametrize(
    ("more", "whole"),
    [
        ({"policy": USE}, True),
        ({"policy": USE, "records": RECORDS}, True),
        ({"policy": PSEUDONYMS, "records": RECORDS}, False),
        ({"policy": PSEUDONYMS}, False),
    ],
)
async def test_size_digest_and_name_are_stated_where_the_bytes_of_the_source_leave(
    data_space: Space, more: dict[str, Any], whole: bool
) -> None:
    asset = await data_space.city.offers(media_type="text/csv", **more)
    document = await data_space.firm.api.catalog.dataset(data_space.city.id, asset.id)
    stated = read_stated(document)
    assert [bool(member) for member in (stated.sha256, stated.size, stated.name)] == [whole] * 3
    assert stated.modified


async def test_nothing_is_stated_of_the_source_to_a_consumer_whose_agreement_treats_the_records(
    data_space: Space,
) -> None:
    city, firm = data_space.city, data_space.firm
    asset = await city.offers(policy=PSEUDONYMS, media_type="text/csv", records=RECORDS)
    begun = await firm.api.negotiations.start(city.id, asset.id)
    await firm.reaches(begun.id, "FINALIZED")
    await city.api.assets.edit(asset.id, {"policy": USE})
    assert read_stated(await firm.api.catalog.dataset(city.id, asset.id)).sha256 is None
    assert read_stated(await data_space.other.api.catalog.dataset(city.id, asset.id)).sha256


async def test_a_purpose_that_is_stated_when_asking_is_in_the_agreement(data_space: Space) -> None:
    asset = await data_space.city.offers(policy={"permission": [{"action": "use"}]})
    begun = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, purpose=PURPOSE)
    final = await data_space.firm.reaches(begun.id, "FINALIZED")
    assert PURPOSE.rpartition(":")[2] in str(final.agreement)


@pytest.mark.parametrize("purpose", ["", "x" * 2000])
async def test_a_purpose_without_sense_is_refused(data_space: Space, purpose: str) -> None:
    asset = await data_space.city.offers(policy={"permission": [{"action": "use"}]})
    with pytest.raises(ClientError):
        await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, purpose=purpose)


FOR_A_TERM = only_for(PURPOSE)
FOR_A_TERM["permission"][0]["constraint"].append(atom("odrl:elapsedTime", "lteq", "P1Y"))
NO_COMMERCE = {
    "permission": [{"action": "use"}],
    "prohibition": [{"action": "use", "constraint": [atom("odrl:purpose", "isA", "dpv:CommercialPurpose")]}],
}


@pytest.mark.parametrize("policy", [FOR_A_TERM, NO_COMMERCE])
async def test_a_purpose_that_nobody_states_ends_the_negotiation_and_a_stated_one_gives_the_data(
    data_space: Space, policy: dict[str, Any], tmp_path: Path
) -> None:
    club, asset = data_space.members["club"], await data_space.city.offers(policy=policy)
    wanted = WantedOffer(participant=data_space.city.id, dataset=asset.id)
    with pytest.raises(RequestRefused, match="Name the purpose with the request") as caught:
        await club.api.get(wanted, tmp_path / "got" / "a")
    assert "participant list" in str(caught.value)
    assert not (await club.api.agreements.list()).items
    begun = await club.api.negotiations.start(data_space.city.id, asset.id, purpose=PURPOSE)
    final = await club.reaches(begun.id, "FINALIZED")
    assert final.agreement_id is not None
    held = await data_space.city.api.agreements.show(final.agreement_id)
    assert PURPOSE.rpartition(":")[2] in str(held.policy)
    transfer = await club.api.transfers.start(final.agreement_key or final.agreement_id)
    reached = await club.api.transfers.wait(transfer.id, states=("STARTED", "TERMINATED"), timeout_s=WAIT_S)
    assert reached.state == "STARTED"
    decided = (await data_space.city.api.negotiations.show(held.negotiation_id)).decisions
    assert "'trust': 'declared'" in str(decided)
    # Another purpose needs a new agreement.
    with pytest.raises(InvalidRequest, match="ask anew"):
        await club.api.get(msgspec.structs.replace(wanted, purpose="dpv:AcademicResearch"), tmp_path / "got" / "d")


async def test_a_participant_whose_claim_says_another_purpose_cannot_state_its_way_out(
    data_space: Space, tmp_path: Path
) -> None:
    asset = await data_space.city.offers(policy=only_for(PURPOSE))
    wanted = WantedOffer(participant=data_space.city.id, dataset=asset.id, purpose=PURPOSE)
    with pytest.raises(RequestRefused, match="stated marketing"):
        await data_space.other.api.get(wanted, tmp_path / "got")
    assert not (await data_space.other.api.agreements.list()).items
