"""Where messages go, and how addresses are put together."""

from operator import attrgetter
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.catalog import CatalogRequestMessage, DatasetRequestMessage
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import LocalProtocolError, RemoteProtocolError
from connector.protocol.dsp.paths import ROUTES, join, path
from connector.protocol.dsp.version import VersionResponse

CONSUMER, PROVIDER = Role.CONSUMER, Role.PROVIDER


@pytest.mark.parametrize(
    ("kind", "to", "pid", "expected"),
    [
        (VersionResponse, PROVIDER, None, "/.well-known/dspace-version"),
        (CatalogRequestMessage, PROVIDER, None, "/catalog/request"),
        (DatasetRequestMessage, PROVIDER, "https://a.example/1", "/catalog/datasets/https%3A%2F%2Fa.example%2F1"),
        (negotiation.ContractRequestMessage, PROVIDER, None, "/negotiations/request"),
        (negotiation.ContractRequestMessage, PROVIDER, "p", "/negotiations/p/request"),
        (negotiation.ContractAgreementVerificationMessage, PROVIDER, "p", "/negotiations/p/agreement/verification"),
        (negotiation.ContractOfferMessage, CONSUMER, None, "/negotiations/offers"),
        (negotiation.ContractOfferMessage, CONSUMER, "c", "/negotiations/c/offers"),
        (negotiation.ContractAgreementMessage, CONSUMER, "c", "/negotiations/c/agreement"),
        (negotiation.ContractNegotiationEventMessage, CONSUMER, "c", "/negotiations/c/events"),
        (negotiation.ContractNegotiation, CONSUMER, "c", "/negotiations/c"),
        (transfer.TransferRequestMessage, PROVIDER, None, "/transfers/request"),
        (transfer.TransferProcess, PROVIDER, "p", "/transfers/p"),
        (transfer.TransferSuspensionMessage, CONSUMER, "a/b?c#ü ", "/transfers/a%2Fb%3Fc%23%C3%BC%20/suspension"),
    ],
)
def test_each_message_has_the_path_of_the_binding(kind: type, to: Role, pid: str | None, expected: str) -> None:
    assert path(kind, to, pid) == expected


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40) | st.uuids().map(attrgetter("urn"))
)
def test_an_identifier_is_one_percent_encoded_segment(pid: str) -> None:
    if pid not in {".", ".."}:
        expected = f"/negotiations/{quote(pid, safe='')}"
        assert path(negotiation.ContractNegotiation, PROVIDER, pid) == expected


def test_no_two_routes_of_a_side_share_method_and_path() -> None:
    served = [(route.to, route.method, route.template) for route in ROUTES]
    assert len(set(served)) == len(served)


def test_a_message_that_side_does_not_take_has_no_path() -> None:
    with pytest.raises(LocalProtocolError, match="provider has no path for ContractAgreementMessage"):
        path(negotiation.ContractAgreementMessage, PROVIDER, "p")
    with pytest.raises(LocalProtocolError, match="without an identifier"):
        path(transfer.TransferStartMessage, CONSUMER)


@pytest.mark.parametrize("pid", ["", ".", "..", "x" * 1025, "ü" * 513, "a\nb", "a\u202eb", "\ud800"])
def test_a_pid_that_would_change_the_path_is_refused(pid: str) -> None:
    with pytest.raises(RemoteProtocolError):
        path(transfer.TransferStartMessage, CONSUMER, pid)


@pytest.mark.parametrize("base", ["https://c.example/dsp", "https://c.example/dsp/", "https://c.example/dsp//"])
def test_a_callback_address_may_end_in_a_slash(base: str) -> None:
    assert (
        join(base, "/transfers/request") == join(base, "transfers/request") == "https://c.example/dsp/transfers/request"
    )


@pytest.mark.parametrize(
    "base", ["https://c.example/?tenant=1", "https://c.example/#x", "https://c.example?", "https://[x"]
)
def test_a_base_that_nothing_can_be_appended_to_is_refused(base: str) -> None:
    with pytest.raises(RemoteProtocolError):
        join(base, "/transfers/request")
