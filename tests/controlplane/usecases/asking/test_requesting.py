"""A prepared request is what would be asked: nothing is stored, and what the terms exclude is asked only on purpose."""

from datetime import UTC, datetime

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.asking.requesting import PreparedRequest, Wish, prepare
from connector.ports.entities import PageBounds
from tests.controlplane.agreements import atom
from tests.controlplane.usecases.test_negotiation import AIR, show, using
from tests.support.plane import CITY, ME, OWNER, Desk

TRANSPORT = atom("odrl:purpose", "isA", "dpv:ImproveTransportMobility")


async def _prepare(desk: Desk, **wish: object) -> PreparedRequest:
    wanted = Wish(**wish)  # type: ignore[arg-type]  # the members of a wish
    return await prepare(desk.rooms.evaluator, desk.rooms.counterparties, CITY, AIR, wanted)


async def test_nothing_is_asked_before_it_is_sent(desk: Desk) -> None:
    show(desk, using(TRANSPORT))
    prepared = await _prepare(desk)
    asked = msgspec.json.decode(prepared.offer)
    assert (asked["target"], asked["assigner"], asked["assignee"]) == (AIR, CITY, ME)
    assert prepared.offered == prepared.offer
    assert await desk.store.negotiations(OWNER, PageBounds()) == ([], None)


async def test_the_offered_terms_stay_beside_the_wanted_ones(desk: Desk) -> None:
    show(desk, using(TRANSPORT))
    prepared = await _prepare(desk, purpose="dpv:ImproveTransportMobility", until=datetime(2027, 7, 1, tzinfo=UTC))
    assert b"2027-07-01" in prepared.offer
    assert b"2027-07-01" not in prepared.offered


async def test_an_excluded_purpose_is_refused_unless_it_is_asked_for_beyond_the_offer(desk: Desk) -> None:
    show(desk, using(TRANSPORT))
    with pytest.raises(Invalid):
        await _prepare(desk, purpose="dpv:Marketing")
    beyond = await _prepare(desk, purpose="dpv:Marketing", beyond=True)
    assert b"ImproveTransportMobility" not in beyond.offer
    assert b"Marketing" in beyond.offer


async def test_other_terms_of_a_named_offer_are_compared_only_if_the_offer_is_looked_at(desk: Desk) -> None:
    show(desk, using(TRANSPORT))
    unseen = await _prepare(desk, offer_id="urn:offer:1", policy=using())
    assert (unseen.offered, unseen.title) == (b"", {})
    looked = await _prepare(desk, offer_id="urn:offer:1", policy=using(), looks=True)
    assert looked.offer == unseen.offer
    assert b"ImproveTransportMobility" in looked.offered
