"""Two processes on one store: what one does to a flow holds at the other, which has the stream or the address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest

from connector.dataplane.control.gate import NEVER_GRANTED, Gate
from connector.dataplane.signaling.hearing import StoredLeases
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress
from tests.dataplane.world import FLOW, OWNER, Side, blob, eventually, flow_request, lease, side, url_and_token

DATA = blob(30_000_000)


@asynccontextmanager
async def replicas(tmp_path: Path) -> AsyncIterator[tuple[Side, Side]]:
    async with side(tmp_path / "one", patience_s=0.2) as one, side(tmp_path / "other", store=one.store) as other:
        yield one, other


def find_gate(one: Side) -> Gate | None:
    return one.plane.register.gates.get((OWNER, FLOW))


async def ask(address: DataAddress) -> tuple[int, int]:
    url, headers = url_and_token(address)
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status, len(await answer.read())


@pytest.mark.parametrize("verb", ["suspend", "terminate", "complete"])
async def test_a_stream_ends_when_another_process_ends_its_flow(tmp_path: Path, verb: str) -> None:
    async with replicas(tmp_path) as (one, other), aiohttp.ClientSession(read_bufsize=2**16) as http:
        url, headers = url_and_token(await one.serve(one.give("large.bin", DATA)))
        async with http.get(url, headers=headers) as answer:
            await answer.content.readexactly(2**16)
            ended = getattr(other.plane, verb)
            await (ended(OWNER, FLOW) if verb == "complete" else ended(OWNER, FLOW, "enough"))
            one.plane.leases.hear(OWNER, FLOW)
            await eventually(lambda: (gate := find_gate(one)) is None or gate.find_problem(), "it goes on")
            with pytest.raises(aiohttp.ClientError):
                await answer.read()


async def test_a_flow_that_another_process_resumes_and_permits_is_served_here(tmp_path: Path) -> None:
    async with replicas(tmp_path) as (one, other):
        address = await one.serve(one.give("small.bin", b"small"))
        assert await ask(address) == (200, 5)
        await other.plane.suspend(OWNER, FLOW, "a while")
        one.plane.leases.hear(OWNER, FLOW)
        await eventually(lambda: one.plane.register.gates[OWNER, FLOW].find_problem(), "the gate is still open")
        assert (await ask(address))[0] == 409
        await other.plane.resume(OWNER, FLOW)
        assert (await ask(address))[0] == 503
        await other.plane.renew(lease(2))
        assert await ask(address) == (200, 5)


async def test_a_request_that_waits_is_answered_when_another_process_has_the_lease(tmp_path: Path) -> None:
    async with side(tmp_path / "one", patience_s=30) as one, side(tmp_path / "other", store=one.store) as other:
        report = await one.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "got.bin"}))
        url, headers = url_and_token(msgspec.json.decode(report.data_address or b"", type=DataAddress))
        async with aiohttp.ClientSession() as http:
            waiting = asyncio.create_task(http.put(url, headers=headers, data=b"pushed").__aenter__())
            await eventually(lambda: (OWNER, FLOW) in one.plane.register.gates, "no request has come")
            await other.plane.renew(lease())
            one.plane.leases.hear(OWNER, FLOW)
            assert (await waiting).status < 300
        assert one.got("got.bin") == b"pushed"


async def test_what_was_not_heard_is_looked_at_when_the_others_are_heard_again(tmp_path: Path) -> None:
    async with replicas(tmp_path) as (one, other):
        await one.serve(one.give("small.bin", b"small"))
        gate = one.plane.register.gates[OWNER, FLOW]
        await other.plane.suspend(OWNER, FLOW, "a while")
        assert gate.find_problem() is None
        one.plane.leases.hear_all(OWNER)
        await eventually(gate.find_problem, "the gate is still open")
        await other.plane.resume(OWNER, FLOW)
        await one.plane.leases.look((OWNER, FLOW))
        assert gate.find_problem() == NEVER_GRANTED
        await other.plane.terminate(OWNER, FLOW, "enough")
        await one.plane.leases.look((OWNER, FLOW))
        assert one.plane.register.gates == {}


async def test_a_flow_goes_on_where_it_is_when_another_process_resumes_it(tmp_path: Path) -> None:
    async with replicas(tmp_path) as (one, other):
        launched: list[str] = []
        followed = StoredLeases(one.plane.register, lambda _: None, lambda flow: launched.append(flow.id))
        await one.serve(one.give("small.bin", b"small"))
        await other.plane.suspend(OWNER, FLOW, "a while")
        await followed.look((OWNER, FLOW))
        await other.plane.resume(OWNER, FLOW)
        await followed.look((OWNER, FLOW))
        assert launched == []
        await other.plane.renew(lease(2))
        await followed.look((OWNER, FLOW))
        assert launched == [FLOW]
