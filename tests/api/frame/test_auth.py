"""Who gets in, how much may be sent, and the one form of what goes wrong."""

import msgspec
import pytest

from connector.api.frame.auth import ApiKey
from tests.support.plane import Desk


def reason(answer: object) -> str:
    body = answer.json()  # type: ignore[attr-defined]  # an httpx response
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"code", "reason"}
    assert body["error"]["reason"].endswith(".")
    return str(body["error"]["code"])


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "no-key"),
        ({"Authorization": "Bearer "}, "no-key"),
        ({"Authorization": "Basic cmVhZGVyOg=="}, "no-key"),
        ({"Authorization": "Bearer guessed"}, "unknown-key"),
        ({"X-Api-Key": "guessed"}, "unknown-key"),
    ],
)
async def test_without_a_known_key_nobody_gets_in(desk: Desk, headers: dict[str, str], code: str) -> None:
    async with desk.client(None) as client:
        answer = await client.get("/v1/assets", headers=headers)
    assert (answer.status_code, reason(answer)) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_key_is_taken_from_either_header(desk: Desk) -> None:
    async with desk.client(None) as client:
        for headers in ({"Authorization": "bearer reader"}, {"X-Api-Key": "reader"}):
            assert (await client.get("/v1/assets", headers=headers)).status_code == 200


async def test_a_reading_key_changes_nothing(desk: Desk) -> None:
    async with desk.client("reader") as client:
        answer = await client.post("/v1/assets", json={"title": {"de": "Luft"}, "source": {"kind": "file"}})
        assert (answer.status_code, reason(answer)) == (403, "scope")
        assert (await client.get("/v1/assets")).json()["items"] == []


async def test_every_path_but_the_health_ones_asks_for_a_key(desk: Desk) -> None:
    async with desk.client(None) as client:
        for path in desk.app.openapi()["paths"]:
            status = (await client.get(path)).status_code
            assert status == (200 if path in {"/health", "/ready"} else 401), path


async def test_a_key_shows_its_name_and_never_its_hash() -> None:
    assert "aa" not in repr(ApiKey(id="x", sha256="aa" * 32, scopes=("read",)))


@pytest.mark.parametrize("announced", [True, False])
async def test_a_request_that_is_too_large_is_refused_before_it_is_read(desk: Desk, announced: bool) -> None:
    body = b'{"title": "' + b"x" * 1_000_000 + b'"}'

    async def pieces() -> object:
        yield body[:500_000]
        yield body[500_000:]

    async with desk.client() as client:
        content = body if announced else pieces()
        answer = await client.post("/v1/assets", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, reason(answer)) == (413, "too-large")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "is malformed"),
        (b"[]", "body"),
        (b'{"source": {"kind": "file"}}', "title in the body"),
        (b'{"title": {"de": "x"}, "source": {}, "secret": "s3cr3t"}', "secret in the body"),
        (b'{"title": {"de": "x"}, "source": {}, "data_class": "s3cr3t"}', "data_class in the body"),
    ],
)
async def test_a_body_that_does_not_fit_is_answered_by_a_sentence_without_its_content(
    desk: Desk, body: bytes, told: str
) -> None:
    async with desk.client() as client:
        answer = await client.post("/v1/assets", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    reason(answer)
    assert told in answer.json()["error"]["reason"]
    assert "s3cr3t" not in answer.text


async def test_a_policy_that_is_nested_too_deep_is_refused(desk: Desk) -> None:
    policy: dict[str, object] = {}
    for _ in range(40):
        policy = {"and": [policy]}
    async with desk.client() as client:
        body = {"title": {"de": "Luft"}, "source": {"kind": "file"}, "policy": policy}
        answer = await client.post("/v1/assets", json=body)
    assert answer.status_code == 422
    assert "nested deeper" in answer.json()["error"]["reason"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/none", 404), ("DELETE", "/v1/assets", 405)])
async def test_what_is_not_there_is_told_in_the_same_form(desk: Desk, method: str, path: str, status: int) -> None:
    async with desk.client() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    reason(answer)


async def test_a_store_that_fails_is_503_and_the_process_is_not_ready(desk: Desk) -> None:
    async with desk.client() as client:
        well = {"ready": True, "checks": {"store": "ok", "worker": "ok"}, "warnings": {}}
        assert (await client.get("/ready")).json() == well
        await desk.store.close()
        answer = await client.get("/v1/assets")
        assert (answer.status_code, reason(answer)) == (503, "store")
        ready = await client.get("/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"] == {"store": "The store does not accept writes.", "worker": "ok"}
        assert (await client.get("/health")).json() == {"status": "ok"}


async def test_a_worker_that_does_not_run_makes_the_process_unready(desk: Desk) -> None:
    desk.unready = "The worker has stopped."
    async with desk.client(None) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "The worker has stopped.")


async def test_what_somebody_should_look_at_is_told_and_keeps_nobody_out(desk: Desk) -> None:
    desk.warning = "1 processes cannot go on."
    async with desk.client(None) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["warnings"] == {"processes": "1 processes cannot go on."}


async def test_what_nobody_foresaw_is_500_without_details(desk: Desk) -> None:
    async def broken(*_: object) -> bytes:
        raise RuntimeError("secret-token")

    desk.peer.fetch_dataset = broken  # type: ignore[assignment,method-assign]  # a port that breaks its promise
    async with desk.client() as client:
        answer = await client.get("/v1/catalog/dataset", params={"participant": "https://city.example", "dataset": "x"})
    assert (answer.status_code, reason(answer)) == (500, "internal")
    assert "secret" not in answer.text


async def test_the_openapi_document_names_every_operation_once_with_an_example(desk: Desk) -> None:
    document = desk.app.openapi()
    operations = [entry["operationId"] for path in document["paths"].values() for entry in path.values()]
    assert len(operations) == len(set(operations)) > 35
    assert {"start_negotiation", "wait_for_transfer", "publish_asset"} <= set(operations)
    assert document["components"]["schemas"]["AssetOrder"]["examples"][0]["title"]
    assert msgspec.json.encode(document)
