"""Every operation of the management API against what its own document allows, and against what it forbids.

The connector is whole, with its store on disk. `OPERATIONS` in the environment sets how many requests of either kind
each operation gets by night.
"""

import asyncio
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from connector.app.connector import ConnectorServer, build
from connector.ports.changes import PutAgreement, PutHold, PutProcess
from connector.ports.entities import Agreement, Hold
from connector.protocol.dsp.common import Role
from connector.settings import KeySettings, LimitSettings, ManagementSettings
from tests.hostile.openapi import POLICY, Grammar, Operation, Sent, operations, requests
from tests.interop.test_fuzz import encoded
from tests.pair.space import Space, host, participant

BY_DAY = 5
BY_NIGHT = int(os.environ.get("OPERATIONS", "1000"))
KEYS = {"reader": "read", "writer": "write", "chief": "admin"}
OWNER = "default"
AGREEMENT = "urn:agreement:1"


class Api:
    """A connector's management API, and the documents that it goes by."""

    def __init__(self, connector: ConnectorServer) -> None:
        self.connector = connector
        app: Any = connector.load_management()
        self.document = app.openapi()
        self.operations = operations(self.document)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://connector")
        people, assets = [participant("firm"), participant("city"), "urn:none"], ["urn:drafted", "urn:offered"]
        self.known: dict[str, list[str]] = {
            **dict.fromkeys(("participant", "peer", "counterparty"), people),
            **{word: [AGREEMENT] for word in ("agreement", "agreements", "usage")},
            **dict.fromkeys(("asset", "assets", "dataset"), assets),
            "negotiations": [],
            "transfers": [],
            "name": ["open", "city-internal"],
            "media_type": ["text/csv"],
        }
        self._validators: dict[str, Any] = {}

    def breaks(self, schema: Any, value: Any) -> bool:
        """Whether a JSON value does not fit a schema of the document."""
        key = json.dumps(schema)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = jsonschema_rs.validator_for(whole, validate_formats=False)
        return not self._validators[key].is_valid(value)

    async def send(self, sent: Sent, key: str = "chief") -> httpx.Response:
        content = sent.body if isinstance(sent.body, bytes) else encoded(sent.body) if sent.body is not None else b""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return await self.http.request(sent.operation.method, sent.target, content=content, headers=headers)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, path, json=body, headers={"X-Api-Key": "chief"})
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def furnish(self) -> None:
        """Let there be something of everything: an asset, an agreement, processes in several states, a delivery."""
        store, now = self.connector.parts.store, self.connector.context.now()
        order = {
            "title": {"de": "Zählung"},
            "source": {"kind": "file", "path": "counts.csv"},
            "data_class": "open",
            "licence": "cc-by/4.0",
        }
        await self.ask("POST", "/v1/assets", {**order, "id": "urn:drafted"})
        offered = await self.ask("POST", "/v1/assets", {**order, "id": "urn:offered", "policy": POLICY})
        await self.ask("POST", f"/v1/assets/{quote(offered['id'])}/publish")
        agreement = Agreement(
            owner=OWNER,
            id=AGREEMENT,
            role=Role.CONSUMER,
            counterparty=participant("firm"),
            address=f"{host('firm')}/dsp/2025-1",
            dataset="urn:dataset:counts",
            negotiation_id="urn:negotiation:1",
            document=msgspec.json.encode({**POLICY, "@type": "Agreement", "@id": AGREEMENT}),
            evidence=b'{"claims": {}}',
            agreed_at=now,
            finalized_at=now,
        )
        await store.commit([PutAgreement(agreement)])
        for state in (None, "OFFERED", "AGREED"):
            order = {"participant": participant("firm"), "asset": offered["id"]}
            begun = (await self.ask("POST", "/v1/negotiations/offer", order))["id"]
            negotiation = await store.negotiation(OWNER, begun)
            assert negotiation is not None
            if state:
                hold = Hold(
                    owner=OWNER,
                    process_id=begun,
                    process_kind="negotiation",
                    reason="offer",
                    who="provider",
                    created_at=now,
                )
                await store.commit([PutProcess(_in(negotiation, state, held=True), negotiation.version), PutHold(hold)])
            self.known["negotiations"].append(begun)
        for state in (None, "STARTED", "SUSPENDED", "COMPLETED"):
            begun = (await self.ask("POST", "/v1/transfers", {"agreement": AGREEMENT}))["id"]
            transfer = await store.transfer(OWNER, begun)
            assert transfer is not None
            if state:
                await store.commit([PutProcess(_in(transfer, state), transfer.version)])
            path = msgspec.json.decode(transfer.sink or b"{}").get("path", "delivered")
            folder = self.connector.parts.settings.received / path
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "counts.csv").write_bytes(b"street;cars\n")
            self.known["transfers"].append(begun)


def _in(process: Any, state: str, **more: Any) -> Any:
    members = {"state": state, "peer_pid": f"peer of {process.id}", "pending": None, **more}
    return msgspec.structs.replace(process, version=process.version + 1, **members)


