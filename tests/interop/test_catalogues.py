"""Catalogues read and given as deployed connectors do it: paging, nesting, offers anywhere, filters."""

import json
from typing import Any

import pytest

from connector.controlplane.core.errors import PeerFailed
from connector.controlplane.usecases import catalog, negotiation
from connector.ports.peer import CatalogPage
from tests.interop.deployed import CTX, DSP, Deployed
from tests.interop.ours import HOME, ME, PEER, PEER_HOME, TERMS, Ours, call, play
from tests.support.transport import InProcess

ABSOLUTE = f"{PEER_HOME}/catalog/request?continuationToken="
QUERY = {"@type": "QuerySpec", "limit": 50, "offset": 0, "sortOrder": "ASC", "filterExpression": []}
ENVI, TRAN = (f"http://publications.europa.eu/resource/authority/data-theme/{name}" for name in ("ENVI", "TRAN"))


def space() -> tuple[Ours, Deployed]:
    wire = InProcess()
    return Ours(wire), Deployed(wire)


def ids(page: CatalogPage) -> list[str]:
    return [json.loads(dataset)["@id"] for dataset in page.datasets]


# Read


@pytest.mark.parametrize(
    "links",
    [
        [f'<{ABSOLUTE}1>; rel="next"', f'<{ABSOLUTE}0>; rel="prev", <{ABSOLUTE}2>; rel="next"'],
        ["<?continuationToken=1>; rel=next", '<request?continuationToken=2>; rel="next"; title="more"'],
        [f'<{ABSOLUTE}1>; title="page, 2"; REL="Next Last"', f"<{ABSOLUTE}2>;rel=next;type=application/ld+json"],
        [f'<{ABSOLUTE.replace(".example/", ".example:443/")}1>; rel="next"', f'<{ABSOLUTE}2>; rel="next"'],
        [f'<{ABSOLUTE.replace("https://deployed.example/", "http://inner:8282/")}{n}>; rel="next"' for n in (1, 2)],
    ],
    ids=["absolute", "relative", "another spelling", "explicit port", "the inner address behind a proxy"],
)
def test_pages_are_followed_by_absolute_and_relative_links(links: list[str]) -> None:
    us, peer = space()
    peer.pages = [{"dataset": [peer.dataset(f"asset-{number}")], "Link": link} for number, link in enumerate(links)]
    peer.pages.append({"dataset": [peer.dataset("asset-2")]})

    async def scenario() -> None:
        found, url = [], None
        while True:
            page = await catalog.fetch(us.rooms.counterparties, PEER, page_url=url)
            found += ids(page)
            url = page.next_url
            if url is None:
                break
        assert found == ["asset-0", "asset-1", "asset-2"]
        assert {message["@type"] for message in peer.sent_to("catalog/request")} == {"CatalogRequestMessage"}
        assert {request.url.host for request in us.wire.sent} == {"deployed.example"}

    play(scenario())


def test_a_next_page_elsewhere_is_not_followed() -> None:
    us, peer = space()
    peer.pages = [{"Link": '<https://metadata.internal/latest>; rel="next"'}]

    async def scenario() -> None:
        page = await catalog.fetch(us.rooms.counterparties, PEER)
        with pytest.raises(PeerFailed, match="another origin"):
            await catalog.fetch(us.rooms.counterparties, PEER, page_url=page.next_url)
        assert {request.url.host for request in us.wire.sent} == {"deployed.example"}

    play(scenario())


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("<?x=1>; rel=next, <?x=2>; rel=next", "two next pages"),
        ("<?x=1; rel=next", "Link of the catalogue cannot be read"),
        ("<>; rel=next", "the same page as its next"),
    ],
)
def test_a_next_page_that_cannot_be_told_is_named_and_not_lost(link: str, reason: str) -> None:
    us, peer = space()
    peer.pages = [{"dataset": [peer.dataset("asset-0")], "Link": link}]

    async def scenario() -> None:
        with pytest.raises(PeerFailed, match=reason):
            await catalog.fetch(us.rooms.counterparties, PEER)

    play(scenario())


def test_nested_catalogues_are_flattened_with_the_participant_whose_they_are() -> None:
    us, peer = space()
    inner = {"@type": "Catalog", "participantId": "third", "dataset": [peer.dataset("asset-3")]}
    unnamed = {"@type": "Catalog", "@id": "x", "dataset": [peer.dataset("asset-4")]}
    second = {"@type": "Catalog", "participantId": "second", "dataset": [peer.dataset("asset-2")]}
    broken = {"@type": "Catalog", "participantId": 7, "dataset": "none"}
    peer.pages = [{"dataset": [peer.dataset("asset-1")], "catalog": [{**second, "catalog": [inner, unnamed]}, broken]}]

    async def scenario() -> None:
        page = await catalog.fetch(us.rooms.counterparties, PEER)
        assert ids(page) == ["asset-1"]
        found = [(entry.participant_id, json.loads(entry.dataset)["@id"]) for entry in page.nested]
        assert found == [("second", "asset-2"), ("third", "asset-3"), ("second", "asset-4")]

    play(scenario())


