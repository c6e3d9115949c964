import pytest

from connector.dataplane.control.meter import Meter


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


async def test_bytes_of_a_limited_agreement_are_booked_in_smaller_batches() -> None:
    booked: list[int] = []

    async def book(count: int) -> None:
        booked.append(count)

    meter = Meter(book, limited=True)
    for _ in range(3):
        await meter.add(1024 * 1024)
    assert booked == [1024 * 1024] * 3
    meter.note(-5)
    await meter.flush()
    assert booked[-1] == -5, "bytes that did not arrive stayed booked"
