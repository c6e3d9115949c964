from collections.abc import Sequence

import aiohttp
import pytest

from connector.dataplane.control.register import Delivered
from connector.dataplane.control.uses import Attempt
from connector.ports.changes import AddUsage, Change
from connector.ports.flow import Cause, MemberState
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.world import FLOW, OWNER, Side, lease, url_and_token


async def test_a_use_goes_on_from_before_it_is_counted(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"0123456789"), lease(max_uses=2)))
    commit = provider.store.commit
    seen = []

    async def observed(group: Sequence[Change]) -> None:
        await commit(group)
        if any(isinstance(change, AddUsage) and change.uses for change in group):
            report = await provider.plane.report(OWNER, FLOW)
            seen.append(report is not None and report.in_use)

    provider.store.commit = observed  # type: ignore[method-assign]  # looks where a use was counted and nobody knows yet
    async with http.get(url, headers=headers) as answer:
        assert await answer.read() == b"0123456789"
    assert seen == [True]


async def test_a_finite_flow_that_was_delivered_is_completed_and_changes_no_more(provider: Side) -> None:
    await provider.serve(provider.give("f", b"data"))
    register = provider.plane.register
    flow = await provider.store.flow(OWNER, FLOW)
    assert flow
    settled = await register.settle(flow, Delivered(4, None))
    assert settled
    assert (settled.state, settled.size) == (FlowState.COMPLETED, 4)
    assert await provider.store.lease(OWNER, FLOW) is None
    assert await register.settle(flow, Delivered(5, None)) is None
    assert (OWNER, FLOW) not in register.gates


async def test_a_failed_flow_keeps_its_state_and_names_its_reason(provider: Side) -> None:
    await provider.serve(provider.give("f", b"data"))
    flow = await provider.store.flow(OWNER, FLOW)
    assert flow
    failed = await provider.plane.register.fail(flow, "The disk is full.", Cause.NO_SPACE)
    assert failed
    assert (failed.state, failed.error) == (FlowState.STARTED, "The disk is full.")


@pytest.mark.parametrize("ending", ["complete", "terminate", "settle"])
async def test_nothing_of_a_use_is_kept_after_the_end_of_its_flow(provider: Side, ending: str) -> None:
    await provider.serve(provider.give("f", b"data"), lease(max_uses=9))
    register, store, key = provider.plane.register, provider.store, (OWNER, FLOW)
    flow = await store.flow(*key)
    assert flow
    gate = register.gates[key]
    uses = await register.begin_use(flow, gate, member("a"))
    meter = register.make_meter(flow, uses, "a")
    meter.note(2)
    assert {part.part for part in await store.use_parts(*key)} == {"a", "/"}
    if ending == "settle":
        await register.settle(flow, Delivered(4, None))
    elif ending == "complete":
        await provider.plane.complete(*key)
    else:
        await provider.plane.terminate(*key, "over")
    await meter.flush()
    await register.finish_use(flow, uses, "a")
    await register.begin_use(flow, gate, member("new"))
    await provider.plane.report_if_used_up(flow)
    assert await store.use_parts(*key) == [], "a stream that ended later stored its part again"
    assert key not in register.gates
    assert not register.is_in_use(flow), "an access that came at the end is kept in memory for ever"
    assert (await store.usage(OWNER, "agreement")).bytes_moved == 2


async def test_a_folder_is_kept_only_for_a_limit_of_uses(provider: Side) -> None:
    for granted, kept in ((lease(), {"a"}), (lease(2, max_bytes=9), {"a"}), (lease(3, max_uses=9), {"a", "/"})):
        await provider.serve(provider.give("f", b"data"), granted)
        flow = await provider.store.flow(OWNER, FLOW)
        assert flow
        await provider.plane.register.begin_use(flow, provider.plane.register.gates[OWNER, FLOW], member("a"))
        assert {part.part for part in await provider.store.use_parts(OWNER, FLOW)} == kept


def member(path: str) -> Attempt:
    async def list_members() -> dict[str, MemberState]:
        return {"a": MemberState("1"), "new": MemberState("1")}

    return Attempt(path, 0, '"1"', 4, members=list_members, state="1")
