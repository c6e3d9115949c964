import gzip

import pytest
from aiohttp import web

from connector.dataplane.transfer.retry import is_transient, parse_retry_after
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.transfer.fetching import fetch_from
from tests.dataplane.world import (
    Side,
)


async def test_a_peer_that_refuses_the_bearer_form_gets_the_bare_token_once(consumer: Side) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.Response(body=b"data", status=200 if seen[-1] == "token" else 403)

    assert (await fetch_from(consumer, handler)).state == FlowState.COMPLETED
    assert seen == ["Bearer token", "token"]


@pytest.mark.parametrize(
    ("status", "calls"), [(401, 1), (404, 1), (403, 2), (410, 1), (302, 1), (500, 21), (503, 21), (409, 21)]
)
async def test_final_answers_end_a_fetch_and_transient_ones_are_tried_a_bounded_number_of_times(
    consumer: Side, status: int, calls: int
) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:1/"} if status == 302 else {})

    report = await fetch_from(consumer, handler)
    assert (report.state, len(seen)) == (FlowState.STARTED, calls)
    assert report.error
    assert "token" not in report.error


async def test_data_that_is_compressed_though_nobody_asked_for_it_is_final(consumer: Side) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(body=gzip.compress(b"a;b"), headers={"Content-Encoding": "gzip"})

    report = await fetch_from(consumer, handler)
    assert (report.state, len(seen)) == (FlowState.STARTED, 1)
    assert "compressed" in (report.error or "")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("100000", 300.0), (None, None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_a_wished_pause_is_bounded(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds


def test_a_status_that_may_change_is_transient() -> None:
    assert [status for status in (400, 404, 408, 409, 425, 429, 500, 503) if is_transient(status)] == [
        408,
        409,
        425,
        429,
        500,
        503,
    ]
