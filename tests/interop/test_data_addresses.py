"""A peer that names a third host as the place of data: only hosts that are listed for the peer are called."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases import transfer
from connector.ports.identity import Participant
from tests.interop.deployed import Deployed, pull_address
from tests.interop.ours import PEER, PEER_HOME, Ours, play
from tests.interop.test_transfers import PUSH_TO
from tests.support.transport import InProcess

THIRD = "https://third.example"
URLS = (
    f"{THIRD}/admin?delete=all",
    "https://data.deployed.example/public",
    "https://deployed.example.third.example/public",
    "https://kontor.example/dsp/2025-1/catalog/request",
)


def space() -> tuple[Ours, Deployed, list[str]]:
    """A space in which every host answers; the list has the URLs that were called."""
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    called: list[str] = []

    async def third(scope: Any, receive: Any, send: Any) -> None:
        called.append(scope["path"])
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b"hidden"})

    for origin in (f"{THIRD}:443", "https://data.deployed.example:443", "https://deployed.example.third.example:443"):
        wire.apps[origin] = third
    return us, peer, called


def basic(url: str) -> dict[str, Any]:
    """Return a pull address with credentials that the peer chose."""
    text = json.dumps(pull_address(url, "Basic YWRtaW46YWRtaW4="))
    return dict(json.loads(text.replace('"bearer"', '"basic"')))


@pytest.mark.parametrize("url", URLS)
def test_a_start_that_names_a_third_host_ends_the_transfer_and_calls_nobody(url: str) -> None:
    us, peer, called = space()
    peer.address = basic(url)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "TERMINATED", seconds=600)
        assert ours.ended is not None
        assert "net.data_origins" in ours.ended.reasons["en"]
        assert "participant list" in ours.ended.reason

    play(scenario())
    assert called == []
    assert not [sent for sent in us.wire.sent if "YWRtaW4" in str(sent.headers)]


@pytest.mark.parametrize("url", URLS)
def test_a_push_to_a_third_host_is_refused_and_the_sentence_says_how_to_allow_it(url: str) -> None:
    us, peer, called = space()

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            target = json.loads(json.dumps(PUSH_TO).replace("https://deployed.example/store", url))
            await peer.request_transfer("agreement-1", target)
            await asyncio.sleep(60)

    play(scenario())
    assert called == []
    _, status, answer = peer.answers[-1]
    assert (status, "net.data_origins" in json.dumps(answer)) == (400, True)
    assert not [sent for sent in us.wire.sent if sent.method in {"HEAD", "PUT", "POST"} and sent.url.host in url]


def test_a_data_plane_on_a_port_of_its_own_works_once_the_list_names_it() -> None:
    us, peer, called = space()
    us.identity.known[PEER] = Participant(
        id=PEER, name="Deployed", address=PEER_HOME, data=("https://public.deployed.example",)
    )
    us.wire.apps["https://public.deployed.example:443"] = us.wire.apps["https://deployed.example:443"]
    peer.address = pull_address("https://public.deployed.example/public", "token-0")

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "COMPLETED")
        assert us.disk.received_bytes == {ours.id: peer.content}

    play(scenario())
    assert called == []


def test_what_a_host_answers_is_not_told_to_the_peer_that_named_it() -> None:
    us, peer, _ = space()
    us.identity.known[PEER] = Participant(id=PEER, name="Deployed", address=PEER_HOME, data=(THIRD,))

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            peer.address = basic(f"{THIRD}/status")
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "TERMINATED", seconds=600)
        assert ours.ended is not None
        assert "418" in ours.ended.reasons["en"]
        progress = msgspec.json.decode(ours.progress or b"{}")
        assert "418" in progress["error"]

    play(scenario())
    told = [sent.content.decode() for sent in us.wire.sent if sent.url.host == "deployed.example"]
    assert any("TransferTerminationMessage" in text for text in told)
    assert not [text for text in told if "418" in text or "hidden" in text]


def test_values_of_an_address_may_be_bare_numbers() -> None:
    us, peer, _ = space()
    address = pull_address("https://deployed.example/public", "4711")
    address["endpointProperties"].append({"@type": "EndpointProperty", "name": "expiresIn", "value": 3600})
    peer.address = address

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "COMPLETED")
        assert us.disk.received_bytes == {ours.id: peer.content}

    play(scenario())


def test_an_address_of_another_kind_than_http_ends_the_transfer_and_is_not_called() -> None:
    us, peer, _ = space()
    peer.address = {**pull_address("https://deployed.example/public", "token"), "endpointType": "AmazonS3"}

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "TERMINATED", seconds=600)
        assert ours.ended is not None
        assert "AmazonS3" in ours.ended.reasons["en"]

    play(scenario())
    assert not [sent for sent in us.wire.sent if sent.url.path == "/public"]


def test_a_push_to_an_address_of_another_kind_than_http_is_refused_with_the_reason() -> None:
    us, peer, _ = space()

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            await peer.request_transfer("agreement-1", {**PUSH_TO, "endpointType": "AmazonS3"})

    play(scenario())
    _, status, answer = peer.answers[-1]
    assert (status, "HttpData" in json.dumps(answer)) == (400, True)


def test_a_start_that_cannot_be_read_is_noted_on_the_transfer() -> None:
    us, peer, _ = space()
    address = pull_address("https://deployed.example/public", "token")
    address["endpointProperties"].append({"@type": "EndpointProperty", "name": "expiresIn", "value": {"seconds": 1}})
    peer.address = address

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            await asyncio.sleep(5)
            (ours,) = await us.transfers()
            assert ours.refused is not None
            assert (ours.state, ours.refused.message) == ("REQUESTED", "TransferStartMessage")
            assert "endpointProperties" in ours.refused.reason

    play(scenario())
