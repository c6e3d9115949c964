"""The catalogues of other participants over the API."""

import pytest

from connector.ports.peer import InDoubt
from tests.support.plane import CITY, DATASET, Desk


async def test_a_catalogue_comes_page_by_page_as_the_provider_sends_it(desk: Desk) -> None:
    desk.peer.datasets = [DATASET, {**DATASET, "@id": "urn:dataset:noise"}]
    async with desk.client() as client:
        first = (await client.get("/v1/catalog", params={"participant": CITY})).json()
        second = (await client.get("/v1/catalog", params={"participant": CITY, "page": first["next"]})).json()
        one = await client.get("/v1/catalog/dataset", params={"participant": CITY, "dataset": "urn:dataset:noise"})
    assert first["items"] == [DATASET]
    assert (second["items"], second["next"]) == ([one.json()], None)


async def test_a_provider_that_cannot_be_asked_is_502_a_stranger_404(desk: Desk) -> None:
    desk.peer.failure = InDoubt(reason="no answer")
    async with desk.client() as client:
        assert (await client.get("/v1/catalog", params={"participant": CITY})).status_code == 502
        assert (await client.get("/v1/catalog", params={"participant": "https://x.example"})).status_code == 404


@pytest.mark.parametrize("path", ["/v1/catalog", "/v1/catalog/dataset?participant=x"])
async def test_what_is_missing_from_a_query_is_named(desk: Desk, path: str) -> None:
    async with desk.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 422
    assert "in the query cannot be used" in answer.json()["error"]["reason"]


@pytest.mark.parametrize("path", ["catalog", "catalog/dataset"])
async def test_a_provider_that_does_not_know_this_participant_is_no_silent_one(desk: Desk, path: str) -> None:
    desk.peer.failure = InDoubt(reason="401: HTTP status 401", status=401)
    async with desk.client() as client:
        answer = await client.get(f"/v1/{path}", params={"participant": CITY, "dataset": "urn:dataset:noise"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not-accepted")
