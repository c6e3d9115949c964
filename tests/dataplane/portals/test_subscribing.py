"""The documents of a subscription of NGSI-LD; tests/dataplane/sources has what is done with them."""

import json
from datetime import UTC, datetime

import pytest

from connector.dataplane.portals.subscribing import (
    make_look_url,
    read_look,
    read_notification,
    read_subscription,
    read_time,
    write_subscription,
)
from connector.net.client import Response
from connector.ports.flow import SourceError

ADDRESS = {"kind": "ngsi-ld-subscription", "url": "https://broker.example/ngsi-ld/v1", "type": "Tree", "size": 10}
TREE = {"id": "urn:ngsi-ld:Tree:1", "type": "Tree", "height": 12.50, "modifiedAt": "2026-05-01T12:00:00.123Z"}


def test_an_entity_is_the_same_message_by_a_look_and_by_a_notification() -> None:
    asked = read_subscription({**ADDRESS, "columns": ["id", "height"]})
    page = read_look(asked, Response(200, {}, json.dumps([TREE]).encode()), make_look_url(asked), 0)
    plain = {name: value for name, value in TREE.items() if name != "modifiedAt"}
    notice = {"type": "Notification", "subscriptionId": "urn:ngsi-ld:Subscription:n", "data": [plain]}
    told = read_notification(asked, "n", json.dumps(notice).encode())
    assert [page.items[0].told] == told
    assert told[0].data == b'{"id":"urn:ngsi-ld:Tree:1","height":12.5}'
    assert page.items[0].modified_at == datetime(2026, 5, 1, 12, 0, 0, 123000, UTC)


def test_a_look_asks_for_the_times_of_the_last_changes() -> None:
    assert "options=keyValues%2CsysAttrs" in make_look_url(read_subscription(ADDRESS))


def test_more_entities_than_agreed_are_an_error() -> None:
    asked = read_subscription({**ADDRESS, "most_rows": 1})
    with pytest.raises(SourceError, match="most_rows"):
        read_look(asked, Response(200, {}, json.dumps([TREE, TREE]).encode()), make_look_url(asked), 0)


@pytest.mark.parametrize("time", [None, 7, "yesterday", ""])
def test_an_entity_without_a_usable_time_is_an_error(time: object) -> None:
    asked = read_subscription(ADDRESS)
    with pytest.raises(SourceError, match="sysAttrs"):
        read_look(asked, Response(200, {}, json.dumps([{**TREE, "modifiedAt": time}]).encode()), "https://x.example", 0)


def test_a_time_without_a_zone_is_in_utc() -> None:
    assert read_time("2026-05-01T12:00:00") == read_time("2026-05-01T14:00:00+02:00")


def test_the_subscription_has_the_token_in_a_header_field_only() -> None:
    written = write_subscription(read_subscription(ADDRESS), "n", "https://x.example/n", "kanarie", datetime.now(UTC))
    document = json.loads(written)
    assert document["notification"]["endpoint"]["receiverInfo"] == [{"key": "Authorization", "value": "Bearer kanarie"}]
    assert written.count(b"kanarie") == 1
