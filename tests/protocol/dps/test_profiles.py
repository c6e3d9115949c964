import json

import msgspec
import pytest

from connector.protocol.dps.profiles import HTTP_PULL, HTTP_PUSH, choose_profile, find_format, to_profile
from connector.protocol.dsp.common import http_address
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH


def test_both_names_of_a_transfer_are_known_and_no_other() -> None:
    assert [find_format(name) for name in (HTTP_PULL, PULL, HTTP_PUSH, PUSH)] == [PULL, PULL, PUSH, PUSH]
    assert find_format("https://w3id.org/dspace-sig/profile/s3-push") is None


def test_a_data_plane_is_asked_in_a_name_that_it_has_registered() -> None:
    assert choose_profile(PULL, [PULL]) == PULL
    assert choose_profile(PUSH, [PUSH, HTTP_PUSH]) == HTTP_PUSH
    assert choose_profile(PUSH, [HTTP_PULL]) is None


@pytest.mark.parametrize("profile", [HTTP_PULL, HTTP_PUSH])
def test_an_address_of_the_http_profile_has_its_properties_alone(profile: str) -> None:
    address = to_profile(http_address("https://city.example/flows/1", "token"), profile)
    assert json.loads(msgspec.json.encode(address)) == {
        "@type": "DataAddress",
        "endpointType": profile,
        "endpoint": "https://city.example/flows/1",
        "endpointProperties": [
            {"@type": "EndpointProperty", "name": "authorization", "value": "token"},
            {"@type": "EndpointProperty", "name": "authType", "value": "bearer"},
        ],
    }


def test_under_another_name_an_address_keeps_the_form_of_deployed_connectors() -> None:
    address = http_address("https://city.example/flows/1", "token")
    assert to_profile(address, PULL) is address
