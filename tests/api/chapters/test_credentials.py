"""Credentials over the management API."""

import msgspec

from tests.support.holding import hold, member
from tests.support.plane import Desk


async def test_credentials_are_imported_listed_shown_and_removed(desk: Desk) -> None:
    firm = await hold()
    desk.app.state.desk = msgspec.structs.replace(desk.values, credentials=firm.service)
    async with desk.client() as client:
        added = (await client.post("/v1/credentials", json={"credential": member()})).json()
        assert (await client.get("/v1/credentials")).json() == [added]
        shown = (await client.get(f"/v1/credentials/{added['key']}")).json()
        assert (shown["claims"], added["claims"], added["standing"]) == ({"role": ["company"]}, {}, "valid")
        assert (await client.get("/v1/issuances")).json() == []
        wrong = await client.post("/v1/credentials", json={"credential": "none"})
        assert (await client.delete(f"/v1/credentials/{added['key']}")).json() == added
        gone = await client.get(f"/v1/credentials/{added['key']}")
    assert (wrong.status_code, gone.status_code) == (400, 404)


async def test_an_issuer_that_is_away_is_no_fault_of_the_credential(desk: Desk) -> None:
    firm = await hold()
    firm.places.served.clear()
    desk.app.state.desk = msgspec.structs.replace(desk.values, credentials=firm.service)
    async with desk.client() as client:
        away = await client.post("/v1/credentials", json={"credential": member()})
    assert (away.status_code, away.json()["error"]["code"]) == (503, "unavailable")


async def test_a_connector_without_credentials_says_so(desk: Desk) -> None:
    async with desk.client() as client:
        none = await client.get("/v1/credentials")
    assert (none.status_code, none.json()["error"]["code"]) == (409, "no-credentials")


async def test_credentials_are_requested_and_waited_for(desk: Desk) -> None:
    firm = await hold()
    desk.app.state.desk = msgspec.structs.replace(desk.values, credentials=firm.service)
    order = {"issuer": "did:web:stadt.example", "types": ["MembershipCredential"]}
    async with desk.client() as client:
        asked = (await client.post("/v1/issuances", json=order)).json()
        assert (asked["state"], asked["types"]) == ("requested", ["MembershipCredential"])
        path = f"/v1/issuances/{asked['id']}"
        assert (await client.get(path)).json() == asked
        assert (await client.get(f"{path}/wait", params={"timeout": 0})).json() == asked
        untrusted = await client.post("/v1/issuances", json={**order, "types": ["Diploma"]})
        assert (untrusted.status_code, untrusted.json()["error"]["code"]) == (400, "issuer")
        assert (await client.get("/v1/issuances/other")).status_code == 404
