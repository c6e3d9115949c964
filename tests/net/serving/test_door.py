"""The places of a listener, what its connections hold, and the timer that looks after their deadlines."""

import asyncio

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.door import Door, Seat


class Guest:
    """A connection that notes when it is looked at."""

    def __init__(self, resting: bool = False, dawdling: bool = False) -> None:
        self.looked = asyncio.Event()
        self.resting, self.dawdling = resting, dawdling
        self.aborted = False

    def enforce_deadline(self, now: float) -> None:
        self.looked.set()

    def shut_down(self) -> None:
        return

    def abort(self) -> None:
        self.aborted = True


def taken(place: Seat | None) -> Seat:
    assert place is not None
    return place


async def test_places_are_counted_in_all_and_by_address() -> None:
    door = Door(ServingBounds(connections=3, per_address=2))
    places = [door.enter(Guest(), address) for address in ("a", "a", "a", "b", "c")]
    assert [place is not None for place in places] == [True, True, False, True, False]
    taken(places[0]).leave()
    taken(places[0]).leave()
    assert door.enter(Guest(), "c")
    assert not door.enter(Guest(), "d"), "a place that is returned twice is one place"
    door.close()


async def test_the_oldest_connection_that_rests_gives_way_if_every_place_is_taken() -> None:
    door = Door(ServingBounds(connections=3, per_address=1))
    busy, old, young = Guest(), Guest(resting=True), Guest(resting=True)
    for guest, address in ((busy, "a"), (old, "b"), (young, "c")):
        assert door.enter(guest, address)
    assert not door.enter(Guest(), "a"), "who has all places of its address makes nobody give way"
    assert door.enter(Guest(), "d")
    assert (busy.aborted, old.aborted, young.aborted) == (False, True, False)
    assert door.enter(Guest(), "e")
    assert young.aborted
    assert not door.enter(Guest(), "f")
    assert not door.enter(Guest(), "f"), "the place of a refused connection is not kept"
    door.close()


async def test_who_hardly_sends_gives_way_if_nobody_rests() -> None:
    door = Door(ServingBounds(connections=3))
    slow, busy, resting = Guest(dawdling=True), Guest(), Guest(resting=True)
    for guest in (slow, busy, resting):
        assert door.enter(guest, "")
    assert door.enter(Guest(), "")
    assert (slow.aborted, resting.aborted) == (False, True)
    assert door.enter(Guest(), "")
    assert slow.aborted
    assert not door.enter(Guest(), "")
    assert not busy.aborted
    door.close()


async def test_an_unknown_address_counts_in_all_only() -> None:
    door = Door(ServingBounds(connections=2, per_address=1))
    assert [bool(door.enter(Guest(), "")) for _ in range(3)] == [True, True, False]
    door.close()


async def test_every_connection_is_looked_at_until_none_is_open() -> None:
    door = Door(ServingBounds(head_s=0.01))
    guest = Guest()
    for _ in range(2):
        guest.looked.clear()
        place = taken(door.enter(guest, "a"))
        await guest.looked.wait()
        place.leave()
        await door.wait_until_empty()
    door.close()


async def test_the_door_is_empty_when_the_last_answer_is_given() -> None:
    door = Door(ServingBounds())
    done = asyncio.Event()

    async def answer() -> None:
        await done.wait()

    door.keep(asyncio.create_task(answer()))
    waiting = asyncio.create_task(door.wait_until_empty())
    await asyncio.sleep(0)
    assert not waiting.done()
    done.set()
    await waiting


def test_the_budget_of_held_bytes_is_never_exceeded() -> None:
    door = Door(ServingBounds(held=10))
    assert [door.hold(6), door.hold(5), door.hold(4)] == [True, False, True]
    door.release(10)
    assert door.held == 0


def test_a_caller_is_its_address_unless_that_stands_for_many() -> None:
    door = Door(ServingBounds(proxies=("10.0.0.0/8", "::1/128")))
    assert door.name_caller(("192.0.2.7", 1)) == "192.0.2.7"
    assert door.name_caller(("2001:db8::1", 1, 0, 0)) == "2001:db8::/64"
    for many in (("10.1.2.3", 1), ("::ffff:10.1.2.3", 1), ("::1", 1, 0, 0), None, "", ()):
        assert door.name_caller(many) == ""
