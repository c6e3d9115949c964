"""The broker as a Catalogue Service, and a whole broker built from its settings."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from connector.app.broker import BrokerServer, build_broker
from connector.broker import federated
from connector.net.transport import HttpCall
from connector.protocol.dsp.catalog import Catalog
from connector.protocol.dsp.codec import decode
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.settings import Settings, anchor
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of
from tests.broker.world import BROKER, CITY, Catalogue, Space, dataset, member, titled
from tests.support.asgi import as_asgi

ADDRESS = "https://broker.example/dsp/2025-1"


async def crawled(**catalogues: Catalogue) -> MemoryBrokerStore:
    space = Space(**catalogues)
    record = MemoryBrokerStore()
    crawler = crawler_of(space, record)
    await crawler.take_turn()
    await crawler.wait_settled()
    return record


async def page(record: MemoryBrokerStore, **asked: Any) -> federated.CatalogPart:
    return await federated.provide(record.view(), participant=BROKER, address=ADDRESS, **asked)


async def test_each_participant_has_its_own_catalogue_with_its_service_and_its_identifiers() -> None:
    record = await crawled(a=Catalogue(dataset("x"), dataset("y")), b=Catalogue(dataset("x")), empty=Catalogue())
    answer = await page(record)
    document = json.loads(answer.body)
    assert decode(Catalog, answer.body).message.participant_id == BROKER
    assert "dataset" not in document
    assert [
        (nested["participantId"], nested["service"][0]["endpointURL"], [entry["@id"] for entry in nested["dataset"]])
        for nested in document["catalog"]
    ] == [
        (CITY + "a", "https://a.example/dsp/2025-1", ["x", "y"]),
        (CITY + "b", "https://b.example/dsp/2025-1", ["x"]),
    ]


async def test_every_service_that_a_nested_dataset_refers_to_is_in_its_catalogue() -> None:
    offered = [dataset(name) for name in ("x", "y")]
    offered[1]["distribution"][0]["accessService"] = "urn:service:1"
    moved = Catalogue(*offered, services={"urn:service:1": "https://a.example/other"})
    (nested,) = json.loads((await page(await crawled(a=moved))).body)["catalog"]
    assert {service["@id"]: service["endpointURL"] for service in nested["service"]} == {
        f"{CITY}a#connector": "https://a.example/dsp/2025-1",
        "urn:service:1": "https://a.example/other",
    }


async def test_an_empty_broker_answers_a_valid_catalogue() -> None:
    assert decode(Catalog, (await page(await crawled())).body).message.catalog == ()


async def test_pages_together_hold_everything_once() -> None:
    record = await crawled(a=Catalogue(*(dataset(f"a{number}") for number in range(30))), b=Catalogue(dataset("b")))
    seen, after, pages = [], None, 0
    while after is not None or not pages:
        answer = await page(record, after=after, limit=12)
        seen += [entry["@id"] for nested in json.loads(answer.body)["catalog"] for entry in nested["dataset"]]
        after, pages = answer.next, pages + 1
    assert (sorted(seen), pages) == (sorted([*(f"a{number}" for number in range(30)), "b"]), 3)


def list_ids(answer: federated.CatalogPart) -> list[str]:
    return [entry["@id"] for nested in json.loads(answer.body).get("catalog", []) for entry in nested["dataset"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"@type": "QuerySpec", "limit": 2, "offset": 1, "sortOrder": "ASC", "filterExpression": []}, ["a1", "a2"]),
        ({"@type": "QuerySpec", "offset": 59}, ["a59", "trees"]),
        ({"@type": "QuerySpec", "offset": 61}, []),
        ({"theme": "ENVI"}, ["trees"]),
        ({"keyword": "Bäume", "publisher": CITY + "a"}, ["trees"]),
        ({"publisher": CITY + "c"}, []),
    ],
)
async def test_a_filter_selects_among_the_datasets_of_all_participants(
    asked: dict[str, Any], expected: list[str]
) -> None:
    numbered = [dataset(f"a{number}") for number in range(60)]
    trees = titled("trees", "Bäume", **{"dcat:theme": "ENVI", "dcat:keyword": ["bäume"]})
    record = await crawled(a=Catalogue(*numbered, trees))
    found, after, pages = [], None, 0
    while (pages == 0 or after is not None) and not (found and "limit" in asked):
        answer = await page(record, filters=(asked,), after=after)
        found += list_ids(answer)
        after, pages = answer.next, pages + 1
    assert found == expected


@pytest.mark.parametrize(
    ("asked", "code"), [({"filters": ({"title": "x"},)}, "filter"), ({"after": "nonsense"}, "cursor")]
)
async def test_a_filter_or_a_foreign_cursor_is_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        await page(await crawled(), **asked)
    assert caught.value.code == code


async def test_one_dataset_is_answered_with_one_context() -> None:
    own = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"]}
    record = await crawled(a=Catalogue(dataset("x"), dataset("y", **own)))
    for name in ("x", "y"):
        found = await federated.provide_dataset(record.view(), name)
        assert found is not None
        assert found.count(b"@context") == 1
        assert msgspec.json.decode(found)["@id"] == name
    assert await federated.provide_dataset(record.view(), "z") is None


class Answered:
    """An answer of a member's connector."""

    def __init__(self, body: bytes) -> None:
        self.status, self.headers, self._left = 200, {"Content-Type": "application/json"}, [body]

    async def chunk(self) -> bytes:
        return self._left.pop() if self._left else b""

    def close(self) -> None:
        pass


