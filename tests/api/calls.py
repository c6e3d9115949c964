"""What several tests of the API send, and how they read its errors."""

from typing import Any

import httpx

from tests.support.plane import CITY

ASKED = {"participant": CITY, "dataset": "urn:dataset:air"}
DRAFT = {
    "title": {"de": "Luft"},
    "source": {"kind": "file", "path": "air.csv"},
    "data_class": "open",
    "licence": "cc-by/4.0",
}


async def begin(client: httpx.AsyncClient, kind: str = "negotiations", body: Any = ASKED) -> str:
    """Begin a process and return its identifier."""
    answer = await client.post(f"/v1/{kind}", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def read_code(answer: httpx.Response) -> str:
    """Return the code of an error; it must have the one form."""
    body = answer.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"code", "reason"}
    assert body["error"]["reason"].endswith(".")
    return str(body["error"]["code"])
