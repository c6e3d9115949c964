import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.control.gate import EXPIRED, NEVER_GRANTED, SUPERSEDED, USED_UP, Gate, LeaseEnded
from tests.dataplane.world import lease, now_ms


async def _stream(gate: Gate, begun: asyncio.Event) -> None:
    async with gate.open_passage():
        begun.set()
        await asyncio.Event().wait()


async def test_no_lease_no_byte() -> None:
    gate = Gate(now_ms)
    with pytest.raises(LeaseEnded, match=NEVER_GRANTED):
        gate.spend(1)
    with pytest.raises(LeaseEnded, match=NEVER_GRANTED):
        async with gate.open_passage():
            pytest.fail("the passage opened without a lease")


async def test_a_revocation_ends_a_stream_that_waits_for_its_peer() -> None:
    gate, begun = Gate(now_ms), asyncio.Event()
    gate.grant(lease())
    stream = asyncio.create_task(_stream(gate, begun))
    await begun.wait()
    gate.revoke("the transfer is suspended")
    with pytest.raises(LeaseEnded, match="suspended"):
        await stream
    with pytest.raises(LeaseEnded, match="suspended"):
        gate.spend(1)


async def test_a_lease_that_runs_out_ends_the_stream_by_itself() -> None:
    gate = Gate(now_ms)
    gate.grant(lease(seconds=0.05))
    with pytest.raises(LeaseEnded, match=EXPIRED):
        await _stream(gate, asyncio.Event())


async def test_a_renewal_moves_the_end_of_a_running_stream() -> None:
    clock = [1_000]
    gate, begun = Gate(lambda: clock[0]), asyncio.Event()
    gate.grant(lease())
    stream = asyncio.create_task(_stream(gate, begun))
    await begun.wait()
    gate.grant(lease(2, seconds=None))
    clock[0] = now_ms() + 3_600_000
    assert gate.find_problem() is None
    assert gate.grant(lease(1)) is False
    assert gate.find_problem() is None, "an older lease took the place of a newer one"
    gate.revoke("over")
    with pytest.raises(LeaseEnded, match="over"):
        await stream


async def test_after_a_revocation_a_lease_of_any_epoch_opens_the_gate() -> None:
    gate = Gate(now_ms)
    gate.grant(lease(now_ms() + 86_400_000))
    gate.revoke("the transfer is suspended")
    gate.await_lease()
    assert gate.grant(lease(now_ms())), "what a clock that was ahead had granted kept the flow closed for a day"
    assert gate.find_problem() is None


async def test_another_treatment_ends_what_runs_and_lets_nothing_out_before_that_has_ended() -> None:
    gate, begun = Gate(now_ms), asyncio.Event()
    gate.grant(lease(treatment=b"1"))
    stream = asyncio.create_task(_stream(gate, begun))
    await begun.wait()
    gate.grant(lease(2, treatment=b"1"))
    assert gate.find_problem() is None, "nothing has changed"
    gate.grant(lease(3, treatment=b"2"))
    with pytest.raises(LeaseEnded, match=SUPERSEDED):
        gate.spend(1)
    gate.grant(lease(4, treatment=b"2"))
    with pytest.raises(LeaseEnded, match=SUPERSEDED):
        await stream
    gate.spend(1)
    assert gate.treatment == b"2"


async def test_a_stream_does_not_outlive_a_suspension_that_ends_with_another_treatment() -> None:
    gate, begun = Gate(now_ms), asyncio.Event()
    gate.grant(lease(treatment=b"1"))
    stream = asyncio.create_task(_stream(gate, begun))
    await begun.wait()
    gate.revoke("the transfer is suspended")
    gate.grant(lease(2, treatment=b"2"))
    with pytest.raises(LeaseEnded, match=SUPERSEDED):
        await stream


async def test_a_timeout_of_the_stream_itself_is_not_taken_for_the_end_of_the_lease() -> None:
    gate = Gate(now_ms)
    gate.grant(lease())
    with pytest.raises(TimeoutError):
        async with gate.open_passage(), asyncio.timeout(0):
            await asyncio.Event().wait()


async def test_the_bytes_of_a_lease_are_used_up_over_all_streams_of_the_flow() -> None:
    gate = Gate(now_ms, moved=6)
    gate.grant(lease(max_bytes=10))
    gate.spend(4)
    with pytest.raises(LeaseEnded, match=USED_UP):
        gate.spend(1)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), max_size=30))
def test_leave_that_is_taken_and_given_back_never_adds_up_to_more_than_is_allowed(
    steps: list[tuple[int, int]],
) -> None:
    gate, moved = Gate(now_ms), 0
    gate.grant(lease(seconds=None, max_bytes=100))
    for most, taken in steps:
        try:
            leave = gate.take(most)
        except LeaseEnded:
            assert moved == 100, "refused although there was some left"
            continue
        assert 0 < leave <= most
        moved += min(taken, leave)
        gate.give_back(leave - min(taken, leave))
        assert gate.moved == gate.volume.moved == moved <= 100


async def test_an_access_waits_a_bounded_time_for_the_first_lease_only() -> None:
    gate = Gate(now_ms)
    assert await gate.wait(0.01) == NEVER_GRANTED
    waiting = asyncio.create_task(gate.wait(10))
    await asyncio.sleep(0)
    gate.grant(lease())
    assert await waiting is None
    gate.revoke("ended")
    assert await gate.wait(10) == "ended"
