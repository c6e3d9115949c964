"""Holders are told what became of their requests: until they take it, and never with other credentials."""

import asyncio
from base64 import urlsafe_b64decode

import msgspec
import pytest
from msgspec.structs import replace

from connector.controlplane.core.due import MOST_ATTEMPTS
from connector.controlplane.usecases.issuing import deciding, delivering, ending, receiving
from connector.ports.entities import CredentialRequest, PageBounds
from connector.protocol.dcp.issuance import read_credential_message, read_credential_offer
from connector.views.issuing import RequestState
from tests.identity.dcp.places import FIRM
from tests.support.holding import PROFILE
from tests.support.issuing import STORAGE, Issuing, found_issuer


async def asked(city: Issuing, kind: str = "MembershipCredential") -> CredentialRequest:
    return await receiving.receive_request(city.service, await city.caller(token="access"), city.ask(kind))


async def deliver(city: Issuing, id: str) -> CredentialRequest:
    before = await deciding.find_request(city.service, id)
    await delivering.deliver(city.service, before)
    return await deciding.find_request(city.service, id)


async def test_credentials_are_delivered_once_with_the_access_token_of_the_holder() -> None:
    city = await found_issuer()
    found = await asked(city)
    after = await deliver(city, found.id)
    assert (after.due_at, after.delivered_at, after.token) == (None, city.places.now_ms, "")
    message = read_credential_message(msgspec.json.encode(city.taken[0]))
    assert (message.holder_pid, message.issuer_pid, message.credentials[0].format) == ("p", found.id, "vc20-bssl/jwt")
    claims = city.tokens[0].split(".")[1]
    assert msgspec.json.decode(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["token"] == "access"
    await deliver(city, found.id)
    assert len(city.taken) == 1


async def test_a_hub_of_edc_is_told_the_format_by_its_name() -> None:
    city = await found_issuer(profile=replace(PROFILE, of_edc=True))
    await deliver(city, (await asked(city)).id)
    (message,) = city.taken
    assert [each["format"] for each in message["credentials"]] == ["VC2_0_JOSE"]


async def test_a_holder_that_is_away_is_told_later_the_same() -> None:
    city = await found_issuer()
    found, city.answer = await asked(city), 503
    after = await deliver(city, found.id)
    assert (after.attempts, after.due_at, "503" in after.problem) == (1, city.places.now_ms + 5_000, True)
    city.answer = 200
    assert (await deliver(city, found.id)).due_at is None
    assert city.taken[0] == city.taken[1]


async def test_the_attempts_have_an_end_and_a_person_begins_anew() -> None:
    city = await found_issuer()
    found = await asked(city)
    del city.places.services[STORAGE]
    for _ in range(MOST_ATTEMPTS):
        after = await deliver(city, found.id)
    assert (after.attempts, after.due_at) == (MOST_ATTEMPTS, None)
    assert "cannot be reached" in after.problem
    assert (await deciding.send_again(city.service, found.id)).attempts == 0


@pytest.mark.parametrize("status", [400, 404])
async def test_a_second_refusal_is_final(status: int) -> None:
    city = await found_issuer()
    found, city.answer = await asked(city), status
    # A holder may not have stored yet that its request was taken.
    first = await deliver(city, found.id)
    assert (first.attempts, first.due_at is None) == (1, False)
    after = await deliver(city, found.id)
    assert (after.due_at, after.delivered_at, str(status) in after.problem) == (None, None, True)


async def test_a_rejection_is_told_with_its_reason() -> None:
    city = await found_issuer()
    found = await asked(city, "AuditorCredential")
    await deliver(city, found.id)
    message = read_credential_message(msgspec.json.encode(city.taken[0]))
    assert (message.status, "auditor" in message.reason, message.credentials) == ("REJECTED", True, ())


async def test_an_offer_is_sent_to_where_offers_go() -> None:
    city = await found_issuer()
    made = await deciding.offer(city.service, FIRM, ["UtilityCredential"], [], "", by="person")
    offers = STORAGE.replace("/credentials/credentials", "/credentials/offers")
    city.places.services[offers] = city.take
    assert (await deliver(city, made.id)).due_at is None
    offered = read_credential_offer(msgspec.json.encode(city.taken[0]))
    assert [(each.kind, each.reason) for each in offered.credentials] == [("UtilityCredential", "reissue")]


async def test_what_ended_before_its_delivery_is_not_delivered() -> None:
    city = await found_issuer()
    found = await asked(city)
    (row,), _ = await city.service.context.store.issued_credentials("default", PageBounds(limit=9))
    await ending.revoke(city.service, row.id, "", by="person")
    after = await deliver(city, found.id)
    assert (city.taken, after.due_at, "ended" in after.problem) == ([], None, True)


async def test_the_task_delivers_what_is_due_and_what_becomes_due() -> None:
    city = await found_issuer()
    came = asyncio.Event()

    async def take(authorization: str, body: bytes) -> tuple[int, bytes]:
        came.set()
        return await city.take(authorization, body)

    city.places.services[STORAGE] = take
    await asked(city)
    task = asyncio.create_task(delivering.deliver_due(city.service))
    async with asyncio.timeout(10):
        await came.wait()
        came.clear()
        await receiving.receive_request(
            city.service, await city.caller(jti="k"), city.ask("MembershipCredential", pid="q")
        )
        await came.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [message["holderPid"] for message in city.taken] == ["p", "q"]
    rows, _ = await city.service.context.store.credential_requests("default", PageBounds(limit=9))
    assert {row.state for row in rows} == {RequestState.ISSUED}