@pytest.mark.parametrize("page", [{}, {"dataset": []}, {"dataset": [], "catalog": [], "service": []}])
def test_an_empty_catalogue_is_empty_with_and_without_empty_lists(page: dict[str, Any]) -> None:
    us, peer = space()
    peer.pages = [page]
    assert play(catalog.fetch(us.rooms.counterparties, PEER)).datasets == ()


def test_a_dataset_comes_with_everything_that_was_said_of_it() -> None:
    us, peer = space()
    said = peer.dataset("asset-1")
    said["distribution"].append({"@type": "Distribution", "format": "S3-PUSH", "accessService": "urn:service:2"})
    said["dct:title"] = [{"@value": "Zählung", "@language": "de"}]
    peer.pages = [{"dataset": [said]}]
    page = play(catalog.fetch(us.rooms.counterparties, PEER))
    assert json.loads(page.datasets[0]) == said


def test_an_offer_that_stands_at_a_distribution_can_be_asked_for() -> None:
    us, peer = space()
    dataset = peer.dataset()
    first, second = dataset["distribution"]
    mine = {"@id": "urn:offer:2", "@type": "Offer", "permission": [{"action": "odrl:read"}]}
    answered = {**dataset, "distribution": [first, {**second, "hasPolicy": [mine]}]}
    peer.dataset = lambda _="": answered  # type: ignore[method-assign]  # the script of this test

    async def scenario() -> None:
        process = await negotiation.request(
            us.rooms.evaluator, us.rooms.counterparties, PEER, "asset-1", offer_id="urn:offer:2"
        )
        assert json.loads(process.offer)["permission"] == mine["permission"]

    play(scenario())


def test_a_catalogue_in_the_name_of_another_participant_is_refused() -> None:
    us, peer = space()
    peer.pages = [{"participantId": "urn:participant:somebody-else", "dataset": [peer.dataset("asset-1")]}]
    with pytest.raises(PeerFailed, match="a catalogue of urn:participant:somebody-else"):
        play(catalog.fetch(us.rooms.counterparties, PEER))


@pytest.mark.parametrize("answered", ["asset-2", None, 7, ["asset-1"]])
def test_another_dataset_than_the_requested_one_is_refused(answered: Any) -> None:
    us, peer = space()
    other = {**peer.dataset(), "@id": answered}
    peer.dataset = lambda _="": other  # type: ignore[method-assign]  # the script of this test
    with pytest.raises(PeerFailed, match="returned the dataset"):
        play(negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, "asset-1"))


LISTED_ELSEWHERE = "https://deployed.example/other/connector"


def service(url: str) -> dict[str, Any]:
    return {"@id": "urn:service:1", "@type": "DataService", "endpointURL": url}


@pytest.mark.parametrize(
    ("access_service", "services", "expected"),
    [
        (service(LISTED_ELSEWHERE), [], LISTED_ELSEWHERE),
        ("urn:service:1", [service(LISTED_ELSEWHERE)], LISTED_ELSEWHERE),
        ("urn:service:1", service(LISTED_ELSEWHERE), LISTED_ELSEWHERE),
        ({"@id": "urn:service:1"}, [{"@id": "urn:other"}, 7, service(LISTED_ELSEWHERE)], LISTED_ELSEWHERE),
        ("urn:service:1", [service("https://metadata.internal/latest")], PEER_HOME),
        (service("https://metadata.internal/latest"), [], PEER_HOME),
        (service("ftp://deployed.example/"), [], PEER_HOME),
        ("urn:service:unknown", [service(LISTED_ELSEWHERE)], PEER_HOME),
        # The URL above all versions, as some connectors state it.
        (service("https://deployed.example/protocol"), [], PEER_HOME),
        (service("https://deployed.example/"), [], PEER_HOME),
        ("urn:service:1", [service("https://deployed.example/protocol/")], PEER_HOME),
        (service("https://deployed.example/proto"), [], "https://deployed.example/proto"),
        (None, [], PEER_HOME),
        (7, [], PEER_HOME),
    ],
)
def test_the_service_of_a_dataset_is_asked_within_the_participant_list(
    access_service: Any, services: Any, expected: str
) -> None:
    us, peer = space()
    answered = {**peer.dataset(), "distribution": [{"format": "HttpData-PULL", "accessService": access_service}]}
    peer.dataset = lambda _="": answered  # type: ignore[method-assign]  # the script of this test
    peer.pages = [{"service": services}]

    async def scenario() -> None:
        process = await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, "asset-1")
        assert process.peer_address == expected

    play(scenario())


# Given


async def ask(us: Ours, *filters: Any, url: str = f"{HOME}/catalog/request", context: Any = CTX) -> Any:
    message: dict[str, Any] = {"@type": "CatalogRequestMessage", "@context": context}
    if filters:
        message["filter"] = list(filters)
    return await call(us.app, "POST", url, message)


