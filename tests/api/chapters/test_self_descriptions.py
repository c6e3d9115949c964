"""Self-descriptions over the management API: signed, of three kinds, and checked again."""

import pytest

from connector.protocol.credential import name_description
from tests.support.plane import ME, Desk

SOURCE = {"kind": "file", "path": "air.csv"}


async def test_what_is_published_is_described_and_what_is_described_can_be_checked(desk: Desk) -> None:
    async with desk.client() as client:
        await client.post("/v1/assets", json={"id": "urn:a/1", "title": {"de": "Luft"}, "source": SOURCE})
        draft = await client.get("/v1/self-description", params={"asset": "urn:a/1"})
        await client.post("/v1/assets/urn:a/1/publish")
        dataset = (await client.get("/v1/self-description", params={"asset": "urn:a/1"})).json()
        offering = await client.get("/v1/self-description", params={"asset": "urn:a/1", "offering": True})
        participant = (await client.get("/v1/self-description")).json()
        checked = await client.post("/v1/self-description/check", json={"credential": dataset["credential"]})
    assert draft.status_code == 409
    assert (dataset["kind"], dataset["subject"], dataset["issuer"]) == ("dataset", "urn:a/1", ME)
    assert dataset["name"] == name_description(ME, "urn:a/1")
    assert dataset["statement"]["dct:title"] == [{"@language": "de", "@value": "Luft"}]
    assert (offering.json()["kind"], offering.json()["subject"]) == ("offering", f"{ME}#urn%3Aa%2F1")
    assert (participant["kind"], participant["subject"]) == ("participant", ME)
    found = checked.json()
    assert (found["problem"], found["statement"]) == (None, dataset["statement"])
    assert (found["valid_from"], found["valid_until"]) == (dataset["valid_from"], dataset["valid_until"])


@pytest.mark.parametrize("credential", ["", "a.b.c", "ä", "a" * 400_001, "."])
async def test_what_is_no_credential_is_refused_in_words(desk: Desk, credential: str) -> None:
    async with desk.client() as client:
        answer = await client.post("/v1/self-description/check", json={"credential": credential})
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["reason"]


async def test_an_unknown_asset_has_no_description(desk: Desk) -> None:
    async with desk.client() as client:
        assert (await client.get("/v1/self-description", params={"asset": "urn:none"})).status_code == 404
