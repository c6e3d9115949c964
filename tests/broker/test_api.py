"""What participants ask a broker, over HTTP: search in German, sources, changes, a nudge, and who may."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from connector.api.broker import make_broker_app
from connector.broker.schedule import DAY
from connector.broker.visibility.callers import Visibility
from connector.net.serving.rates import CallerRates
from connector.ports.identity import Caller, Intent, ListInUse
from connector.ports.search_index import Followed, IndexPage, Query
from connector.ports.store_errors import Replayed
from connector.store.index.index import TantivyIndex
from connector.store.index.track import Track
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of, until
from tests.broker.searching import Searching
from tests.broker.world import BROKER, CITY, Catalogue, Space, dataset, titled


def offers() -> dict[str, Catalogue]:
    bilingual = [{"@language": "de", "@value": "Luftqualität"}, {"@language": "en", "@value": "Air quality"}]
    return {
        "tiefbauamt": Catalogue(
            titled("roads", "Straßenbaustellen", **{"dcat:keyword": ["verkehr"], "dct:publisher": "Stadt"}),
            titled("trees", "BÄUME an Wegen", **{"dcat:theme": "http://themes.example/ENVI"}),
        ),
        "umweltamt": Catalogue(dataset("air", **{"dct:title": bilingual, "dct:description": "Feinstaub\nje Stunde"})),
    }


class Desk:
    """A broker's API, asked by the department of roads unless said otherwise."""

    def __init__(self, **catalogues: Catalogue) -> None:
        self.space = Space(**(catalogues or offers()))
        self.record = MemoryBrokerStore()
        self.searching = Searching(self.record, TantivyIndex(None, None, Track(None)))
        self.crawler = crawler_of(self.space, self.record)
        self.used: list[str] = []
        self.noted: list[tuple[str, int, str | None]] = []
        self.alive = True
        app = make_broker_app(
            self.record,
            self.searching.index,
            self.searching.projector,
            self.crawler,
            lambda authorization: self.space.authenticate(authorization, Intent.SEARCH),
            self.use,
            visibility=Visibility(self.record, lambda: self.space.now),
            participant=BROKER,
            now=lambda: self.space.now,
            alive=lambda: self.alive,
            list_in_use=lambda: ListInUse(version=3, expires_at=self.space.now + 86_400_000),
            list_warnings=lambda: {"participant list": "The participant list expires on 2027-01-01."},
            note_search=lambda *noted: self.noted.append(noted),
            rates=CallerRates(failures_per_s=2, per_peer_s=5, now_ms=lambda: self.space.now),
        )
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {CITY}tiefbauamt"}
        self.http = httpx.AsyncClient(transport=transport, base_url="http://broker.example", headers=headers)

    async def use(self, caller: Caller) -> None:
        if caller.participant in self.used:
            raise Replayed

    async def crawl(self) -> None:
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        await self.searching.follow()

    async def found(self, **query: Any) -> list[str]:
        answer = await self.http.get("/v1/search", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.crawl()
    yield desk
    await desk.http.aclose()
    await desk.searching.index.close()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("baum", ["trees"]),
        ("bäume", ["trees"]),
        ("BÄUME wegen", ["trees"]),
        ("baeume", ["trees"]),
        ("strassenbaustellen", ["roads"]),
        ("STRASSENBAU", ["roads"]),
        ("luftqualitaet", ["air"]),
        ("feinstaub stunde", ["air"]),
        ("air quality", ["air"]),
        ("verkehr", ["roads"]),
        ("bäume luft", []),
        ("*", []),
        ('" OR 1', []),
    ],
)
async def test_words_are_found_in_whatever_case_and_spelling(desk: Desk, words: str, expected: list[str]) -> None:
    assert await desk.found(q=words) == expected


