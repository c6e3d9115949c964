"""The management API as one application."""

import asyncio

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


async def test_the_openapi_document_that_is_served_asks_for_a_key_at_every_path_but_the_health_ones(desk: Desk) -> None:
    async with desk.client(None) as client:
        document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"] == {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert ("security" in operation) == (path not in {"/health", "/ready"}), path


async def test_other_requests_are_answered_while_the_openapi_document_is_made(desk: Desk) -> None:
    async with desk.client(None) as client:
        making = asyncio.create_task(client.get("/openapi.json"))
        answered = 0
        while not making.done():
            assert (await client.get("/health")).status_code == 200
            answered += 1
            await asyncio.sleep(0)
    assert making.result().status_code == 200
    assert answered > 3
