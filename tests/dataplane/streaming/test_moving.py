"""Which flows are streams that this side moves by itself."""

import msgspec
import pytest

from connector.dataplane.streaming.moving import StreamMoves
from connector.dataplane.streaming.streams import Streams
from connector.dataplane.transfer.follow import FORM, STREAM
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import EndpointProperty, http_address
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.streaming.test_storing import RECEIVING, StreamStores, stores

__all__ = ["stores"]
PLACE = http_address("https://city.example/flows/1", "token")


@pytest.mark.parametrize("direction", FlowDirection)
@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize("follow", [True, False])
async def test_a_push_of_a_stream_and_a_pull_into_a_place_are_moved_here(
    stores: StreamStores, direction: FlowDirection, is_stream: bool, follow: bool
) -> None:
    moves = StreamMoves(Streams(stores._register, {"memory": Broker}), stores, lambda *_: None)
    mark = EndpointProperty(name=FORM, value=STREAM)
    marked = msgspec.structs.replace(PLACE, endpoint_properties=(*PLACE.endpoint_properties, mark))
    flow = msgspec.structs.replace(
        RECEIVING,
        direction=direction,
        source=ADDRESS if is_stream else {"kind": "file", "path": "a"},
        sink={"kind": "file", "path": "a", "follow": follow},
        endpoint=msgspec.json.encode(marked if is_stream else PLACE),
    )
    expected = is_stream and (direction is FlowDirection.PUSH or (direction is FlowDirection.FETCH and follow))
    assert moves.has(flow) is expected
