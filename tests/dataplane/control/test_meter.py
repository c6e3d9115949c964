import pytest

from connector.dataplane.control.meter import Meter, Uses


async def test_bytes_are_booked_in_batches_and_at_the_end() -> None:
    booked: list[int] = []

    async def book(count: int) -> None:
        booked.append(count)

    meter = Meter(book)
    for _ in range(130):
        await meter.add(1024 * 1024)
    assert booked == [64 * 1024 * 1024] * 2
    await meter.flush()
    await meter.flush()
    assert sum(booked) == 130 * 1024 * 1024


async def test_bytes_that_could_not_be_booked_are_booked_later() -> None:
    booked: list[int] = []

    async def book(count: int) -> None:
        if not booked:
            booked.append(0)
            raise OSError("disk full")
        booked.append(count)

    meter = Meter(book)
    await meter.add(7)
    with pytest.raises(OSError, match="disk full"):
        await meter.flush()
    await meter.flush()
    assert booked == [0, 7]


def test_a_resumption_continues_a_use_and_a_new_beginning_is_a_new_one() -> None:
    uses = Uses()
    assert uses.is_new("", 0)
    uses.begin("", new=True)
    assert not uses.is_new("", 5), "a resumption was taken for a new use"
    assert uses.is_new("", 0)
    uses.finish("")
    assert uses.is_new("", 5), "data that was delivered whole was read again for nothing"


def test_the_members_of_a_folder_are_one_use_until_one_is_read_again() -> None:
    uses = Uses()
    for part in ("a", "b"):
        new = uses.is_new(part, 0)
        assert new is (part == "a")
        uses.begin(part, new=new)
        uses.finish(part)
    assert uses.is_new("a", 0)
