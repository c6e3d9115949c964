"""A source that fails: final causes end a flow at once, others are tried again, both sides read why."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connector.controlplane.enforcing.flow_requests import end_failed
from connector.ports.dataplane import FlowReport
from connector.ports.entities import FlowDirection
from connector.ports.flow import Cause
from tests.dataplane.transfer.fetching import done, fetch
from tests.dataplane.world import OWNER, Side, flow_request, lease, serving, url_and_token

FLOW_ID = flow_request(FlowDirection.SERVE).flow_id


class Backend:
    """A backend that answers with these states, and then with data."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, body=b"data" if status == 200 else b"secret detail")


async def report_of(side: Side) -> FlowReport:
    report = await side.plane.report(OWNER, FLOW_ID)
    assert report is not None
    return report


async def test_a_file_that_is_gone_ends_the_flow_and_both_sides_read_why(provider: Side, consumer: Side) -> None:
    address = await provider.serve(provider.give("inner/f.csv", b"data"))
    (provider.folder / "out/inner/f.csv").unlink()
    await fetch(consumer, address)
    theirs, ours = await consumer.wait_for_end(), await provider.wait_for_end()
    assert theirs.error == "The provider's source is not available (not found)."
    assert ours.cause == Cause.NOT_FOUND
    assert "below the configured root" in (ours.error or "")


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "source-not-found"), (410, "source-not-found"), (401, "source-not-allowed"), (403, "source-not-allowed")],
)
async def test_a_final_cause_is_an_answer_without_details(
    provider: Side, http: aiohttp.ClientSession, status: int, code: str
) -> None:
    async with serving(Backend(status).answer) as url:
        source = {"kind": "http", "url": f"{url}/inner/path?key=1"}
        target, headers = url_and_token(await provider.serve(source))
        async with http.get(target, headers=headers) as answer:
            text = await answer.text()
            assert (answer.status, (await answer.json())["error"]) == (404, code)
        assert not [word for word in ("inner", "secret", str(status), url) if word in text]
        assert (await provider.wait_for_end()).error is not None


async def test_a_transient_cause_is_told_and_the_pull_goes_on_when_it_is_over(provider: Side, consumer: Side) -> None:
    backend = Backend(503, 500, 503)
    asked = asyncio.Event()
    seen: list[str | None] = []

    async def pause(_: float) -> None:
        seen.append((await report_of(consumer)).waits)
        asked.set()

    consumer.plane._jobs.pause = pause
    async with serving(backend.answer) as url:
        await fetch(consumer, await provider.serve({"kind": "http", "url": url}))
        await asked.wait()
        assert "The provider's source is not available at present." in seen
        await done(consumer)
    assert consumer.got("inbox/f.bin") == b"data"
    assert (await report_of(provider)).waits is None
    assert provider.plane.register.list_failing() == {}


async def test_the_provider_reads_the_cause_while_the_consumer_tries_again(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    async with serving(Backend(503).answer) as url:
        target, headers = url_and_token(await provider.serve({"kind": "http", "url": url}))
        async with http.get(target, headers=headers) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    report = await report_of(provider)
    assert "status 503" in (report.waits or "")
    assert report.error is None
    assert list(provider.plane.register.list_failing()) == ["trees"]


async def test_a_live_source_that_is_away_does_not_end_its_flow(provider: Side, http: aiohttp.ClientSession) -> None:
    async with serving(Backend(404).answer) as url:
        target, headers = url_and_token(await provider.serve({"kind": "http", "url": url}, live=True))
        async with http.get(target, headers=headers) as answer:
            assert answer.status == 404
        async with http.get(target, headers=headers) as answer:
            assert await answer.read() == b"data"
    assert provider.told == []


@pytest.mark.parametrize(("statuses", "cause"), [((503, 500), None), ((404,), Cause.NOT_FOUND)])
async def test_a_push_tries_a_source_again_unless_the_cause_is_final(
    provider: Side, consumer: Side, statuses: tuple[int, ...], cause: Cause | None
) -> None:
    ready = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "f"}))
    await consumer.plane.renew(lease())
    backend = Backend(*statuses)
    async with serving(backend.answer) as url:
        source = {"kind": "http", "url": url}
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=ready.data_address))
        await provider.plane.renew(lease())
        report = await provider.wait_for_end()
    assert report.cause == cause
    if cause is None:
        assert consumer.got("f") == b"data"
    else:
        assert backend.asked == 1


@pytest.mark.parametrize("limits", [{"max_uses": 0}, {"max_per_hour": 0}, {"max_within": {"P1D": 0}}])
async def test_a_push_whose_limit_of_uses_is_reached_ends_for_that_reason(
    provider: Side, consumer: Side, limits: dict[str, Any]
) -> None:
    ready = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "f"}))
    await consumer.plane.renew(lease())
    source = provider.give("f", b"data")
    await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=ready.data_address))
    await provider.plane.renew(lease(**limits))
    report = await provider.wait_for_end()
    assert report.cause == Cause.USES
    assert end_failed(report).code == "not-permitted"
    assert "limit of uses" in end_failed(report).reason
