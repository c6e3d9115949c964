"""Topics of MQTT brokers: which one an address means, and what a message of it is."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connector.ports.flow import SourceError
from connector.ports.streams import Arrived

_LONGEST_TOPIC = 1_000


class TopicDialect(NamedTuple):
    """`find` returns the topic of an address, and raises SourceError; `read` returns a payload as what has arrived."""

    find: Callable[[Mapping[str, Any]], str]
    read: Callable[[Mapping[str, Any], bytes], Arrived]


def _find_stated(address: Mapping[str, Any]) -> str:
    topic = address.get("topic")
    if not isinstance(topic, str) or not 0 < len(topic.encode("utf-8", "surrogatepass")) <= _LONGEST_TOPIC:
        raise SourceError("The address has no usable `topic`: give the name of one topic, such as city/air.")
    if {"+", "#"} & {*topic} or topic.startswith("$"):
        raise SourceError("The `topic` has a wildcard or begins with $: an offer is of one topic, so name that topic.")
    if not topic.isprintable():
        raise SourceError("The `topic` has characters that no topic has: correct it.")
    return topic


STATED_TOPIC = TopicDialect(find=_find_stated, read=lambda _, payload: Arrived(payload))
"""The topic that the address states, whose messages are passed on as they are."""
