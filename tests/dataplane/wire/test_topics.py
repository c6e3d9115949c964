"""The topic that an address states; tests/dataplane/sources/test_mqtt.py has those that are refused."""

from connector.dataplane.wire.topics import STATED_TOPIC
from connector.ports.streams import Arrived


def test_a_stated_topic_is_taken_as_it_is_and_its_messages_too() -> None:
    assert STATED_TOPIC.find({"topic": "stadt/luft/über"}) == "stadt/luft/über"
    assert STATED_TOPIC.read({}, b"\xff") == Arrived(b"\xff")
