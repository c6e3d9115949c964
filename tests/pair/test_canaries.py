"""A secret of a source appears nowhere: no message, log, error, export, dump, answer of the API, page or stored byte.

Every kind of source is tried with data and with faults. A new kind joins with its line in one of the two tables below.
"""

import logging
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from connector.client.frame.errors import ClientError
from connector.controlplane.usecases.users import UserRegister
from connector.dataplane.kinds import SOURCES
from connector.ports.flow import SourceError
from connector.views.assets import AssetEditOrder, AssetOrder, DataClass
from connector.views.users import UserRole
from connector.web.frame.application import PagesHouse
from connector.web.pages import make_pages_app
from tests.contract.test_source import ALL, SECRET
from tests.dataplane.world import blob, serving
from tests.pair.moving import World, moving
from tests.web.visited import Visited

DATA = blob(10_000)
HOST_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIJ5lYq3vKkQ1kqkGk0m6p1xWcVqfC8gE6gQ8n4nV0m1a"
Fault = Callable[[str], dict[str, Any]]


def _over_http(url: str) -> dict[str, Any]:
    auth = {"kind": "oauth2", "token_url": f"{url}/token", "client_id": "me", "secret": "key"}
    return {"kind": "http", "url": f"{url}/data", "auth": auth}


def _by_key(url: str) -> dict[str, Any]:
    auth = {"kind": "api-key", "query": "key", "secret": "key"}
    return {"kind": "http", "url": f"{url}/data", "auth": auth, "paging": {"kind": "link"}}


def _in_store(url: str) -> dict[str, Any]:
    return {"kind": "s3", "endpoint": url, "bucket": "air", "key": "a.csv", "key_id": "reader", "secret": "key"}


def _in_database(url: str) -> dict[str, Any]:
    place = {"host": "127.0.0.1", "port": int(url.rpartition(":")[2]), "database": "gis", "user": "reader"}
    return {"kind": "sql", **place, "secret": "key", "table": "trees", "seconds": 1, "tls": False}


def _at_portal(kind: str, **place: Any) -> Fault:
    auth = {"kind": "api-key", "query": "key", "secret": "key"}
    return lambda url: {"kind": kind, "url": f"{url}/portal", "auth": auth, **place}


def _on_server(url: str) -> dict[str, Any]:
    place = {"host": "127.0.0.1", "port": int(url.rpartition(":")[2]), "user": "reader", "path": "a.csv"}
    return {"kind": "sftp", **place, "host_key": f"ssh-ed25519 {HOST_KEY}", "secret": "key"}


WITH_SECRET: dict[str, list[Fault]] = {
    "ckan": [_at_portal("ckan", resource="4711"), _at_portal("ckan", resource="4711", datastore=True)],
    "http": [_over_http, _by_key],
    "ngsi-ld": [_at_portal("ngsi-ld", type="Tree")],
    "ogcapi": [_at_portal("ogcapi", collection="trees")],
    "s3": [_in_store],
    "sensorthings": [_at_portal("sensorthings", path="Things")],
    "sftp": [_on_server],
    "sql": [_in_database],
    "wfs": [_at_portal("wfs", type_name="trees")],
}
"""The kinds that use a secret, each with addresses at a server that answers with an echo or with nonsense."""
WITHOUT = {"file", "recipe"}


class CityPages(Visited):
    """The pages of the city."""

    def __init__(self, world: World) -> None:
        connector = world.city.connector
        self.address = "https://pages.city.example"
        house = PagesHouse(address=self.address, provider="City")
        self.app = make_pages_app(connector.desk, house)
        settings = connector.parts.settings.web
        self.register = UserRegister(connector.context, connector.passwords, self.address, settings.passwords)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with moving(tmp_path) as made:
        for kind, build in SOURCES.items():
            made.city.connector.dataplane.sources[kind] = build(made.site)  # type: ignore[attr-defined]
        yield made


def test_every_kind_of_source_is_tried() -> None:
    assert WITHOUT | WITH_SECRET.keys() == SOURCES.keys(), "say whether the kind of source uses a secret"


@asynccontextmanager
async def echoing() -> AsyncIterator[str]:
    """A backend that repeats whatever it was told, in its error, as some do."""

    async def handler(request: web.Request) -> web.Response:
        told = f"{request.path_qs} {dict(request.headers)} {(await request.read())!r} {SECRET}"
        return web.Response(status=500, text=told, headers={"X-Told": SECRET})

    async with serving(handler) as url:
        yield url


@pytest.mark.parametrize("kind", WITH_SECRET)
async def test_a_secret_of_a_source_appears_nowhere(
    world: World, kind: str, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(sys, "excepthook", lambda *told: dumped.append("".join(traceback.format_exception(*told))))
    dumped: list[str] = []
    shown: list[str] = [repr(world.site), repr(SOURCES[kind](world.site))]
    async with ALL[kind](world.site, DATA) as address, echoing() as url:
        _, agreement = await world.agree(address, None)
        assert (await world.transfer(agreement, push=False)).state == "COMPLETED"
        assert (await world.transfer(agreement, push=True)).state == "COMPLETED"
        for number, fault in enumerate(WITH_SECRET[kind]):
            shown += await _fail(world, kind, fault(url), f"urn:dataset:fault-{number}")
        shown += await _look_around(world)
    shown += [caplog.text, *dumped]
    shown += [repr(record.__dict__) for record in caplog.records]
    assert len(shown) > 10
    for text in shown:
        assert SECRET not in text
    assert not list(_find_in_files(tmp_path))


def _find_in_files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes())


async def _fail(world: World, kind: str, address: dict[str, Any], id: str) -> list[str]:
    """Meet the faults of an address in every way; return what was said."""
    told = []
    source = SOURCES[kind](world.site)
    try:
        async with source.open(address) as content:
            told.append(repr([chunk async for chunk in content.chunks]))
    except SourceError as error:
        told.append("".join(traceback.format_exception(error)))
    order = AssetOrder(title={"en": id}, id=id, source=address, data_class=DataClass.OPEN, licence="cc-by/4.0")
    for call in (world.city.api.assets.look, world.city.api.assets.add):
        try:
            await call(order)
        except ClientError as error:
            told.append(repr(error) + str(error))
    await world.city.api.assets.add(msgspec.structs.replace(order, unchecked=True))
    try:
        await world.city.api.assets.edit(id, AssetEditOrder(change={"source": address | {"password": SECRET}}).change)
    except ClientError as error:
        told.append(repr(error) + str(error))
    assert len(told) >= 3
    return told


async def _look_around(world: World) -> list[str]:
    """Return what the API, the catalogue, the log, its export and the pages show."""
    api, found = world.city.api, []
    assets = (await api.assets.list()).items
    found += [repr(await api.assets.show(asset.id)) for asset in assets]
    found += [repr(await call()) for call in (api.transfers.list, api.agreements.list, world.firm.api.transfers.list)]
    found += [repr(await api.audit.list()), repr(await api.audit.export())]
    pages = CityPages(world)
    async with aclosing(await pages.sign_in(*UserRole)) as browser:
        for path in ["/angebote", *(f"/angebote/angebot?id={asset.id}" for asset in assets)]:
            answer = await browser.get(path)
            assert answer.status_code == 200, (path, answer.text[:300])
            found.append(answer.text)
    return found