def shown(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [dataset["@id"] for dataset in answer.json().get("dataset", [])]


async def stocked() -> Ours:
    us, _ = space()
    await us.offers("air", themes=(ENVI,), keywords=("Luft", "air quality"))
    await us.offers("cars", themes=(TRAN,), keywords=("Verkehr",))
    await us.offers("noise", themes=(ENVI, TRAN), keywords=("Lärm", "Verkehr"))
    return us


FILTERS: list[tuple[list[Any], list[str]]] = [
    ([{"theme": ENVI}], ["air", "noise"]),
    ([{"theme": [ENVI, "urn:other"]}], ["air", "noise"]),
    ([{"keyword": "VERKEHR"}], ["cars", "noise"]),
    ([{"theme": ENVI, "keyword": "verkehr"}], ["noise"]),
    ([{"keyword": "Lärm"}, {"keyword": "Verkehr"}], ["noise"]),
    ([{"publisher": ME}], ["air", "cars", "noise"]),
    ([{"publisher": PEER}], []),
    ([QUERY], ["air", "cars", "noise"]),
    ([{**QUERY, "limit": 2}], ["air", "cars"]),
    ([{**QUERY, "limit": 2, "offset": 2}], ["noise"]),
    ([{**QUERY, "offset": 1}, {"theme": TRAN}], ["noise"]),
    ([{**QUERY, "@type": "https://w3id.org/edc/v0.0.1/ns/QuerySpec"}], ["air", "cars", "noise"]),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_a_filter_selects_by_theme_keyword_and_publisher(filters: list[Any], expected: list[str]) -> None:
    async def scenario() -> None:
        assert shown(await ask(await stocked(), *filters)) == expected

    play(scenario())


UNKNOWN: list[Any] = [
    {"title": "air"},
    {},
    "theme",
    7,
    {"theme": []},
    {"theme": 7},
    {"keyword": ["x"] * 21},
    {"keyword": "x" * 1001},
    {**QUERY, "filterExpression": [{"operandLeft": "id", "operator": "=", "operandRight": "air"}]},
    {**QUERY, "sortOrder": "DESC"},
    {**QUERY, "limit": 0},
    {**QUERY, "limit": True},
    {**QUERY, "offset": -1},
    {**QUERY, "offset": 10**9},
    {**QUERY, "sortField": "id"},
]


@pytest.mark.parametrize("unknown", UNKNOWN, ids=range(len(UNKNOWN)))
def test_another_filter_is_refused_with_the_reason(unknown: Any) -> None:
    async def scenario() -> None:
        answer = await ask(await stocked(), unknown)
        assert answer.status_code == 400
        assert (answer.json()["@type"], answer.json()["code"]) == ("CatalogError", "filter")
        assert "The filter is not supported" in answer.json()["reason"][0]

    play(scenario())


def test_more_filters_than_anybody_needs_are_refused() -> None:
    async def scenario() -> None:
        assert (await ask(await stocked(), *[{"theme": ENVI}] * 11)).status_code == 400

    play(scenario())


@pytest.mark.parametrize("filters", [[], [QUERY], [{**QUERY, "offset": 3}], [{"keyword": "even"}]])
def test_all_pages_together_are_the_catalogue_without_gap_or_double(filters: list[Any]) -> None:
    us, _ = space()

    async def scenario() -> None:
        for number in range(120):
            await us.offers(f"asset-{number:03}", keywords=("even" if number % 2 == 0 else "odd",))
        found: list[str] = []
        pages, url = 0, f"{HOME}/catalog/request"
        while True:
            answer = await ask(us, *filters, url=url)
            found += shown(answer)
            pages += 1
            link = answer.headers.get("Link")
            if link is None:
                break
            url = link.removeprefix("<").partition(">")[0]
        every = [f"asset-{number:03}" for number in range(120)]
        expected = {"[]": every, str([{"keyword": "even"}]): every[::2], str([{**QUERY, "offset": 3}]): every[3:]}
        assert found == expected.get(str(filters), every)
        assert pages >= 2

    play(scenario())


def test_our_catalogue_has_no_targets_and_the_protocols_context_alone() -> None:
    async def scenario() -> None:
        answer = (await ask(await stocked(), context=[DSP])).json()
        assert answer["@context"] == [DSP]
        assert answer["participantId"] == ME
        for dataset in answer["dataset"]:
            assert all("target" not in offer and offer["@type"] == "Offer" for offer in dataset["hasPolicy"])
            assert [entry["format"] for entry in dataset["distribution"]] == ["HttpData-PULL", "HttpData-PUSH"]
            assert dataset["hasPolicy"][0]["permission"] == TERMS["permission"]

    play(scenario())


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("br, gzip;q=1.0", "gzip"), ("identity", None), ("gzip;q=0", None), ("", None)],
)
def test_a_large_answer_is_compressed_for_those_who_take_it_so_and_says_the_same(
    accepted: str, encoding: str | None
) -> None:
    async def scenario() -> None:
        us = await stocked()
        for number in range(20):
            await us.offers(f"asset-{number}")
        message = {"@type": "CatalogRequestMessage", "@context": CTX}
        answer = await call(us.app, "POST", f"{HOME}/catalog/request", message, **{"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert len(shown(answer)) == 23

    play(scenario())
