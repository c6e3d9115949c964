"""Planes are registered over HTTP by a management key of the receiver, and replaced by a later registration."""

from typing import Any

import pytest

from connector.binding.dps.registering import MOST_PLANES, OAUTH
from connector.identity.keys import generate, public_jwk
from connector.ports.entities import Plane
from connector.protocol.dps.profiles import HTTP_PULL
from tests.binding.dps.ours import OWNER, Control
from tests.binding.dps.world import KEY, call

MESSAGE: dict[str, Any] = {
    "dataplaneId": "urn:plane:x",
    "endpoint": "https://x.example/signaling",
    "profiles": [HTTP_PULL],
    "authorization": {"type": OAUTH, "jwks": {"keys": [public_jwk(generate())]}},
    "labels": ["gold"],
}


async def test_a_data_plane_registers_itself_is_replaced_and_stays_drained(control: Control) -> None:
    url = f"{control.url}/dataplanes"
    assert (await call("PUT", url, MESSAGE, KEY)).status_code == 200
    await control.office.drain("urn:plane:x", True)
    assert (await call("PUT", url, MESSAGE | {"labels": ["blue"]}, KEY)).status_code == 200
    (plane,) = control.end.book.list()
    assert (plane.labels, plane.draining, plane.leased) == (("blue",), True, False)
    assert (await call("DELETE", f"{url}/urn:plane:x", None, KEY)).status_code == 204
    assert (await call("DELETE", f"{url}?dataplaneId=urn:plane:x", None, KEY)).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dataplaneId": "a/b"}, "malformed"),
        ({"endpoint": "nowhere"}, "malformed"),
        ({"profiles": ["p"] * 200}, "profiles"),
        ({"authorization": {"type": OAUTH, "clientId": "c", "clientSecret": "s3cr3t"}}, "authorization"),
        ({"authorization": {"type": "other", "jwks": {"keys": []}}}, "authorization"),
        ({"dataplaneId": "did:web:city.example"}, "own-id"),
    ],
)
async def test_a_bad_registration_changes_nothing(control: Control, change: dict[str, Any], code: str) -> None:
    refused = await call("PUT", f"{control.url}/dataplanes", MESSAGE | change, KEY)
    assert (refused.status_code, refused.json()["error"]) == (400, code)
    assert "s3cr3t" not in refused.text
    assert control.end.book.list() == []


async def test_the_number_of_planes_is_bounded_and_their_keys_are_public(control: Control) -> None:
    for number in range(MOST_PLANES):
        row = Plane(owner=OWNER, id=f"urn:plane:{number}", endpoint="https://x.example", keys=b"{}")
        await control.end.book.put(row)
    assert (await call("PUT", f"{control.url}/dataplanes", MESSAGE, KEY)).status_code == 400
    shown = await call("GET", f"{control.url}/jwks", None, None)
    assert shown.json() == control.end.proof.list_keys()
    assert "d" not in shown.json()["keys"][0]
