"""Places for notifications: bounded, in order, and closed with their subscription."""

import asyncio

import pytest

from connector.dataplane.backends.notices import NoticePlace, Notices, NoticesBusy, ToldEntity, ToldTogether
from connector.ports.flow import SourceError

ONE = ToldEntity(b"k", b"d", b"{}")


def make_place() -> NoticePlace:
    return NoticePlace("https://x.example/notifications/n", lambda body: (ONE,) * len(body), lambda _: None)


def test_a_place_is_found_by_its_name_and_its_token() -> None:
    notices = Notices("https://data.example/base/")
    with notices.open("n", lambda _: (), lambda _: None) as place:
        assert place.url == "https://data.example/base/notifications/n"
        assert notices.find("n", place.token) is place
        assert notices.find("n", place.token + "x") is None
        assert notices.find("m", place.token) is None
        with notices.open("n", lambda _: (), lambda _: None, "https://inside.example") as newer:
            assert newer.url == "https://inside.example/notifications/n"
            assert notices.find("n", place.token) is None
    assert notices.find("n", newer.token) is None


async def test_a_batch_has_a_bounded_number_of_entities() -> None:
    place = make_place()
    for _ in range(3):
        await place.put(ToldTogether((ONE,) * 100))
    assert [len(told.entities) for told in await place.take()] == [100, 100]
    assert len(await place.take()) == 1


async def test_a_look_waits_for_room_and_a_notification_is_refused() -> None:
    place = make_place()
    for _ in range(64):
        await place.put(ToldTogether((ONE,) * 256))
    with pytest.raises(NoticesBusy):
        await place.tell(b"x")
    putting = asyncio.create_task(place.put(ToldTogether((ONE,), since="now")))
    await asyncio.sleep(0)
    assert not putting.done()
    await place.take()
    await putting


async def test_too_many_notifications_at_once_are_refused() -> None:
    place = make_place()
    telling = [asyncio.create_task(_tell(place)) for _ in range(64)]
    await asyncio.sleep(0)
    with pytest.raises(NoticesBusy):
        await _tell(place)
    for told in await place.take():
        told.stored.set()
    await asyncio.gather(*telling)


async def _tell(place: NoticePlace) -> None:
    with place.admit():
        await place.tell(b"x")


async def test_what_waits_is_taken_before_the_end_is_told() -> None:
    place = make_place()
    await place.put(ToldTogether((ONE,)))
    place.break_off(SourceError("It is gone."))
    assert len(await place.take()) == 1
    with pytest.raises(SourceError, match="gone"):
        await place.take()
    with pytest.raises(NoticesBusy):
        await place.tell(b"x")
