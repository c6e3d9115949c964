"""Identifiers of peers: lenient where deployed peers need it, bounded in bytes, without hidden characters."""

import pytest

from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.identifiers import ID_LIMIT, check_identifier, check_uri

DEPLOYED = [
    "cbe485e8-cd5a-4da6-bba7-8b10c078c133",
    "b2ZmZXItMQ==:YXNzZXQtMQ==:MDAw+/A=",
    "urn:uuid:4b83441f-41cb-46dc-8e7f-328ed8b80926",
    "https://stadt.example/verträge/1?a=b#c",
    "a" * ID_LIMIT,
]


@pytest.mark.parametrize("value", DEPLOYED, ids=lambda value: value[:20])
def test_identifiers_of_deployed_peers_are_taken(value: str) -> None:
    check_identifier(value, "$.consumerPid")
    check_uri(value, "$.agreement.@id")


@pytest.mark.parametrize("value", ["Bäume 2024", "a b", " a", "<a>", "back\\slash", 'a"b'])
def test_a_dataset_may_be_called_as_its_users_like_and_an_agreement_is_a_uri(value: str) -> None:
    check_identifier(value, "$.offer.target")
    with pytest.raises(RemoteProtocolError, match=r"\$\.agreement\.@id is not a URI"):
        check_uri(value, "$.agreement.@id")


@pytest.mark.parametrize(
    "value",
    ["", "a\x00", "a\n", "\x7f", "a\x85b", "\u200b", "a\u202eb", "\ud800", "\u2028", "a" * 1025, "ü" * 513, "🌳" * 257],
    ids=ascii,
)
def test_what_nobody_sees_and_what_is_too_long_is_refused(value: str) -> None:
    with pytest.raises(RemoteProtocolError, match=r"\$\.consumerPid is not an identifier: expected 1 to 1024 bytes"):
        check_identifier(value, "$.consumerPid")
