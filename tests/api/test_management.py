"""The management API as one application."""

import msgspec

from tests.support.plane import Desk


async def test_every_path_but_the_health_ones_asks_for_a_key(desk: Desk) -> None:
    async with desk.client(None) as client:
        for path in desk.app.openapi()["paths"]:
            status = (await client.get(path)).status_code
            assert status == (200 if path in {"/health", "/ready"} else 401), path


async def test_the_openapi_document_names_every_operation_once_with_an_example(desk: Desk) -> None:
    document = desk.app.openapi()
    operations = [entry["operationId"] for path in document["paths"].values() for entry in path.values()]
    assert len(operations) == len(set(operations)) > 35
    assert {"start_negotiation", "wait_for_transfer", "publish_asset"} <= set(operations)
    assert document["components"]["schemas"]["AssetOrder"]["examples"][0]["title"]
    assert msgspec.json.encode(document)
