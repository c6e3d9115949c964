"""We provide to a connector as it is deployed: one process, one agreement, and nothing transient refused for good."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.usecases.offering import assets
from connector.ports.changes import PutProcess
from connector.ports.store_errors import Unavailable
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.interop.deployed import CTX, DSP, HTML, Deployed, Row
from tests.interop.ours import DATASET, HOME, ME, PEER, PEER_HOME, TERMS, Ours, call, play, token_of
from tests.support.asgi import as_asgi
from tests.support.transport import InProcess


def space(limits: ControlLimits | None = None, **behaviour: Any) -> tuple[Ours, Deployed]:
    wire = InProcess()
    us, peer = Ours(wire, limits=limits), Deployed(wire)
    for name, value in behaviour.items():
        setattr(peer, name, value)
    return us, peer


async def finalized(us: Ours, peer: Deployed, **asset: Any) -> Negotiation:
    """Be asked once; both sides FINALIZED, one process on each, nothing refused by us."""
    async with us.working():
        offer_id = await us.offers(**asset)
        await peer.request(offer_id)
        ours: Negotiation = await us.reaches("negotiation", "FINALIZED")
        await asyncio.sleep(5)
    (theirs,) = peer.rows.values()
    assert (theirs.state, theirs.own, theirs.other) == ("FINALIZED", ours.peer_pid, ours.id)
    assert peer.final == []
    return ours


def body_of(peer: Deployed, row: Row, offer_id: str, **members: Any) -> dict[str, Any]:
    offer = {"@id": offer_id, "@type": "Offer", **TERMS, "assigner": ME, "target": DATASET}
    plain = {"consumerPid": row.own, "callbackAddress": PEER_HOME, "offer": offer, "@context": CTX}
    return {"@type": "ContractRequestMessage", **plain, **members}


@pytest.mark.parametrize("timing", ["before", "at once", "later"])
@pytest.mark.parametrize("repeats", [None, "same", "renewed"])
def test_it_finalizes_whenever_its_next_message_comes_and_however_it_repeats_itself(
    timing: str, repeats: str | None
) -> None:
    us, peer = space(timing=timing, repeats=repeats)
    play(finalized(us, peer))
    pids = {answer["providerPid"] for path, _, answer in peer.answers if path == "negotiations/request"}
    assert len(pids) == 1


def test_a_verification_that_comes_again_after_the_end_gets_the_finalization_again_and_not_without_end() -> None:
    us, peer = space()

    async def scenario() -> None:
        ours = await finalized(us, peer)
        (row,) = peer.rows.values()
        body = {"consumerPid": row.own, "providerPid": row.other, "@context": CTX}
        body["@type"] = "ContractAgreementVerificationMessage"
        url = f"{HOME}/negotiations/{ours.id}/agreement/verification"
        async with us.working():
            row.state = "VERIFIED"
            answer = await call(us.app, "POST", url, body)
            assert answer.status_code == 200, answer.text

            async def final_again() -> bool:
                return row.state == "FINALIZED"

            await us.until(final_again, seconds=5)
            for _ in range(300):
                assert (await call(us.app, "POST", url, body)).status_code == 200
                await asyncio.sleep(1)
            assert (await us.reaches("negotiation", "FINALIZED")).state == "FINALIZED"
        # A few resends, each tried a few times.
        assert 2 <= len(peer.sent_to("/events")) <= 60

    play(scenario())


@pytest.mark.parametrize("conflicts", [1, 2, 20])
def test_a_conflict_once_and_again_is_tried_again_with_the_same_message(conflicts: int) -> None:
    us, peer = space(conflicts=conflicts)
    play(finalized(us, peer))
    sent = [json.dumps(message) for message in peer.sent_to("/agreement")]
    assert len(sent) >= conflicts + 1
    assert len(set(sent)) == 1


def test_messages_without_an_identifier_are_taken() -> None:
    play(finalized(*space(identified=False)))


@pytest.mark.parametrize("status", [200, 201])
def test_either_success_acknowledges(status: int) -> None:
    play(finalized(*space(status=status)))


def test_html_error_pages_are_doubts_and_not_ends() -> None:
    us, peer = space(faults=[(500, HTML), (502, HTML), (500, HTML)])
    play(finalized(us, peer))


def test_a_repeat_finds_its_process_when_the_offer_has_been_withdrawn_since() -> None:
    us, peer = space()

    async def scenario() -> None:
        offer_id = await us.offers()
        row = peer._row("c", "", "REQUESTED", {})
        first = await call(us.app, "POST", f"{HOME}/negotiations/request", body_of(peer, row, offer_id))
        await assets.withdraw(us.rooms.publisher, DATASET)
        again = body_of(peer, row, offer_id, **{"@id": "a-new-one"})
        second = await call(us.app, "POST", f"{HOME}/negotiations/request", again)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert len(await us.negotiations()) == 1

    play(scenario())


def test_another_request_under_the_same_pid_is_refused_and_changes_nothing() -> None:
    us, peer = space()

    async def scenario() -> None:
        offer_id = await us.offers()
        row = peer._row("c", "", "REQUESTED", {})
        await call(us.app, "POST", f"{HOME}/negotiations/request", body_of(peer, row, offer_id))
        other = body_of(peer, row, offer_id)
        other["offer"] = {**other["offer"], "permission": [{"action": "sell"}]}
        refused = await call(us.app, "POST", f"{HOME}/negotiations/request", other)
        assert (refused.status_code, refused.json()["code"]) == (400, "pid-in-use")
        (ours,) = await us.negotiations()
        assert b"sell" not in ours.offer

    play(scenario())


def test_what_is_transient_is_503_so_that_it_comes_again_and_finalizes() -> None:
    us, peer = space()
    commit, failures = us.store.commit, [Unavailable("the disk is full")] * 3

    async def failing(group: Any) -> None:
        if failures:
            raise failures.pop()
        await commit(group)

    async def scenario() -> None:
        async with us.working():
            offer_id = await us.offers()
            us.store.commit = failing  # type: ignore[method-assign]  # a store that cannot write for a while
            await peer.request(offer_id)
            await us.reaches("negotiation", "FINALIZED")
        assert [status for path, status, _ in peer.answers if path == "negotiations/request"] == [503, 503, 503, 201]
        assert (len(peer.rows), peer.final) == (1, [])

    play(scenario())


def test_a_full_quota_is_503_and_the_request_is_taken_when_there_is_room() -> None:
    us, peer = space(limits=ControlLimits(open_per_peer=1))

    async def scenario() -> None:
        async with us.working():
            offer_id = await us.offers()
            first = peer._row("c", "", "REQUESTED", {})
            peer.timing = "later"
            await call(us.app, "POST", f"{HOME}/negotiations/request", body_of(peer, first, offer_id))
            row = await peer.request(offer_id)
            await asyncio.sleep(30)
        statuses = [status for path, status, _ in peer.answers if path == "negotiations/request"]
        assert (statuses[0], statuses[-1]) == (503, 201)
        assert (row.state, peer.final) == ("FINALIZED", [])

    play(scenario())


def test_our_next_message_leaves_after_our_answer_has_been_written() -> None:
    us, peer = space()
    order: list[str] = []

    async def scenario() -> None:
        offer_id = await us.offers()
        row = peer._row("c", "", "REQUESTED", {})
        body = json.dumps(body_of(peer, row, offer_id)).encode()
        waiting = [{"type": "http.request", "body": body, "more_body": False}]
        headers = [(b"authorization", token_of(PEER, HOME).encode()), (b"content-type", b"application/json")]

        async def receive() -> Any:
            return waiting.pop() if waiting else await asyncio.sleep(60)

        async def send(message: Any) -> None:
            # A slow line: whatever could overtake the answer has the time to.
            await asyncio.sleep(5)
            order.append(f"{message['type']} after {len(peer.sent_to('/agreement'))}")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/dsp/2025-1/negotiations/request",
            "raw_path": b"/dsp/2025-1/negotiations/request",
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "scheme": "https",
            "server": ("kontor.example", 443),
            "client": ("203.0.113.1", 1),
        }
        async with us.working():
            await as_asgi(us.app)(scope, receive, send)
            await us.reaches("negotiation", "FINALIZED")
        assert order == ["http.response.start after 0", "http.response.body after 0"]

    play(scenario())


def test_the_agreement_names_both_parties_and_says_what_was_asked_for() -> None:
    us, peer = space()
    play(finalized(us, peer))
    sent = peer.sent_to("/agreement")[-1]["agreement"]
    (row,) = peer.rows.values()
    assert (sent["assigner"], sent["assignee"], sent["target"]) == (ME, PEER, DATASET)
    asked = {name: value for name, value in row.offer.items() if name not in {"@id", "@type"}}
    assert {name: sent[name] for name in asked} == asked
    assert len(sent["timestamp"]) == len("2025-11-24T02:02:40Z")
    assert sent["timestamp"].endswith("Z")


ECHOED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"permission": [{"action": "odrl:use", "constraint": []}]}, {"permission": [{"action": "use"}]}),
    (
        {
            "permission": [
                {
                    "action": "use",
                    "constraint": [
                        {"leftOperand": "odrl:dateTime", "operator": "odrl:lt", "rightOperand": "2099-01-01T00:00:00Z"}
                    ],
                }
            ]
        },
        {
            "permission": [
                {
                    "action": "use",
                    "duty": [],
                    "constraint": [
                        {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2099-01-01T00:00:00Z"}
                    ],
                }
            ]
        },
    ),
]


@pytest.mark.parametrize(("offered", "echoed"), ECHOED)
def test_our_own_offer_in_its_spelling_is_agreed_without_asking_a_person(
    offered: dict[str, Any], echoed: dict[str, Any]
) -> None:
    us, peer = space(terms=echoed)
    play(finalized(us, peer, policy={"@type": "Offer", **offered}))


def test_a_request_that_leaves_out_a_constraint_is_never_agreed_by_itself() -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            offer_id = await us.offers(policy={"@type": "Offer", **ECHOED[1][0]})
            await peer.request(offer_id, offer=TERMS)
            await asyncio.sleep(60)
        assert peer.sent_to("/agreement") == []
        assert peer.final == []
        assert len(await us.negotiations()) == 1

    play(scenario())


@pytest.mark.parametrize("context", [DSP, [DSP], CTX, [CTX[1], DSP]], ids=["string", "one", "second", "reversed"])
def test_the_context_may_be_a_string_and_may_have_company(context: Any) -> None:
    us, peer = space()

    async def scenario() -> None:
        offer_id = await us.offers()
        body = body_of(peer, peer._row("c", "", "REQUESTED", {}), offer_id) | {"@context": context}
        answer = await call(us.app, "POST", f"{HOME}/negotiations/request", body)
        assert answer.status_code == 201
        assert answer.json()["@context"] == [DSP]

    play(scenario())


@pytest.mark.parametrize("callback", [PEER_HOME, PEER_HOME + "/"])
def test_paths_join_either_form_of_callback_address(callback: str) -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            offer_id = await us.offers()
            row = peer._row("c", "", "REQUESTED", {})
            body = body_of(peer, row, offer_id) | {"callbackAddress": callback}
            row.other = (await call(us.app, "POST", f"{HOME}/negotiations/request", body)).json()["providerPid"]
            await us.reaches("negotiation", "FINALIZED")
        paths = {request.url.path for request in us.wire.sent}
        assert f"/protocol/2025-1/negotiations/{row.own}/agreement" in paths
        assert not [path for path in paths if "//" in path]

    play(scenario())


def test_a_later_message_may_move_the_callback_address_but_not_to_strangers() -> None:
    us, peer = space()

    async def scenario() -> None:
        offer_id = await us.offers(data_class=assets.DataClass.CONFIDENTIAL)
        row = peer._row("c", "", "REQUESTED", {})
        await call(us.app, "POST", f"{HOME}/negotiations/request", body_of(peer, row, offer_id))
        for callback, expected in (
            ("https://elsewhere.example/x", PEER_HOME),
            (PEER_HOME + "/new", PEER_HOME + "/new"),
        ):
            (ours,) = await us.negotiations()
            offered = msgspec.structs.replace(ours, state="OFFERED", version=ours.version + 1)
            await us.store.commit([PutProcess(offered, ours.version)])
            body = body_of(peer, row, offer_id, providerPid=ours.id, callbackAddress=callback)
            answer = await call(us.app, "POST", f"{HOME}/negotiations/{ours.id}/request", body)
            assert answer.status_code == 200
            assert (await us.negotiations())[0].peer_address == expected

    play(scenario())


def test_a_consumer_that_never_verifies_lets_the_negotiation_expire_with_the_reason() -> None:
    us, peer = space(limits=ControlLimits(owed_for=3_600_000))
    peer._verify = lambda row: asyncio.sleep(0)  # type: ignore[method-assign,assignment]  # it never goes on

    async def scenario() -> None:
        async with us.working():
            await peer.request(await us.offers())
            await us.reaches("negotiation", "AGREED")
            ours = await us.reaches("negotiation", "TERMINATED", seconds=7200)
        assert ours.ended is not None
        assert (ours.ended.code, ours.ended.by) == ("expired", ME)
        assert "AGREED" in ours.ended.reason

    play(scenario())


def test_its_verification_is_taken_though_its_state_had_told_of_it_before() -> None:
    us, peer = space()

    async def slow(row: Row) -> None:
        row.state = "VERIFIED"
        await asyncio.sleep(200)
        body = {"@type": "ContractAgreementVerificationMessage", "consumerPid": row.own, "providerPid": row.other}
        await peer.say(row, f"negotiations/{row.other}/agreement/verification", body, row.state)

    peer._verify = slow  # type: ignore[method-assign]  # the script of this test

    async def scenario() -> None:
        async with us.working():
            await peer.request(await us.offers())
            await asyncio.sleep(600)
        (theirs,) = peer.rows.values()
        assert (theirs.state, peer.final) == ("FINALIZED", [])
        (ours,) = await us.negotiations()
        assert ours.state == "FINALIZED"

    play(scenario())
