"""A connector from its settings: what a start opens, what readiness reports, and what a stop closes."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from connector.app.connector import build
from connector.app.listeners import ListenFailed
from connector.controlplane.usecases.offering import offer_forms
from connector.dataplane.uploads import Uploads
from connector.ports.changes import PutOfferForm
from connector.ports.entities import OfferForm
from connector.ports.flow import Arrival
from connector.ports.store_errors import Unavailable
from connector.settings import ParticipantSettings, Settings, SettingsError
from connector.views.descriptions import Contact
from tests.app.conftest import listening
from tests.pair.space import Space


@pytest.fixture
def settings(space: Space) -> Settings:
    return listening(space, "city")


async def readiness(client: httpx.AsyncClient, address: str) -> tuple[int, dict[str, object]]:
    answer = await client.get(f"{address}/ready")
    return answer.status_code, answer.json()


async def test_a_start_opens_three_listeners_and_a_stop_closes_all(space: Space, settings: Settings) -> None:
    connector = await build(settings, transport=space.wire)
    await connector.start()
    assert list(connector.listeners.addresses) == ["data", "protocol", "management"]
    assert {task.get_name() for task in connector.tasks} == {
        "worker",
        "roster",
        "announcer",
        "excluded",
        "pusher",
        "received",
        "subscriptions",
        "membership",
        "products",
        "measurer",
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        version = await client.get(f"{connector.listeners.addresses['protocol']}/.well-known/dspace-version")
        assert version.json()["protocolVersions"][0]["path"] == "/dsp/2025-1"
        assert (await readiness(client, connector.listeners.addresses["management"]))[0] == 200
        await connector.stop()
        for address in connector.listeners.addresses.values():
            with pytest.raises(httpx.ConnectError):
                await client.get(address)
    await asyncio.gather(*connector.tasks, return_exceptions=True)
    assert all(task.done() for task in connector.tasks)
    with pytest.raises(Unavailable):
        await connector.parts.store.due_last("default", 1)


async def test_a_port_in_use_fails_the_start_with_its_setting(space: Space, settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        blocked = replace(settings, protocol=replace(settings.protocol, port=port))
        connector = await build(blocked, transport=space.wire)
        with pytest.raises(ListenFailed, match=r"protocol\.port"):
            await connector.start()
        await connector.stop()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, None),
        ({"email": "amt@stadt.example"}, Contact(name="Stadt", email="amt@stadt.example")),
        ({"web_page": "https://stadt.example"}, Contact(name="Stadt", url="https://stadt.example")),
    ],
)
async def test_the_contact_of_the_settings_is_that_of_offers_without_one(
    space: Space, settings: Settings, stated: dict[str, str], expected: Contact | None
) -> None:
    named = replace(settings, participant=ParticipantSettings(id=settings.participant.id, name="Stadt", **stated))
    connector = await build(named, transport=space.wire)
    assert connector.publisher.contact == expected
    await connector.stop()


async def test_the_folder_for_received_data_is_created(space: Space, settings: Settings, tmp_path: Path) -> None:
    connector = await build(replace(settings, received=tmp_path / "new" / "folder"), transport=space.wire)
    assert (tmp_path / "new" / "folder").is_dir()
    await connector.stop()


def _now() -> int:
    from connector.app.parts import read_clock

    return read_clock()


async def test_with_an_expired_list_the_own_records_can_be_read_and_peers_are_put_off(
    space: Space, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    late = _now() + 10 * 365 * 86_400_000
    connector = await build(settings, transport=space.wire, now=lambda: late)
    assert "has expired" in caplog.text
    await connector.start()
    addresses = connector.listeners.addresses
    async with httpx.AsyncClient(trust_env=False) as client:
        own = await client.get(f"{addresses['management']}/v1/agreements", headers={"X-Api-Key": "city"})
        assert (own.status_code, own.json()["items"]) == (200, [])
        token = {"Authorization": "Bearer e30.e30.AAAA"}
        peer = await client.get(f"{addresses['protocol']}/dsp/2025-1/negotiations/x", headers=token)
        assert (peer.status_code, peer.json()["@type"]) == (503, "ContractNegotiationError")
        assert int(peer.headers["retry-after"]) > 0
        status, report = await readiness(client, addresses["management"])
        assert status == 200
        assert "has expired" in str(report)
    await connector.stop()


@pytest.mark.parametrize(
    ("listener", "path", "put_off"),
    [("protocol", "/dsp/2025-1/negotiations/x", 503), ("data", "/flows/x", 503), ("management", "/v1/assets", 429)],
)
async def test_an_address_that_proves_nothing_is_put_off_at_every_listener(
    space: Space, settings: Settings, listener: str, path: str, put_off: int
) -> None:
    limits = replace(settings.limits, failures_per_second=2)
    narrow = replace(settings, limits=limits, net=replace(settings.net, proxies=()))
    connector = await build(narrow, transport=space.wire)
    await connector.start()
    async with httpx.AsyncClient(trust_env=False, base_url=connector.listeners.addresses[listener]) as client:
        answers = [await client.get(path, headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(20)]
    assert answers[0].status_code == 401
    assert answers[0].headers["www-authenticate"] == "Bearer"
    refused = [answer for answer in answers if answer.status_code == put_off]
    assert refused
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    await connector.stop()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"networks": ("10.0.0.0/99",)}, r"net\.networks.*10\.0\.0\.0/99"),
        ({"hosts": ("foo",)}, r"net\.hosts.*'foo'"),
        ({"plain_http": (":::",)}, r"net\.plain_http.*':::'"),
    ],
)
async def test_an_entry_of_the_network_settings_that_is_none_is_named(
    space: Space, settings: Settings, wrong: dict[str, Any], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        await build(replace(settings, net=replace(settings.net, **wrong)), transport=space.wire)


async def test_trust_anchors_that_cannot_be_read_are_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"net\.ca, .*none\.pem"):
        await build(replace(settings, net=replace(settings.net, ca=tmp_path / "none.pem")))


async def test_a_network_of_proxies_that_is_none_is_named(space: Space, settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"net\.proxies contains here"):
        await build(replace(settings, net=replace(settings.net, proxies=("here",))), transport=space.wire)


async def test_received_files_are_removed_at_the_age_that_the_settings_name_and_not_right_at_the_start(
    space: Space, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.app.connector.CLEAN_S", 0.3)
    old, new = settings.received / "x/old.csv", settings.received / "x/new.csv"
    old.parent.mkdir(parents=True)
    for place in (old, new):
        place.write_bytes(b"data")
    os.utime(old, (0, 0))
    # What a person removed long ago, and what a kill left of an upload.
    data = settings.received.parent / "offered"
    aside, left, served = settings.received / ".removed/1000/x.csv", data / ".partial/ab.0", data / "served.csv"
    for place in (aside, left, served):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"data")
        os.utime(place, (0, 0))
    connector = await build(replace(settings, received_days=30.0, data_root=data), transport=space.wire)
    await connector.start()
    await asyncio.sleep(0.1)
    assert old.exists()
    async with asyncio.timeout(10):
        while any(place.exists() for place in (old, aside, left)):  # noqa: ASYNC110 - the removal has no event of its own
            await asyncio.sleep(0.01)
    assert new.read_bytes() == served.read_bytes() == b"data"
    await connector.stop()


async def test_an_upload_that_nobody_made_an_offer_of_is_removed_by_the_process_itself(
    space: Space, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.app.connector.CLEAN_S", 0.01)
    data = settings.received.parent / "offered"
    connector = await build(replace(settings, data_root=data), transport=space.wire)
    uploads = Uploads(data, owner=connector.context.owner)

    async def write() -> AsyncIterator[bytes]:
        yield b"Art\nLinde\n"

    async def upload(saved_at: int) -> OfferForm:
        form = await offer_forms.begin(connector.context, "a.kaya", answers={"titel": "Luft"})
        source = await uploads.store(form.id, Arrival(flow_id=form.id, media_type="", name="a.csv"), write())
        os.utime(data / source["path"], (saved_at / 1000, saved_at / 1000))
        after = replace(form, source=source, saved_at=saved_at, version=2)
        await connector.context.store.commit([PutOfferForm(after, 1)])
        return after

    left, goes_on = await upload(0), await upload(connector.context.now())
    await connector.start()
    async with asyncio.timeout(10):
        while (data / left.source["path"]).exists():  # type: ignore[index]  # noqa: ASYNC110 - the removal has no event
            await asyncio.sleep(0.01)
    assert (data / goes_on.source["path"]).exists()  # type: ignore[index]
    after = await offer_forms.find(connector.context, left.id)
    assert (after.source, after.answers) == (None, {"titel": "Luft"})
    await connector.stop()


async def test_pages_open_with_a_port_and_invite_the_first_person_until_somebody_signed_in(
    space: Space, settings: Settings
) -> None:
    with_pages = replace(settings, web=replace(settings.web, port=0))
    connector = await build(with_pages, transport=space.wire)
    await connector.start()
    address = connector.listeners.addresses["web"]
    invited = await connector.invite_first()
    assert invited
    assert invited.link.startswith(f"{address}/willkommen?name=verwaltung&link=")
    async with httpx.AsyncClient(trust_env=False, headers={"sec-fetch-site": "same-origin"}) as client:
        assert (await client.get(address)).headers["location"] == "/anmelden"
        assert "Willkommen" in (await client.get(invited.link)).text
        secret = invited.link.rpartition("=")[2]
        form = {
            "name": "verwaltung",
            "link": secret,
            "passwort": "sieben bunte Kiesel",
            "passwort2": "sieben bunte Kiesel",
        }
        assert (await client.post(f"{address}/willkommen", data=form)).status_code == 303
        assert "Alles funktioniert." in (await client.get(address)).text
        async with client.stream(
            "GET", f"{address}/eingang/laufend", headers={"accept": "text/event-stream"}
        ) as stream:
            assert (await anext(stream.aiter_bytes())).startswith(b"data: ")
            assert await connector.invite_first() is None
            # An open stream does not hold up a stop.
            await asyncio.wait_for(connector.stop(), 4)
    await asyncio.gather(*connector.tasks, return_exceptions=True)


async def test_without_a_port_there_are_no_pages(space: Space, settings: Settings) -> None:
    connector = await build(settings, transport=space.wire)
    assert await connector.invite_first() is None
    await connector.stop()
