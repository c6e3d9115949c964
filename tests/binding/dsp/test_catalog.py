"""The routes of the catalogue: pages with a Link, compressed if the caller accepts it, and one dataset."""

import pytest

from connector.protocol.dsp.common import CONTEXT
from tests.binding.door import Door, refused

REQUEST = {"@context": [CONTEXT], "@type": "CatalogRequestMessage"}


async def test_a_page_names_the_next_one_until_there_is_none(door: Door) -> None:
    answer = await door.post("/catalog/request?limit=1", REQUEST)
    assert answer.status_code == 200
    assert [entry["@id"] for entry in answer.json()["dataset"]] == [door.dataset]
    assert "link" not in answer.headers


@pytest.mark.parametrize("limit", ["0", "-1", "many", "100001", "9" * 30])
async def test_a_limit_that_is_not_a_number_of_datasets_is_refused(door: Door, limit: str) -> None:
    refused(await door.post(f"/catalog/request?limit={limit}", REQUEST), 400, "limit")


async def test_an_unknown_cursor_is_refused(door: Door) -> None:
    refused(await door.post("/catalog/request?after=nonsense", REQUEST), 400, "cursor")


async def test_an_unknown_dataset_is_not_found(door: Door) -> None:
    assert (await door.get(f"/catalog/datasets/{door.dataset}")).json()["@id"] == door.dataset
    refused(await door.get("/catalog/datasets/urn:dataset:other"), 404, "not-found")


async def test_a_large_answer_is_compressed_for_those_who_accept_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def encoding(accepted: str) -> str | None:
        answer = await door.post("/catalog/request", REQUEST, headers={"Accept-Encoding": accepted})
        assert answer.headers["vary"] == "Accept-Encoding"
        assert [entry["@id"] for entry in answer.json()["dataset"]] == [door.dataset]
        return answer.headers.get("content-encoding")

    monkeypatch.setattr("connector.binding.dsp.catalog.COMPRESS_FROM", 1)
    assert [await encoding(accepted) for accepted in ("identity", "br, gzip;q=1.0", "gzip")] == [None, "gzip", "gzip"]
    monkeypatch.setattr("connector.binding.dsp.catalog.COMPRESS_FROM", 1_000_000)
    assert await encoding("gzip") is None
