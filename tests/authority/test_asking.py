"""What a member asks: signed by the key of its card, a moment ago."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.authority.asking import LATEST_MS, JoinRequest, read_request, read_sent, write_request, write_signed
from connector.authority.roster import RosterFault
from connector.identity.keys import generate
from tests.authority.folders import DID, NOW_MS, Applicant


def request(firm: Applicant) -> JoinRequest:
    return JoinRequest(authority=DID, card=firm.card(), at=NOW_MS)


def test_a_request_is_read_with_the_secret_that_goes_along() -> None:
    firm = Applicant()
    assert read_sent(write_request(firm.key, request(firm), "s"), NOW_MS) == (request(firm), "s")


def test_a_request_of_another_key_or_another_time_is_refused() -> None:
    firm = Applicant()
    with pytest.raises(RosterFault, match="not signed with the key of its card"):
        read_request(write_signed(generate(), request(firm)), NOW_MS)
    for moved in (LATEST_MS + 1, -LATEST_MS - 1):
        with pytest.raises(RosterFault, match="compare the clocks"):
            read_request(write_signed(firm.key, request(firm)), NOW_MS + moved)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_sent_is_read_or_refused_with_one_sentence(body: bytes) -> None:
    with pytest.raises(RosterFault):
        read_sent(body, NOW_MS)
