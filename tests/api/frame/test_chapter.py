"""Endpoints that take orders and return views, as FastAPI serves them."""

from typing import Annotated

import httpx
import msgspec
from fastapi import FastAPI
from fastapi.responses import Response
from msgspec import Meta

from connector.api.frame.chapter import ChapterRouter, encode_view


class GreetOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A greeting."""

    name: Annotated[str, Meta(max_length=5)] = "you"


class GreetingView(msgspec.Struct, frozen=True, kw_only=True):
    """A greeting that was said."""

    text: str
    error: str | None = None


router = ChapterRouter()


@router.post("/greet/{word}", status_code=201)
async def greet(word: str, order: GreetOrder | None = None) -> GreetingView:
    """Greet."""
    return GreetingView(text=f"{word} {order.name if order else 'all'}")


@router.get("/greetings")
async def list_greetings() -> tuple[GreetingView, ...]:
    """List."""
    return (GreetingView(text="ü"),)


@router.get("/refused")
async def refuse() -> Response:
    """Refuse."""
    return encode_view(GreetingView(text="no"), 418)


app = FastAPI()
app.include_router(router)


async def ask(method: str, path: str, body: object = None) -> tuple[int, object]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        answer = await client.request(method, path, json=body)
    return answer.status_code, answer.json()


async def test_an_order_comes_in_and_a_view_goes_out() -> None:
    assert await ask("POST", "/greet/hello", {"name": "Ada"}) == (201, {"text": "hello Ada", "error": None})
    assert await ask("POST", "/greet/hello", {}) == (201, {"text": "hello you", "error": None})
    assert await ask("POST", "/greet/hello") == (201, {"text": "hello all", "error": None})
    assert await ask("GET", "/greetings") == (200, [{"text": "ü", "error": None}])
    assert await ask("GET", "/refused") == (418, {"text": "no", "error": None})


async def test_a_body_that_does_not_fit_is_refused() -> None:
    assert (await ask("POST", "/greet/hello", {"name": "Adelheid"}))[0] == 422
    assert (await ask("POST", "/greet/hello", {"stranger": 1}))[0] == 422


def test_the_document_describes_both() -> None:
    document = app.openapi()
    operation = document["paths"]["/greet/{word}"]["post"]
    assert "GreetOrder" in str(operation["requestBody"])
    assert operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/GreetingView")
    assert document["components"]["schemas"]["GreetOrder"]["description"] == "A greeting."