async def test_filters_narrow_and_pages_follow_each_other(desk: Desk) -> None:
    assert await desk.found(publisher="Stadt") == ["roads"]
    assert await desk.found(theme="http://themes.example/ENVI") == ["trees"]
    assert await desk.found(keyword="verkehr") == ["roads"]
    first = (await desk.http.get("/v1/search", params={"limit": 2})).json()
    second = (await desk.http.get("/v1/search", params={"limit": 2, "offset": first["next"]})).json()
    assert (first["total"], len(first["items"]), second["next"]) == (3, 2, None)
    assert {item["id"] for item in first["items"] + second["items"]} == {"roads", "trees", "air"}


async def test_a_search_is_noted_once_however_many_of_its_pages_are_read(desk: Desk) -> None:
    await desk.found(q="Luftqualität")
    await desk.found(offset=1)
    assert desk.noted == [("Luftqualität", 1, f"{CITY}tiefbauamt")]


async def test_a_result_says_what_it_is_whose_it_is_and_on_which_terms(desk: Desk) -> None:
    (item,) = (await desk.http.get("/v1/search", params={"q": "luftqualität"})).json()["items"]
    assert item["title"] == {"de": "Luftqualität", "en": "Air quality"}
    assert (item["description"], item["publisher"]) == ({"und": "Feinstaub je Stunde"}, "Umweltamt")
    assert (item["participant"], item["address"]) == (CITY + "umweltamt", "https://umweltamt.example/dsp/2025-1")
    assert item["terms"]["permission"] == [{"action": "use"}]
    assert item["offer_id"] == item["terms"]["@id"]
    assert (item["formats"], item["offers"]) == (["HttpData-PULL"], 1)
    assert (item["liveness"], item["stale"], item["verified_at"]) == ("ONLINE", False, "2027-01-15T08:00:00.000Z")


@pytest.mark.parametrize(("lang", "expected"), [("en", "en"), ("EN-gb", "en"), ("de", "de"), ("fr", "de")])
async def test_titles_come_in_the_wanted_language_or_the_next_best(desk: Desk, lang: str, expected: str) -> None:
    (item,) = (await desk.http.get("/v1/search", params={"q": "air", "lang": lang})).json()["items"]
    assert list(item["title"]) == [expected]


async def test_what_was_not_verified_for_a_day_is_marked_and_what_is_offline_hidden(desk: Desk) -> None:
    for catalogue in desk.space.catalogues.values():
        catalogue.failing_from = 0
    for _ in range(3):
        desk.space.now += DAY
        await desk.crawl()
    assert await desk.found() == []
    (item,) = (await desk.http.get("/v1/search", params={"q": "luft", "stale": True})).json()["items"]
    assert (item["liveness"], item["stale"]) == ("OFFLINE", True)


async def test_long_terms_are_left_to_the_dataset_itself(desk: Desk) -> None:
    long = {"@id": "o", "@type": "Offer", "permission": [{"action": "use"}], "dct:description": "x" * 20_000}
    raw = json.dumps(dataset("long", hasPolicy=[long])).encode()
    desk.space.catalogues[CITY + "umweltamt"].offers.append(raw)
    desk.space.now += DAY
    await desk.crawl()
    (item,) = (await desk.http.get("/v1/search", params={"q": "long"})).json()["items"]
    assert (item["terms"], item["offer_id"]) == (None, "o")
    where = {"participant": CITY + "umweltamt", "dataset": "long"}
    full = (await desk.http.get("/v1/datasets", params=where)).json()
    assert full["dataset"]["hasPolicy"] == [long]


