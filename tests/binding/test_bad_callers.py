"""Who cannot prove who they are, or speak of what is not theirs, learn nothing and change nothing."""

import logging
from typing import Any

import pytest

from connector.app.logs import TextFormatter
from connector.identity.roster import RosterIdentity
from connector.protocol.dsp.common import CONTEXT
from tests.binding.door import BASE, UNKNOWN, Door, refused
from tests.pair.space import participant

REQUEST = "/negotiations/request"
ADDRESSES = (
    "https://other.example/dsp/2025-1",
    "https://firm.example:8443/dsp/2025-1",
    "http://firm.example/dsp/2025-1",
    "https://127.0.0.1/dsp/2025-1",
    "https://10.0.0.8/dsp",
    "https://[::1]/dsp",
    "https://[::ffff:127.0.0.1]/dsp",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/dsp",
    "https://localhost/dsp",
    "https://firm.example@other.example/dsp",
    "https://user:secret@firm.example/dsp",
    "https://firm.example/dsp?token=1",
    "https://firm.example/dsp#there",
    "https://firm.example/../admin",
    "https://firm.example\\@other.example/dsp",
    "ftp://firm.example/dsp",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://firm.example/dsp\r\nHost: other.example",
    "https://" + "a" * 5000,
)
OFFER = {
    "@type": "Offer",
    "target": "urn:dataset:counts",
    "assigner": participant("city"),
    "permission": [{"action": "use"}],
}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer",
        "Bearer ",
        "Basic ZmlybTpzZWNyZXQ=",
        "Bearer secret-but-no-token",
        "Bearer " + "a" * 100_000,
        "Bearer e30.e30.",
    ],
    ids=["none", "no-token", "blank", "basic", "no-jwt", "huge", "unsigned"],
)
async def test_no_token_or_none_of_ours_is_not_authenticated(
    door: Door, header: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    before = door.kept()
    for path in ("/catalog/request", REQUEST, "/transfers/request"):
        refused(await door.post(path, door.request(), token=header), 401, "unauthenticated")
    for path in ("/catalog/datasets/urn:dataset:counts", f"/negotiations/{UNKNOWN}", f"/transfers/{UNKNOWN}"):
        refused(await door.get(path, token=header), 401, "unauthenticated")
    assert door.kept() == before
    assert "secret-but-no-token" not in caplog.text


async def test_an_expired_token_is_not_authenticated(door: Door) -> None:
    before = door.kept()
    refused(await door.post(REQUEST, door.request(), token=door.token(age_s=3600)), 401, "unauthenticated")
    assert door.kept() == before


async def test_a_token_from_the_future_is_not_authenticated(door: Door) -> None:
    refused(await door.post(REQUEST, door.request(), token=door.token(age_s=-3600)), 401, "unauthenticated")


async def test_a_token_for_somebody_else_is_not_authenticated(door: Door) -> None:
    before = door.kept()
    refused(await door.post(REQUEST, door.request(), token=door.token(to="other")), 401, "unauthenticated")
    two = door.unsigned({"aud": [participant("city"), participant("other")]})
    refused(await door.post(REQUEST, door.request(), token=two), 401, "unauthenticated")
    assert door.kept() == before


async def test_a_token_signed_by_another_participant_is_not_authenticated(door: Door) -> None:
    refused(await door.post(REQUEST, door.request(), token=door.token(by="other")), 401, "unauthenticated")


async def test_the_peer_is_not_told_why_its_token_failed_but_the_log_is(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    body = refused(await door.post(REQUEST, door.request(), token=door.token(age_s=3600)), 401)
    assert "expir" not in " ".join(body["reason"])
    assert "expiry" in caplog.text


async def test_more_than_one_blank_may_part_the_scheme_from_the_token(door: Door) -> None:
    token = door.token().removeprefix("Bearer ")
    assert (await door.post(REQUEST, door.request(), token=f"bearer   {token}")).status_code == 201


async def test_the_log_says_whose_request_was_refused(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    refused(await door.post(REQUEST, door.request(), token=door.token(age_s=3600)), 401)
    refused(await door.post(REQUEST, {**door.request(), "@type": "Other"}), 400)
    refused(await door.get("/negotiations/urn:uuid:x", token="no-token"), 401)
    unproved, proved, nobody = (
        vars(record) for record in caplog.records if record.name.startswith("connector.binding")
    )
    assert unproved["claimed"] == proved["peer"] == participant("firm")
    assert not {"peer", "claimed"} & nobody.keys()


async def test_a_replayed_token_opens_nothing_twice(door: Door) -> None:
    token = door.token()
    first = door.request()
    assert (await door.post(REQUEST, first, token=token)).status_code == 201
    before = door.kept()
    refused(await door.post(REQUEST, door.request(), token=token), 401, "unauthenticated")
    refused(await door.post(REQUEST, first, token=token), 401, "unauthenticated")
    assert door.kept() == before


async def test_who_holds_a_used_token_is_told_what_a_stranger_is_told_and_the_log_says_why(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    consumer, _ = await door.negotiation()
    token = door.token()
    await door.get(f"/negotiations/{UNKNOWN}", token=token)
    caplog.clear()
    tried = 0
    for path in (f"/negotiations/{UNKNOWN}", f"/negotiations/{consumer}", "/catalog/datasets/urn:none"):
        stranger, thief = await door.get(path, token="Bearer e30.e30."), await door.get(path, token=token)
        assert (thief.status_code, thief.headers, thief.json()) == (401, stranger.headers, stranger.json())
        tried += 1
    for path in (REQUEST, "/negotiations/offers", f"/negotiations/{UNKNOWN}/events", "/transfers/request"):
        for body in ({}, door.request()):
            stranger = await door.post(path, body, token="Bearer e30.e30.")
            thief = await door.post(path, body, token=token)
            assert (thief.status_code, thief.headers, thief.json()) == (401, stranger.headers, stranger.json()), path
            tried += 1
    assert caplog.text.count(f"replayed: the token of {participant('firm')} was used before") == tried


@pytest.mark.parametrize(
    "path",
    ["/catalog/datasets/urn:dataset:counts", f"/negotiations/{UNKNOWN}", f"/transfers/{UNKNOWN}"],
)
async def test_a_token_that_was_used_to_look_is_used_up(door: Door, path: str) -> None:
    token = door.token()
    await door.get(path, token=token)
    refused(await door.get(path, token=token), 401, "unauthenticated")
    refused(await door.post(REQUEST, door.request(), token=token), 401, "unauthenticated")


@pytest.mark.parametrize("path", ["/catalog/request", REQUEST, "/negotiations/offers", "/transfers/request"])
async def test_a_token_that_came_with_a_refused_message_is_used_up(door: Door, path: str) -> None:
    token = door.token()
    refused(await door.post(path, {}, token=token), 400)
    refused(await door.post(REQUEST, door.request(), token=token), 401, "unauthenticated")


@pytest.mark.parametrize(
    "changed",
    [
        {"callbackAddress": "https://other.example/dsp"},
        {"offer": {"@type": "Offer", "@id": "urn:none", "permission": []}},
    ],
    ids=["callback", "offer"],
)
async def test_a_token_that_came_with_a_declined_request_is_used_up(door: Door, changed: dict[str, Any]) -> None:
    token = door.token()
    refused(await door.post(REQUEST, door.request(**changed), token=token), 400)
    refused(await door.post(REQUEST, door.request(), token=token), 401, "unauthenticated")


async def test_an_unknown_pid_and_a_foreign_one_get_the_same_404(door: Door) -> None:
    consumer, provider = await door.negotiation()
    before = door.kept()
    seen = [
        refused(await door.get(f"/negotiations/{provider}", token=door.token(of="other")), 404),
        refused(await door.get(f"/negotiations/{UNKNOWN}", token=door.token(of="other")), 404),
        refused(await door.get(f"/negotiations/{UNKNOWN}"), 404),
    ]
    # A pid of the other chapter is as unknown.
    seen_as_transfer = [refused(await door.get(f"/transfers/{pid}"), 404) for pid in (provider, UNKNOWN)]
    assert all(body == seen[0] for body in seen)
    assert seen_as_transfer[0] == seen_as_transfer[1]
    assert provider not in str(seen)
    for pid in (provider, UNKNOWN):
        message = door.message("ContractNegotiationTerminationMessage", consumer, pid)
        answer = await door.post(f"/negotiations/{pid}/termination", message, token=door.token(of="other"))
        # The caller hears of the pids what it has said itself.
        assert refused(answer, 404) == {**seen[0], "consumerPid": consumer, "providerPid": pid}
    assert door.kept() == before


async def test_pids_in_the_body_that_differ_from_the_path_are_refused(door: Door) -> None:
    consumer, provider = await door.negotiation()
    _, another = await door.negotiation()
    before = door.kept()
    for theirs, ours in ((consumer, another), ("urn:uuid:another", provider)):
        message = door.message("ContractNegotiationTerminationMessage", theirs, ours)
        refused(await door.post(f"/negotiations/{provider}/termination", message), 400, "wrong-pid")
    assert door.kept() == before


async def test_a_pid_that_names_another_process_already_is_refused(door: Door) -> None:
    asked = door.request()
    assert (await door.post(REQUEST, asked)).status_code == 201
    before = door.kept()
    again = {**asked, "offer": {**asked["offer"], "permission": [{"action": "odrl:read"}]}}
    refused(await door.post(REQUEST, again), 400, "pid-in-use")
    assert (await door.post(REQUEST, asked)).status_code == 201
    assert door.kept() == before


@pytest.mark.parametrize(
    "path",
    [
        "/transfers/%1b%5b31mred",
        "/negotiations/%c2%85another%e2%80%a8line",
    ],
)
async def test_a_path_cannot_forge_a_line_of_the_log(door: Door, path: str, caplog: pytest.LogCaptureFixture) -> None:
    refused(await door.get(path, token=None), 401)
    for record in caplog.records:
        line = TextFormatter().format(record)
        assert all(character.isprintable() for character in line), line


async def test_nobody_needs_a_token_to_see_which_versions_are_spoken(door: Door) -> None:
    answer = await door.http.get("/.well-known/dspace-version")
    assert answer.json()["protocolVersions"][0]["path"] == BASE


async def test_the_log_of_a_bad_request_says_why_without_its_body(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await door.post(REQUEST, {**door.request(), "@type": "Geheim", "password": "hunter2"})
    assert "request refused" in caplog.text
    assert "hunter2" not in caplog.text


async def test_a_callback_address_that_must_not_be_dialled_is_refused(door: Door) -> None:
    before = door.kept()
    for address in ADDRESSES:
        refused(await door.post(REQUEST, door.request(callbackAddress=address)), 400, "callback-address")
        offer = {**door.request()["offer"], "assigner": participant("firm")}
        proposed = door.request(consumerPid=None, offer=offer, callbackAddress=address)
        proposed |= {"@type": "ContractOfferMessage", "providerPid": "urn:uuid:provider"}
        refused(await door.post("/negotiations/offers", proposed), 400, "callback-address")
        assert door.kept() == before, address
    assert not door.space.wire.sent


async def test_data_is_asked_for_under_an_agreement_of_ones_own_alone(door: Door) -> None:
    _, provider = await door.negotiation()
    before = door.kept()
    asked = {
        "@context": [CONTEXT],
        "@type": "TransferRequestMessage",
        "consumerPid": "urn:uuid:transfer",
        "format": "HttpData-PULL",
        "callbackAddress": "https://firm.example/dsp/2025-1",
    }
    # A negotiation is no agreement, and what is nobody's looks the same as what is somebody else's.
    for agreement in (UNKNOWN, provider):
        body = refused(await door.post("/transfers/request", {**asked, "agreementId": agreement}), 404)
        assert (body["code"], body["consumerPid"]) == ("unknown-agreement", "urn:uuid:transfer")
    refused(await door.post("/transfers/request", {**asked, "agreementId": ""}), 400, "malformed")
    assert door.kept() == before


async def test_while_our_own_list_has_expired_everybody_is_asked_to_come_again(door: Door) -> None:
    before, used = door.kept(), door.token()
    identity = door.city.parts.identity
    assert isinstance(identity, RosterIdentity)
    clock, identity._clock = identity._clock, lambda: clock() + 400 * 86_400_000
    for path in ("/catalog/request", REQUEST, "/transfers/request"):
        answer = await door.post(path, door.request(), token=used)
        refused(answer, 503, "busy")
        assert int(answer.headers["Retry-After"]) > 0
    assert door.kept() == before
    identity._clock = clock
    # The token was not used up: nothing of it was looked at.
    assert (await door.post(REQUEST, door.request(), token=used)).status_code == 201


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"/negotiations/{UNKNOWN}/agreement/verification", "ContractAgreementVerificationMessage"),
        (f"/transfers/{UNKNOWN}/completion", "TransferCompletionMessage"),
    ],
)
async def test_a_refusal_of_an_unknown_process_names_the_pids_that_the_caller_stated(
    door: Door, path: str, kind: str
) -> None:
    body = refused(await door.post(path, door.message(kind, "urn:uuid:theirs", UNKNOWN)), 404, "not-found")
    assert (body["consumerPid"], body["providerPid"]) == ("urn:uuid:theirs", UNKNOWN)
