"""The people of one participant share what a broker grants it; nobody uses up all."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from connector.broker.board.needs import NEEDS_OPEN
from connector.controlplane.core.errors import NotAllowed, PeerFailed
from connector.desk.house import AT_ONCE, MOST, WAITING, HouseShares, Quota


class Thing(msgspec.Struct, frozen=True):
    id: str


class Board:
    """What a broker keeps for one participant, whoever made it."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    async def living(self) -> Sequence[str]:
        await asyncio.sleep(0)
        return tuple(self.kept)

    async def create(self) -> Thing:
        thing = Thing(f"urn:thing:{len(self.kept)}")
        await asyncio.sleep(0)
        self.kept.append(thing.id)
        return thing

    async def make(self, shares: HouseShares, person: str, kind: Quota = Quota.NEED) -> Thing:
        return await shares.make(person, kind, list_living=self.living, create=self.create)


async def test_a_person_makes_half_and_another_one_the_rest() -> None:
    shares, board = HouseShares(), Board()
    for _ in range(NEEDS_OPEN // 2):
        await board.make(shares, "kim")
    with pytest.raises(NotAllowed) as refused:
        await board.make(shares, "kim")
    assert refused.value.code == "share"
    assert "10 of the open needs" in refused.value.reason
    assert "stammen schon 10 Einträge von Ihnen" in refused.value.reasons["de"]
    for _ in range(NEEDS_OPEN // 2):
        await board.make(shares, "lee")
    assert len(board.kept) == NEEDS_OPEN


async def test_each_kind_has_a_share_of_its_own() -> None:
    shares, needs, searches = HouseShares(), Board(), Board()
    for _ in range(MOST[Quota.NEED]):
        await needs.make(shares, "kim")
    assert await searches.make(shares, "kim", Quota.SEARCH) == Thing("urn:thing:0")


async def test_what_ended_counts_no_more_whoever_ended_it() -> None:
    shares, board = HouseShares(), Board()
    for _ in range(MOST[Quota.NEED]):
        await board.make(shares, "kim")
    del board.kept[3]
    board.kept.append("urn:thing:of-a-program")
    assert (await board.make(shares, "kim")).id in board.kept
    with pytest.raises(NotAllowed):
        await board.make(shares, "kim")


async def test_requests_at_the_same_time_take_no_more_than_the_share() -> None:
    shares, board = HouseShares(), Board()
    many = (board.make(shares, "kim") for _ in range(MOST[Quota.NEED] + 5))
    done = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(one, NotAllowed) for one in done) == 5
    assert len(board.kept) == MOST[Quota.NEED]


async def test_what_the_broker_refuses_takes_nothing_of_the_share() -> None:
    shares, board = HouseShares(), Board()

    async def refuse() -> Thing:
        raise PeerFailed("broker", "The broker cannot be reached.")

    for _ in range(MOST[Quota.NEED] + 1):
        with pytest.raises(PeerFailed):
            await shares.make("kim", Quota.NEED, list_living=board.living, create=refuse)
    await board.make(shares, "kim")


async def test_a_person_who_floods_leaves_places_of_the_participant_to_others() -> None:
    shares, free, other_inside, inside = HouseShares(), asyncio.Event(), asyncio.Event(), list[str]()

    async def ask(person: str) -> None:
        async with shares.take_place(person):
            inside.append(person)
            if person == "lee":
                other_inside.set()
            await free.wait()

    flood = [asyncio.create_task(ask("kim")) for _ in range(AT_ONCE + WAITING)]
    await asyncio.sleep(0)
    other = asyncio.create_task(ask("lee"))
    await other_inside.wait()
    assert inside.count("kim") == AT_ONCE
    with pytest.raises(NotAllowed) as refused:
        await ask("kim")
    assert refused.value.code == "too-many"
    assert set(refused.value.reasons) == {"de", "en"}
    free.set()
    await asyncio.gather(*flood, other)
    assert inside.count("kim") == AT_ONCE + WAITING