async def test_a_dataset_is_shown_as_its_provider_sent_it_and_another_is_not_there(desk: Desk) -> None:
    where = {"participant": CITY + "tiefbauamt", "dataset": "roads"}
    full = (await desk.http.get("/v1/datasets", params=where)).json()
    assert (full["dataset"]["@id"], full["liveness"]) == ("roads", "ONLINE")
    missing = await desk.http.get("/v1/datasets", params=where | {"dataset": "air"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "no-dataset")


async def test_changes_can_be_followed_removals_too(desk: Desk) -> None:
    first = (await desk.http.get("/v1/changes")).json()
    assert (len(first["items"]), first["next"]) == (3, "3")
    desk.space.catalogues[CITY + "tiefbauamt"].offers.pop()
    desk.space.now += DAY
    await desk.crawl()
    after = (await desk.http.get("/v1/changes", params={"after": first["next"]})).json()
    (gone,) = after["items"]
    assert (gone["id"], gone["removed"], gone["dataset"], after["next"]) == ("trees", True, None, "4")
    assert (await desk.http.get("/v1/changes", params={"after": 4})).json() == {"items": [], "next": "4"}


async def test_sources_say_how_they_are_doing(desk: Desk) -> None:
    sources = (await desk.http.get("/v1/sources")).json()["items"]
    assert [(entry["name"], entry["datasets"], entry["liveness"]) for entry in sources] == [
        ("Tiefbauamt", 2, "ONLINE"),
        ("Umweltamt", 1, "ONLINE"),
    ]


async def test_a_nudge_brings_the_callers_own_news(desk: Desk) -> None:
    desk.space.catalogues[CITY + "tiefbauamt"].offers.append(titled("new", "Parkplätze"))
    desk.space.now += DAY // 1000
    assert (await desk.http.post("/v1/nudge", json={"participant": CITY + "umweltamt"})).status_code == 202
    await desk.crawl()
    assert await desk.found(q="parkplatze") == ["new"]
    assert desk.space.catalogues[CITY + "umweltamt"].asked == 1
    own = await desk.http.post("/v1/nudge", headers={"Authorization": f"Bearer {BROKER}"})
    assert (own.status_code, own.json()["error"]["code"]) == (404, "no-source")


@pytest.mark.parametrize("path", ["search", "sources", "changes", "datasets?participant=a&dataset=b"])
async def test_nobody_unknown_asks_anything_and_a_token_counts_once(desk: Desk, path: str) -> None:
    unknown = await desk.http.get(f"/v1/{path}", headers={"Authorization": "Bearer stranger"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (401, "unauthenticated")
    assert unknown.headers["www-authenticate"] == "Bearer"
    desk.used.append(CITY + "tiefbauamt")
    again = await desk.http.get(f"/v1/{path}")
    # Whoever holds a used token learns no more than who has none.
    assert (again.status_code, again.json()) == (401, unknown.json())


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "offset=-1", "q=" + "x" * 1001, "offset=x"])
async def test_a_question_out_of_bounds_is_refused_with_a_sentence(desk: Desk, query: str) -> None:
    answer = await desk.http.get(f"/v1/search?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


async def test_health_and_readiness_need_no_token(desk: Desk) -> None:
    stranger = {"Authorization": ""}
    assert (await desk.http.get("/health", headers=stranger)).status_code == 200
    for path in ("/health", "/ready"):
        head = await desk.http.head(path, headers=stranger)
        assert (head.status_code, head.content) == ((await desk.http.get(path, headers=stranger)).status_code, b"")
    answer = (await desk.http.get("/ready", headers=stranger)).json()
    assert answer["ready"] is True
    assert answer["warnings"] == {"participant list": "The participant list expires on 2027-01-01."}
    assert (answer["participant_list"]["version"], answer["participant_list"]["days_left"]) == (3, 1)
    desk.alive = False
    await desk.record.close()
    answer = await desk.http.get("/ready", headers=stranger)
    said = {name for name, found in answer.json()["checks"].items() if found == "ok"}
    assert (answer.status_code, said) == (503, {"search"})


async def test_without_an_index_searches_wait_for_the_first_one_and_say_so() -> None:
    desk = Desk()
    await desk.crawler.take_turn()
    await desk.crawler.wait_settled()
    for path in ("search", "suggest?q=ba"):
        answer = await desk.http.get(f"/v1/{path}")
        assert (answer.status_code, "is being built" in answer.json()["error"]["reason"]) == (503, True)
    ready = await desk.http.get("/ready")
    assert (ready.status_code, ready.json()["checks"]["search"]) == (503, "The search index is being built.")
    await desk.searching.follow()
    assert len(await desk.found()) == 3
    assert (await desk.http.get("/ready")).status_code == 200


async def test_only_the_broker_itself_has_its_index_built_anew(desk: Desk) -> None:
    refused = await desk.http.post("/v1/reindex")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not-allowed")
    own = await desk.http.post("/v1/reindex", headers={"Authorization": f"Bearer {BROKER}"})
    assert own.status_code == 202
    served = desk.searching.index._served
    assert len(await desk.found()) == 3
    await desk.searching.follow()
    assert desk.searching.index._served is not served
    assert len(await desk.found()) == 3
    assert desk.searching.index.progress() == Followed(served=3, found=3, shown=3)


async def test_a_search_counts_suggests_and_says_why(desk: Desk) -> None:
    answer = (await desk.http.get("/v1/search", params={"q": "baustellen", "facets": True, "lang": "de"})).json()
    (item,) = answer["items"]
    assert item["matches"][0] == {"field": "title", "language": "de", "text": "Straßenbaustellen", "marks": [[0, 17]]}
    assert item["terms_in_words"] == {"de": "Nutzen erlaubt."}
    assert item["prices"] == ["free"]
    assert answer["facets"]["price"] == [{"value": "free", "label": {"de": "kostenlos"}, "count": 1}]
    suggested = (await desk.http.get("/v1/suggest", params={"q": "strass"})).json()["items"]
    assert suggested == [{"text": "Straßenbaustellen", "count": 1}]
    slip = (await desk.http.get("/v1/search", params={"q": "Feinstauub"})).json()
    assert ([entry["id"] for entry in slip["items"]], slip["corrected"]) == (["air"], True)


@pytest.mark.parametrize(
    "query", ["sort=x", "bbox=1", "near=1,2", "since=x", "price=x", "like=x", "theme=" + "x" * 1001, "changed=never"]
)
async def test_a_search_that_cannot_be_understood_is_refused_with_a_sentence(desk: Desk, query: str) -> None:
    answer = await desk.http.get(f"/v1/search?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["reason"]


async def test_every_route_has_an_example_in_the_openapi_document(desk: Desk) -> None:
    document = (await desk.http.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method in methods.values():
            answers = [answer for status, answer in method["responses"].items() if status.startswith("2")]
            assert any(
                "example" in answer["content"]["application/json"] for answer in answers if answer.get("content")
            ), path


async def test_a_member_that_asks_for_much_at_once_is_in_front_of_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, gate, searching = desk.searching.index.find, asyncio.Event(), list[str]()

    async def find_late(query: Query) -> IndexPage:
        searching.append(query.text)
        await gate.wait()
        return await find(query)

    def ask(member: str, text: str) -> asyncio.Task[httpx.Response]:
        headers = {"Authorization": f"Bearer {CITY}{member}"}
        return asyncio.create_task(desk.http.get("/v1/search", params={"q": text}, headers=headers))

    monkeypatch.setattr(desk.searching.index, "find", find_late)
    asked = [ask("tiefbauamt", "baum") for _ in range(9)] + [ask("umweltamt", "luft")]
    await until(lambda: "luft" in searching)
    assert searching == ["baum"] * 4 + ["luft"]
    gate.set()
    await asyncio.gather(*asked)
    assert searching.count("baum") == 9


async def test_who_proves_nothing_and_a_peer_that_comes_too_often_are_put_off(desk: Desk) -> None:
    stranger = {"Authorization": "Bearer stranger"}
    answers = [await desk.http.get("/v1/sources", headers=stranger) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"
    desk.space.now += 1000
    known = [await desk.http.get("/v1/sources") for _ in range(12)]
    assert [answer.status_code for answer in known] == [200] * 10 + [429] * 2
    assert known[-1].json()["error"]["code"] == "too-many"
