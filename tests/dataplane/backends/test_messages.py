"""A delivery as one message, and the names of members at a broker."""

import pytest

from connector.dataplane.backends.messages import collect_message, name_below, require_brokers
from connector.ports.flow import Arrival, SourceError
from tests.dataplane.wire.test_checked import pieces
from tests.dataplane.world import sha256


async def test_a_delivery_is_one_message_with_its_receipt() -> None:
    arrival = Arrival(flow_id="f", media_type="text/csv", size=5)
    body, receipt = await collect_message(arrival, pieces(b"abc", b"de"), 5, "mqtt://broker/topic")
    assert (body, receipt.size, receipt.sha256) == (b"abcde", 5, sha256(b"abcde"))
    with pytest.raises(SourceError, match="larger than 4"):
        await collect_message(arrival, pieces(b"abc", b"de"), 4, "")


@pytest.mark.parametrize(
    ("member", "separator", "name"),
    [("", "/", ""), ("a.csv", "/", "/a_csv"), ("deep/b c.csv", ".", ".deep.b_c_csv"), ("a+b#/c", "/", "/a_b_/c")],
)
def test_a_member_cannot_name_more_than_one_topic(member: str, separator: str, name: str) -> None:
    assert name_below(member, separator) == name


def test_a_path_that_leaves_the_folder_is_no_name_and_without_brokers_there_is_no_way() -> None:
    with pytest.raises(SourceError):
        name_below("../x", "/")
    with pytest.raises(SourceError, match="no message brokers"):
        require_brokers(None)
