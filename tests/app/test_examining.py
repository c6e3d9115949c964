"""A connector whose database is damaged while it serves: callers and `/ready` are told so."""

from pathlib import Path

import httpx

from tests.pair.space import SOON, Space
from tests.support.damage import damage_pages


async def test_a_connector_whose_database_is_damaged_says_so_and_is_not_ready(tmp_path: Path) -> None:
    made = Space(tmp_path)
    made.found("city", "firm")
    city = await made.join("city", SOON)
    (store,) = (tmp_path / "city").glob("*.sqlite")
    damage_pages(store)
    headers = {"Authorization": "Bearer city"}
    transport = httpx.ASGITransport(city.connector.management())
    async with httpx.AsyncClient(transport=transport, base_url="http://management", headers=headers) as client:
        answer = await client.get("/v1/consents", params={"limit": 1})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store-damaged")
        ready = await client.get("/ready")
        assert ready.status_code == 503
        assert "is damaged" in ready.json()["checks"]["store"]
    await made.leave("city")
