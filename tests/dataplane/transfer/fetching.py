"""Fetches from an address: through a wire that breaks, and from a handler that is not a connector."""

import msgspec

from connector.ports.dataplane import FlowReport
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress, authorization, http_address
from tests.dataplane.world import FLOW, Handler, Side, flow_request, lease, serving

SINK = {"kind": "file", "path": "inbox/f.bin"}


async def fetch(consumer: Side, address: DataAddress, sink: dict[str, object] | None = None, **rest: object) -> None:
    endpoint = msgspec.json.encode(address)
    report = await consumer.plane.start(flow_request(FlowDirection.FETCH, sink=sink or SINK, endpoint=endpoint, **rest))
    assert report.error is None
    await consumer.plane.renew(lease())


async def fetch_from(consumer: Side, handler: Handler, **rest: object) -> FlowReport:
    async with serving(handler) as url:
        await fetch(consumer, http_address(url + "/data", "token"), **rest)
        return await consumer.wait_for_end()


def through(address: DataAddress, wire: str) -> DataAddress:
    """Return the same address, reached through a wire."""
    return http_address(f"{wire}/flows/{FLOW}", authorization(address))


async def done(consumer: Side) -> FlowReport:
    report = await consumer.wait_for_end()
    assert report.error is None
    return report