class Members:
    """A transport behind which one member answers catalogue requests."""

    def __init__(self) -> None:
        self.seen: list[Mapping[str, str]] = []

    async def send(self, call: HttpCall) -> Answered:
        self.seen.append(call.headers)
        document = {
            "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
            "@id": "urn:catalogue",
            "@type": "Catalog",
            "participantId": CITY + "a",
            "dataset": [titled("roads", "Baustellen")],
        }
        return Answered(json.dumps(document).encode())


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[BrokerServer]:
    tokens = {"own": "broker-token", "participants": [member("broker"), member("a")], "tokens": {CITY + "a": "a-token"}}
    (tmp_path / "tokens.json").write_bytes(msgspec.json.encode(tokens))
    settings = {
        "participant": {"id": BROKER, "name": "Broker"},
        "mode": "development",
        "protocol": {"public_url": "https://broker.example", "port": 0},
        "identity": {"mechanism": "static-token", "tokens": "tokens.json"},
        "broker": {"record": "record.sqlite", "port": 0},
        "net": {"hosts": ["a.example:443"]},
    }
    read = msgspec.convert(settings, Settings, dec_hook=lambda kind, value: kind(value))
    broker = await build_broker(anchor(read, tmp_path), transport=Members())
    yield broker
    await broker.stop()


def caller(app: Any, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(as_asgi(app)), base_url="http://broker.example", headers=headers
    )


async def test_a_broker_built_from_settings_crawls_is_searched_and_is_a_catalogue_service(broker: BrokerServer) -> None:
    await broker.operator.crawler.take_turn()
    await broker.operator.crawler.wait_settled()
    await broker.operator.projector.follow()
    async with caller(broker.api, "a-token") as http:
        (item,) = (await http.get("/v1/search", params={"q": "baustellen"})).json()["items"]
        assert (item["participant"], item["id"], item["title"]) == (CITY + "a", "roads", {"de": "Baustellen"})
    async with caller(broker.protocol, "a-token") as http:
        version = (await http.get("/.well-known/dspace-version")).json()
        asked = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}
        answer = await http.post(f"{version['protocolVersions'][0]['path']}/catalog/request", json=asked)
        assert decode(Catalog, answer.content).message.participant_id == BROKER
        assert answer.json()["catalog"][0]["dataset"][0]["@id"] == "roads"
        assert (await http.get("/dsp/2025-1/catalog/datasets/roads")).json()["@id"] == "roads"
        assert (await http.post("/dsp/2025-1/negotiations/request", json={})).status_code == 404
    async with caller(broker.protocol, "stranger") as http:
        assert (await http.post("/dsp/2025-1/catalog/request", json=asked)).status_code == 401


async def test_a_started_broker_listens_at_two_addresses_and_is_ready(broker: BrokerServer) -> None:
    await broker.start()
    assert set(broker.listeners.addresses) == {"protocol", "broker"}
    async with httpx.AsyncClient(base_url=broker.listeners.addresses["broker"]) as http:
        async with asyncio.timeout(20):
            while not (told := (await http.get("/ready")).json())["ready"]:
                assert "being built" in told["checks"]["search"]
        assert (told["ready"], told["checks"]) == (True, {"record": "ok", "crawler": "ok", "search": "ok"})
