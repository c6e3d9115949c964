from collections.abc import Sequence

import aiohttp

from connector.dataplane.control.register import Delivered
from connector.ports.changes import AddUsage, Change
from connector.ports.flow import Cause
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
