"""The one form of everything that goes wrong."""

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from connector.api.frame.errors import ApiError, answer, install
from connector.controlplane.core.errors import NotAllowed
from connector.ports.store_errors import Conflict, LimitReached, Unavailable
from connector.protocol.dsp.errors import RemoteProtocolError
from tests.api.calls import DRAFT, read_code
from tests.support.plane import Desk


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
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
    read_code(answer)
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
    read_code(answer)


async def test_use_case_errors_become_statuses(desk: Desk) -> None:
    async with desk.client() as client:
        assert (await client.get("/v1/assets/none")).status_code == 404
        assert (await client.post("/v1/assets", json={**DRAFT, "title": {}})).status_code == 400
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a"})
        taken = await client.post("/v1/assets", json={**DRAFT, "id": "urn:a"})
        assert (taken.status_code, taken.json()["error"]["code"]) == (409, "taken")


async def test_what_nobody_foresaw_is_500_without_details(desk: Desk) -> None:
    async def broken(*_: object) -> bytes:
        raise RuntimeError("secret-token")

    desk.peer.fetch_dataset = broken  # type: ignore[assignment,method-assign]  # a port that breaks its promise
    async with desk.client() as client:
        answer = await client.get("/v1/catalog/dataset", params={"participant": "https://city.example", "dataset": "x"})
    assert (answer.status_code, read_code(answer)) == (500, "internal")
    assert answer.headers["connection"] == "close"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ApiError(418, "teapot", "No coffee here."), 418, "teapot"),
        (NotAllowed("wrong-state", "The negotiation has ended."), 409, "wrong-state"),
        (RemoteProtocolError("The offer has no policy.", code="bad-offer"), 400, "bad-offer"),
        (Conflict("secret"), 409, "changed"),
        (LimitReached("secret"), 409, "limit-reached"),
        (Unavailable("secret"), 503, "store"),
    ],
)
async def test_an_error_has_its_status_and_its_code(error: Exception, status: int, code: str) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        failed = await client.get("/")
    assert (failed.status_code, read_code(failed)) == (status, code)
    assert "secret" not in failed.text


def test_an_error_can_have_its_reason_in_every_language() -> None:
    content = answer(409, "taken", "Taken.", {"de": "Vergeben.", "en": "Taken."}).body
    assert msgspec.json.decode(content)["error"]["reasons"] == {"de": "Vergeben.", "en": "Taken."}


def _list_calls_with_a_body(desk: Desk) -> list[tuple[str, str]]:
    return [
        (method.upper(), path.replace("{id}", "urn:x").replace("{name}", "downloads"))
        for path, methods in desk.app.openapi()["paths"].items()
        for method, described in methods.items()
        if "requestBody" in described
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a": 1, "a": 2}', "the member a twice"),
        (b'{"entries": [{"subject": "9", "subject": "10"}]}', "the member subject twice"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        (b'{"a": NaN}', "NaN"),
    ],
)
async def test_an_order_of_any_chapter_is_refused_rather_than_guessed(desk: Desk, body: bytes, told: str) -> None:
    calls = _list_calls_with_a_body(desk)
    assert len(calls) > 15
    async with desk.client() as client:
        for method, path in calls:
            answer = await client.request(method, path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 422, path
            read_code(answer)
            assert told in answer.json()["error"]["reason"]


async def test_an_order_with_a_byte_order_mark_is_read(desk: Desk) -> None:
    body = b"\xef\xbb\xbf" + msgspec.json.encode(DRAFT)
    async with desk.client() as client:
        answer = await client.post("/v1/assets", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
