"""One connector's DSP endpoints with a peer at the door who sends what it likes; nothing in it moves by itself."""

import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

from connector.app.connector import ConnectorServer
from connector.identity.jws import sign
from connector.identity.tokens import issue
from connector.protocol.dsp.common import CONTEXT
from tests.pair.space import Space, host, participant
from tests.support.asgi import as_asgi

BASE = "/dsp/2025-1"
UNKNOWN = "urn:uuid:00000000-0000-4000-8000-000000000000"
ERRORS = {
    "catalog": "CatalogError",
    "self-descriptions": "CatalogError",
    "negotiations": "ContractNegotiationError",
    "transfers": "TransferError",
}
_SCHEMAS = {
    "CatalogError": "catalog/catalog-error-schema.json",
    "ContractNegotiationError": "negotiation/contract-negotiation-error-schema.json",
    "TransferError": "transfer/transfer-error-schema.json",
}


class Door:
    """The city's listener; who knocks is the firm, unless it says otherwise. `tokens` is every secret it showed."""

    def __init__(self, space: Space, city: ConnectorServer, offer: str, dataset: str) -> None:
        self.space = space
        self.city = city
        self.app = app = city.protocol
        self.offer = offer
        self.dataset = dataset
        self.tokens: list[str] = []
        self._serial = count(1)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(as_asgi(app)), base_url=host("city"))

    async def close(self) -> None:
        """Go away."""
        await self.http.aclose()

    def token(self, *, of: str = "firm", to: str = "city", age_s: int = 0, by: str | None = None) -> str:
        """Return a token that `of` shows to `to`, made `age_s` seconds ago and signed with the key of `by`."""
        key, now = self.space.keys[by or of], int(time.time()) - age_s
        jti = f"{of}-{next(self._serial)}"
        made = issue(key, issuer=participant(of), audience=participant(to), jti=jti, now_s=now)
        self.tokens.append(made)
        return f"Bearer {made}"

    def unsigned(self, claims: Mapping[str, Any]) -> str:
        """Return a token of the firm with other claims."""
        now = int(time.time())
        whole = {"iss": participant("firm"), "sub": participant("firm"), "aud": participant("city"), "iat": now}
        body = json.dumps({**whole, "exp": now + 60, "jti": f"odd-{next(self._serial)}", **claims}).encode()
        self.tokens.append(sign(self.space.keys["firm"], body, kind="JWT"))
        return f"Bearer {self.tokens[-1]}"

    def request(self, **changed: Any) -> dict[str, Any]:
        """Return a contract request that would be taken; a member that is None is left out."""
        offer = {
            "@type": "Offer",
            "@id": self.offer,
            "target": self.dataset,
            "assigner": participant("city"),
            "permission": [{"action": "use"}],
        }
        plain = {
            "@context": [CONTEXT],
            "@type": "ContractRequestMessage",
            "consumerPid": f"urn:uuid:consumer-{next(self._serial)}",
            "offer": offer,
            "callbackAddress": f"{host('firm')}{BASE}",
        }
        return {name: value for name, value in {**plain, **changed}.items() if value is not None}

    def message(self, kind: str, consumer: str, provider: str, **more: Any) -> dict[str, Any]:
        """Return a later message with both pids."""
        return {"@context": [CONTEXT], "@type": kind, "consumerPid": consumer, "providerPid": provider, **more}

    async def post(
        self,
        path: str,
        body: object,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a body: bytes or chunks as they are, all else as JSON; with a fresh token unless one is given."""
        raw = isinstance(body, bytes | AsyncIterator)
        content: Any = body if raw else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **self._authorized(token), **(headers or {})}
        return await self.http.post(BASE + path, content=content, headers=sent)

    async def get(self, path: str, *, token: str | None = "") -> httpx.Response:
        """Ask for a document."""
        return await self.http.get(BASE + path, headers=self._authorized(token))

    async def negotiation(self) -> tuple[str, str]:
        """Begin a negotiation and return the pids of consumer and provider."""
        asked = self.request()
        answer = await self.post("/negotiations/request", asked)
        assert answer.status_code == 201, answer.text
        return asked["consumerPid"], answer.json()["providerPid"]

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is stored, but for which tokens were used: rows by table."""
        path = self.space.base / "city" / "store.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
            names = [row[0] for row in reader.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {
                name: reader.execute(f'SELECT * FROM "{name}"').fetchall() for name in names if name != "replay_keys"
            }

    def _authorized(self, token: str | None) -> dict[str, str]:
        if token is None:
            return {}
        return {"Authorization": token or self.token()}


def refused(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The answer is an error of its chapter in the specification's form; returns its body."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    chapter = answer.request.url.path.removeprefix(BASE).split("/")[1]
    assert body["@type"] == ERRORS[chapter]
    assert body["@context"] == [CONTEXT]
    assert all(isinstance(text, str) and text for text in body["reason"])
    if body["@type"] != "CatalogError":
        assert isinstance(body["consumerPid"], str)
        assert isinstance(body["providerPid"], str)
    if code is not None:
        assert body["code"] == code, body
    _check(body)
    return body


def _check(body: Mapping[str, Any]) -> None:
    """Validate an error against the official schema, where that is at hand."""
    root = os.environ.get("DATENKONTOR_DATA")
    if root:
        folder = Path(root, "standards", "dsp-2025-1-err1")
        file = next(folder.rglob(Path(_SCHEMAS[body["@type"]]).name))
        if file not in _VALIDATORS:
            # Some official files refer to "json#definitions/", which is no JSON pointer.
            texts = (path.read_text("utf-8") for path in folder.rglob("*-schema.json"))
            schemas = [json.loads(text.replace("json#definitions/", "json#/definitions/")) for text in texts]
            registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas])
            wanted = json.loads(file.read_text("utf-8").replace("json#definitions/", "json#/definitions/"))
            _VALIDATORS[file] = jsonschema_rs.validator_for(wanted, registry=registry)
        _VALIDATORS[file].validate(body)


_VALIDATORS: dict[Path, Any] = {}
