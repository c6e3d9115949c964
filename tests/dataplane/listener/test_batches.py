"""What is no batch of a stream is refused at the listener, and changes nothing."""

import msgspec
import pytest

from connector.protocol.dsp.common import DataAddress
from tests.dataplane.streaming.test_pushing import read, receive
from tests.dataplane.world import Side


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Stream-Position": "x"}, b"", 400),
        ({"Stream-Position": "7f.1"}, b"no json\n", 400),
        ({"Stream-Position": "7f.1"}, b'{"id": "7f.1"}\n', 400),
        ({"Stream-Position": "7f.1"}, b'{"id": "../x", "data": 1}\n', 400),
        ({"Stream-Position": "7f.1"}, b'{"id": "7f.1", "base64": "?"}\n', 400),
        ({"Stream-Position": "7f.1"}, b"[" * 100_000, 400),
        ({"Stream-Position": "7f.1"}, b'{"id":"7f.1","data":"' + b"x" * (9 * 1024 * 1024) + b'"}', 413),
        ({"Stream-Position": "7f.1"}, b'{"id": "7f.1", "data": 1}\n', 204),
    ],
)
async def test_what_is_no_batch_is_refused_and_changes_nothing(
    consumer: Side, headers: dict[str, str], body: bytes, status: int
) -> None:
    endpoint = msgspec.json.decode(await receive(consumer), type=DataAddress)
    token = next(one.value for one in endpoint.endpoint_properties if one.name == "authorization")
    sent = {**headers, "Authorization": token, "Content-Type": "application/x-ndjson"}
    answer = await consumer.client.request("POST", str(endpoint.endpoint), headers=sent, body=body)
    assert answer.status == status
    assert len(read(consumer)) == (status == 204)
