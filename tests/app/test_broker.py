"""A broker from its settings: what a start opens and what a stop closes."""

import asyncio

import httpx
import pytest
from msgspec.structs import replace

from connector.app.broker import build_broker, make_site
from connector.app.parts import issue_own_token
from connector.ports.store_errors import Unavailable
from connector.views.users import UserRole
from tests.app.conftest import listening
from tests.pair.space import Space


async def test_without_a_management_key_there_is_no_management_api(space: Space) -> None:
    settings = listening(space, "broker")
    settings = replace(settings, management=replace(settings.management, keys=()))
    broker = await build_broker(settings, transport=space.wire)
    await broker.start()
    assert list(broker.listeners.addresses) == ["protocol", "broker"]
    await broker.stop()


async def test_the_statistics_of_searches_can_be_switched_off(space: Space) -> None:
    settings = listening(space, "broker")
    counting = await build_broker(settings, transport=space.wire)
    assert counting.searches is not None
    await counting.stop()
    settings = replace(settings, broker=replace(settings.broker, statistics=False))
    silent = await build_broker(settings, transport=space.wire)
    assert silent.searches is None
    await silent.stop()


async def test_a_start_opens_the_listeners_and_a_stop_closes_all(space: Space) -> None:
    broker = await build_broker(listening(space, "broker"), transport=space.wire)
    await broker.start()
    assert list(broker.listeners.addresses) == ["protocol", "broker", "management"]
    assert {task.get_name() for task in broker.tasks} - {"intake"} | broker.intake.names == {
        "crawler",
        "projector",
        "roster",
        "expiry",
        "statuses",
        "teller",
        "membership",
        "webhooks",
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{broker.listeners.addresses['broker']}/v1/search")
        assert answer.status_code == 401
        await broker.stop()
        for address in broker.listeners.addresses.values():
            with pytest.raises(httpx.ConnectError):
                await client.get(address)
    assert all(task.done() for task in broker.tasks)
    with pytest.raises(Unavailable):
        await broker.record.put_source(None)  # type: ignore[arg-type]
    await asyncio.sleep(0)


async def test_an_open_broker_with_sparql_publishes_what_it_crawled(space: Space) -> None:
    settings = listening(space, "broker")
    settings = replace(settings, broker=replace(settings.broker, open=True, sparql=True))
    broker = await build_broker(settings, transport=space.wire)
    await broker.start()
    try:
        names = {task.get_name() for task in broker.tasks} - {"intake"} | broker.intake.names
        assert names == {
            "crawler",
            "roster",
            "graph",
            "projector",
            "expiry",
            "statuses",
            "teller",
            "webhooks",
            "membership",
        }
        async with httpx.AsyncClient(
            trust_env=False, base_url=broker.listeners.addresses["broker"], timeout=60
        ) as client:
            for path in ("/catalog.ttl", "/feed.atom", "/sitemap.xml", "/api/3/action/status_show"):
                assert (await client.get(path)).status_code == 200, path
            async with asyncio.timeout(120):
                while (answer := await client.get("/sparql", params={"query": "ASK { ?a ?b ?c }"})).status_code == 503:
                    assert answer.json()["error"]["code"] == "building"
            assert answer.json()["boolean"] is False
    finally:
        await broker.stop()


async def test_the_pages_of_a_broker_are_open_if_it_has_a_port_for_them(space: Space) -> None:
    settings = listening(space, "broker")
    settings = replace(settings, broker=replace(settings.broker, open=True), web=replace(settings.web, port=0))
    broker = await build_broker(settings, transport=space.wire)
    await broker.start()
    try:
        async with httpx.AsyncClient(trust_env=False, base_url=broker.listeners.addresses["web"], timeout=60) as client:
            page = await client.get("/")
            assert page.status_code == 200
            assert "Was die Stadt teilt" in page.text
            assert (await client.post("/suche")).status_code in {403, 405}
            invited = await broker.invite_first()
            assert invited is not None
            assert invited.user.roles == (UserRole.CONSUMER, UserRole.OPERATOR)
            assert (await client.get(invited.link)).status_code == 200
            assert (await client.get("/betrieb")).headers["location"] == "/anmelden?zu=%2Fbetrieb"
    finally:
        await broker.stop()


def test_links_lead_to_the_public_url_or_to_the_host_of_the_protocol(space: Space) -> None:
    settings = space.settings("broker", 0)
    assert make_site(settings).base == "https://broker.example:7083"
    public = replace(settings, broker=replace(settings.broker, public_url="https://daten.stadt.example/"))
    assert make_site(public).base == "https://daten.stadt.example"


def test_links_for_people_lead_to_pages_that_everybody_may_read(space: Space) -> None:
    settings = space.settings("broker", 0)
    pages = replace(settings.web, port=7084)
    opened = replace(settings, broker=replace(settings.broker, open=True), web=pages)
    assert make_site(opened).pages == f"http://{pages.host}:7084"
    named = replace(opened, web=replace(pages, public_url="https://daten.stadt.example/"))
    assert make_site(named).pages == "https://daten.stadt.example"
    for unknown in (replace(opened, web=replace(pages, port=0)), replace(opened, broker=settings.broker)):
        assert make_site(unknown).pages == ""


async def test_a_broker_lets_its_own_operator_build_the_index_anew(space: Space) -> None:
    settings = listening(space, "broker")
    broker = await build_broker(settings, transport=space.wire)
    await broker.start()
    try:
        url = f"{broker.listeners.addresses['broker']}/v1/reindex"
        token = await issue_own_token(settings)
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(url, headers={"Authorization": token})
            again = await client.post(url, headers={"Authorization": token})
        assert (answer.status_code, again.status_code) == (202, 401)
    finally:
        await broker.stop()