async def furnished(space: Space) -> Api:
    """Return the API of a city whose worker rests, with a key for each scope."""
    space.found("city", "firm")
    keys = tuple(KeySettings(id=name, sha256=_sha256(name), scopes=(scope,)) for name, scope in KEYS.items())
    # Every request without a key is to reach the check of keys here, not the limit of such requests.
    limits = LimitSettings(failures_per_second=1e6)
    chosen = msgspec.structs.replace(space.settings("city", limits), management=ManagementSettings(keys=keys))
    made = Api(await build(chosen, transport=space.wire))
    (space.base / "city" / "offered" / "counts.csv").write_bytes(b"street;cars\n")
    await made.furnish()
    return made


def _sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def api(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    made = runner.run(furnished(Space(tmp_path_factory.mktemp("management"))))
    with pytest.MonkeyPatch.context() as patched:
        # The worker rests: nobody need wait for what is on its way.
        patched.setattr("connector.controlplane.usecases.manual_steps.PATIENCE_MS", 0)
        yield made
    runner.run(made.http.aclose())
    runner.run(made.connector.stop())


def check(api: Api, sent: Sent, answer: httpx.Response) -> None:
    """No fault of ours, an answer that the document promises, and the one form of every error."""
    told = (sent.operation.name, sent.target, sent.body, answer.status_code, answer.text[:300])
    assert answer.status_code < 500 or answer.status_code in {502, 503}, told
    if answer.status_code in {206, 416}:
        return
    if answer.status_code >= 400 and sent.operation.name != "ready":
        error = answer.json()["error"]
        assert error.keys() - {"reasons"} == {"code", "reason"}, told
        assert error["reason"], told
    promised = sent.operation.answers.get(str(answer.status_code))
    assert promised is not None or answer.status_code in {404, 405, 413}, told
    schema = (promised or {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        assert not api.breaks(schema, answer.json()), told


def drawn(api: Api, runner: asyncio.Runner, operation: Operation, count: int) -> Counter[str]:
    """Send an operation `count` requests that fit and as many that do not; return how they were answered."""
    grammar, seen = Grammar(api.document, api.known), Counter[str]()

    # Nothing is made smaller: what one request met depends on those before it.
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(grammar, operation, True), requests(grammar, operation, False))
    def answered(fitting: Sent, breaking: Sent) -> None:
        for sent in (fitting, breaking):
            answer = runner.run(api.send(sent))
            check(api, sent, answer)
            seen[f"{answer.status_code // 100}xx"] += 1

    answered()
    return seen


def test_every_operation_answers_as_its_document_says(api: Api, runner: asyncio.Runner) -> None:
    seen = Counter[str]()
    for operation in api.operations:
        seen += drawn(api, runner, operation, BY_DAY)
    assert seen["2xx"] > len(api.operations)
    assert seen["4xx"] > len(api.operations)


@pytest.mark.nightly
def test_a_night_of_requests_to_every_operation_is_answered_as_its_document_says(
    api: Api, runner: asyncio.Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    for operation in api.operations:
        seen = drawn(api, runner, operation, BY_NIGHT)
        with capsys.disabled():
            print(f"\n{operation.name}: {dict(sorted(seen.items()))}", end="")


def test_no_operation_opens_without_a_key_that_holds_its_scope(api: Api, runner: asyncio.Runner) -> None:
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer guessed"},
        {"Authorization": "Basic Y2hpZWY6Y2hpZWY="},
        {"Authorization": "chief"},
        {"Authorization": f"Bearer {_sha256('chief')}"},
        {"X-Api-Key": "chief chief"},
        {"Cookie": "key=chief; api_key=chief; authorization=Bearer chief"},
        {"X-Forwarded-For": "127.0.0.1", "X-Original-URL": "/health", "X-Rewrite-URL": "/health"},
    ]

    async def knock(operation: Operation) -> None:
        for headers in strangers:
            answer = await api.http.request(operation.method, operation.plain(), json={}, headers=headers)
            assert answer.status_code == 401, (operation.name, headers)
            assert answer.json()["error"]["code"] in {"no-key", "unknown-key"}
        read = {"Authorization": "Bearer reader", "X-HTTP-Method-Override": "GET"}
        answer = await api.http.request(operation.method, operation.plain(), json={}, headers=read)
        assert (answer.status_code == 403) == (operation.method != "GET"), (operation.name, answer.text)

    async def all_of_them() -> None:
        for operation in api.operations:
            if not operation.keyless:
                await knock(operation)

    runner.run(all_of_them())


def test_another_spelling_of_a_path_is_no_way_around_the_door(api: Api, runner: asyncio.Runner) -> None:
    async def spelled() -> None:
        for path in ("/v1/assets", "/v1/self"):
            for odd in (f"/health/..{path}", f"/{path}", path.upper(), f"{path}/", f"{path};/health", f"{path}%00"):
                for target in (odd, odd.replace("/v1", "/%76%31"), f"{odd}?api_key=chief&access_token=chief"):
                    answer = await api.http.get(httpx.URL("http://connector").copy_with(raw_path=target.encode()))
                    assert answer.status_code == 401, target

    runner.run(spelled())


@pytest.mark.parametrize("part", ['"\\ud800"', '{"\\ud800": 1}'], ids=["text", "name"])
def test_a_document_that_no_connector_can_be_sent_is_refused(api: Api, runner: asyncio.Runner, part: str) -> None:
    body = f'{{"policies": [{{"@type": "Offer", "permission": [{part}]}}]}}'.encode()
    operation = next(one for one in api.operations if one.name == "explain_policies")
    answer = runner.run(api.send(Sent(operation, operation.path, body)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
