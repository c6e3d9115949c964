"""Peers that mean harm or are broken: whatever comes, others go on, nothing grows, and the operator reads why."""

import asyncio
import json
import logging
from typing import Any

import pytest
from aiohttp import web

from connector.binding.dsp.client import HttpPeer
from connector.binding.dsp.listener import application
from connector.controlplane.core import documents
from connector.controlplane.usecases import negotiation
from connector.net.errors import Blocked, TimedOut
from connector.net.transport import HttpCall
from connector.ports.identity import Intent, Participant
from connector.ports.peer import CatalogPage, InDoubt, Refused
from connector.protocol.dsp.common import Role
from tests.identity.lists import CITY, CITY_KEY, NOW_MS, UTILITY, UTILITY_KEY, Board, identity
from tests.interop.deployed import Deployed
from tests.interop.ours import DATASET, HOME, ME, PEER, PEER_HOME, TERMS, MockIdentity, Ours, call, play
from tests.net.servers import NAME, answers, client, served
from tests.support.transport import InProcess, InProcessAnswer

HOUR_MS = 3_600_000
OFFER = {"@id": "urn:offer:1", "@type": "Offer", **TERMS}


class Wire(InProcess):
    """A wire on which one host never answers and another may not be dialled any more."""

    silent = most = 0
    turned = False

    async def send(self, call: HttpCall) -> InProcessAnswer:
        if call.endpoint.host == "silent.example":
            self.silent += 1
            self.most = max(self.most, self.silent)
            try:
                await asyncio.sleep(call.total_s or 15)
            finally:
                self.silent -= 1
            raise TimedOut("https://silent.example:443 did not answer in time.")
        if self.turned and call.endpoint.host == "deployed.example":
            raise Blocked("deployed.example resolves to 10.0.0.7, which is not a public address.")
        return await super().send(call)


def offer_to(participant: str) -> bytes:
    return documents.make_message_offer(
        json.dumps(OFFER).encode(), offer_id="urn:offer:1", target=DATASET, assigner=participant, assignee=ME
    )


def test_a_peer_that_never_answers_does_not_hold_up_others() -> None:
    wire = Wire()
    us, peer = Ours(wire), Deployed(wire)
    us.identity.known["silent"] = Participant(id="silent", name="Silent", address="https://silent.example/dsp")

    async def scenario() -> None:
        async with us.working():
            for _ in range(200):
                await negotiation.ask(us.rooms.context, "silent", "https://silent.example/dsp", offer_to("silent"))
            started = await negotiation.ask(us.rooms.context, PEER, PEER_HOME, offer_to(PEER))

            async def finalized() -> bool:
                process = await us.store.negotiation("default", started.id)
                return process is not None and process.state == "FINALIZED"

            await asyncio.sleep(0.01)
            assert wire.silent >= 32
            await us.until(finalized, seconds=5)
            assert wire.silent >= 32
            # Who did not answer is asked by one process at a time from then on.
            await asyncio.sleep(20)
            wire.most = 0
            await asyncio.sleep(120)
            assert wire.most == 1
        assert peer.final == []

    play(scenario())


def test_an_address_that_turns_private_ends_the_process_with_the_reason() -> None:
    wire = Wire()
    us, peer = Ours(wire), Deployed(wire)
    peer.timing = "later"

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "REQUESTED")
            wire.turned = True
            ours = await us.reaches("negotiation", "TERMINATED", seconds=600)
        assert ours.ended is not None
        assert "10.0.0.7" in ours.ended.reason
        assert "answered 0" not in ours.ended.reason

    play(scenario())


def http_peer(net: Any) -> HttpPeer:
    return HttpPeer(net, MockIdentity(ME))


async def test_a_callback_that_turns_to_a_metadata_service_after_the_first_look_up_is_not_dialled() -> None:
    calls: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.json_response({"@type": "ContractNegotiation"}, headers={"Connection": "close"})

    rebinding = answers(["127.0.0.1"], ["169.254.169.254"])
    async with served(handler) as port, client(lookup=rebinding, dns_ttl_s=0) as net:
        address = f"http://{NAME}:{port}/dsp"
        send = http_peer(net).send
        message = "ContractNegotiationTerminationMessage"
        await send(PEER, address, message, Role.CONSUMER, "pid", b"{}")
        second = await send(PEER, address, message, Role.CONSUMER, "pid", b"{}")
    assert isinstance(second, Refused)
    assert "169.254.169.254" in second.reason
    assert calls == ["/dsp/negotiations/pid/termination"]


async def test_a_callback_that_redirects_is_a_doubt_and_its_target_is_never_called() -> None:
    calls: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response(status=307, headers={"Location": f"http://127.0.0.1:{request.url.port}/inside"})

    async with served(handler) as port, client() as net:
        outcome = await http_peer(net).send(
            PEER, f"http://{NAME}:{port}/dsp", "TransferStartMessage", Role.CONSUMER, "pid", b"{}"
        )
    assert isinstance(outcome, InDoubt)
    assert "redirect" in outcome.reason
    assert calls == ["/dsp/transfers/pid/start"]


async def test_links_in_fields_of_their_own_are_all_read() -> None:
    async def handler(request: web.Request) -> web.Response:
        answer = web.json_response({"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "Catalog"})
        answer.headers.add("Link", '<?token=0>; rel="prev"')
        answer.headers.add("Link", '<?token=2>; rel="next"')
        return answer

    async with served(handler) as port, client() as net:
        page = await http_peer(net).fetch_catalog(PEER, f"http://{NAME}:{port}/dsp")
    assert isinstance(page, CatalogPage)
    assert page.next_url == f"http://{NAME}:{port}/dsp/catalog/request?token=2"


@pytest.mark.parametrize(("off_ms", "word"), [(3 * HOUR_MS, "in the future"), (-3 * HOUR_MS, "expired")])
async def test_a_clock_that_is_wrong_by_hours_gives_a_sentence_for_the_operator(
    off_ms: int, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    us = Ours(InProcess())
    here = await identity(Board(), CITY, CITY_KEY)
    there = await identity(Board(), UTILITY, UTILITY_KEY, now_ms=NOW_MS)
    there._clock = lambda: NOW_MS + off_ms
    rooms = us.rooms.but(identity=here, participant=CITY)
    token = await there.issue_token(CITY, Intent.NEGOTIATION)
    with caplog.at_level(logging.INFO):
        answer = await call(
            application(rooms.gatekeeper, rooms.receiver, []), "GET", f"{HOME}/negotiations/pid", Authorization=token
        )
    assert answer.status_code == 401
    assert word not in answer.text
    assert any(word in record.message and "clocks" in record.message for record in caplog.records)


async def test_our_own_wrong_clock_is_seen_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)

    async def scenario() -> None:
        async with us.working():
            await negotiation.ask(us.rooms.context, PEER, PEER_HOME, offer_to(PEER))
            peer.faults = [(401, b'{"@type": "ContractNegotiationError"}')] * 3
            await us.reaches("negotiation", "FINALIZED")

    with caplog.at_level(logging.INFO):
        await asyncio.to_thread(play, scenario())
    said = [record.message for record in caplog.records if "401" in record.message]
    assert said
    assert all("clock" in line for line in said)


async def test_a_body_without_end_is_refused_at_the_limit() -> None:
    us = Ours(InProcess())
    answer = await call(us.app, "POST", f"{HOME}/negotiations/request", b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
