import pytest

from connector.protocol.dps.messages import DataFlowStartMessage, DataFlowStatusMessage, check_id, read
from connector.protocol.dsp.errors import RemoteProtocolError
from tests.protocol.dps.documents import BASE


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"messageId": "a", "messageId": "b"}', b"[" * 300, b'{"messageId": 1e999}']
)
def test_what_is_no_message_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read(DataFlowStartMessage, body)
    assert caught.value.status == 400


def test_a_null_is_no_optional_member() -> None:
    with pytest.raises(RemoteProtocolError, match="null"):
        read(DataFlowStatusMessage, b'{"messageId": "1", "dataFlowId": "2", "state": "STARTED", "error": null}')


@pytest.mark.parametrize("id", ["", ".", "..", "a/b", "a?b", "a#b", " a", "a\n", "x" * 1025])
def test_an_identifier_that_cannot_be_part_of_a_path_is_refused(id: str) -> None:
    with pytest.raises(RemoteProtocolError, match="processId"):
        check_id(id, "processId")
    assert check_id(BASE["processId"], "processId") == BASE["processId"]
