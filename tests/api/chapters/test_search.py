"""The search at the broker over the API."""

import msgspec

from connector.api.frame.desk import install_desk
from tests.support.plane import Desk


async def test_a_search_goes_to_the_broker_as_it_is(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get(
            "/v1/search", params={"q": "Lärm", "theme": ["ENVI", "TRAN"], "offset": 20, "facets": True}
        )
    assert desk.searched == [{"q": "Lärm", "theme": ["ENVI", "TRAN"], "facets": "True", "limit": "20", "offset": "20"}]
    assert answer.json()["items"][0]["id"] == "urn:dataset:air"


async def test_a_search_without_a_broker_is_refused(desk: Desk) -> None:
    install_desk(desk.app, msgspec.structs.replace(desk.app.state.desk, search=None))
    async with desk.client() as client:
        answer = await client.get("/v1/search")
        assert (await client.get("/v1/search", params={"limit": 501})).status_code == 422
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no-broker")
