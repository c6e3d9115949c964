"""We consume from a connector as it is deployed: whatever it sends when, both end FINALIZED, once."""

import asyncio
import json
from typing import Any

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, PeerFailed
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.usecases import negotiation
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.interop.deployed import CTX, DSP, HTML, Deployed
from tests.interop.ours import DATASET, HOME, ME, PEER, TERMS, Ours, call, play
from tests.support.transport import InProcess

COMPACT = {
    "permission": [
        {
            "action": "use",
            "constraint": [{"leftOperand": "purpose", "operator": "eq", "rightOperand": "mobility"}],
            "duty": [{"action": "delete"}],
        }
    ],
    "prohibition": [{"action": "sell"}],
}
LOGICAL = {"permission": [{"action": "use", "constraint": [{"and": COMPACT["permission"][0]["constraint"]}]}]}


async def finalized(us: Ours, peer: Deployed, **more: Any) -> Negotiation:
    """Negotiate once; both sides FINALIZED, one process on each, nothing refused by us."""
    async with us.working():
        await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET, **more)
        ours: Negotiation = await us.reaches("negotiation", "FINALIZED")
        await asyncio.sleep(5)
    (theirs,) = peer.rows.values()
    assert (theirs.state, theirs.own, theirs.other) == ("FINALIZED", ours.peer_pid, ours.id)
    assert peer.final == []
    agreement = await us.store.agreement(ours.owner, ours.agreement_key or "")
    assert agreement is not None
    assert agreement.finalized_at is not None
    return ours


def space(**behaviour: Any) -> tuple[Ours, Deployed]:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    for name, value in behaviour.items():
        setattr(peer, name, value)
    return us, peer


@pytest.mark.parametrize("timing", ["before", "at once", "later"])
@pytest.mark.parametrize("repeats", [None, "same", "renewed", "agreed anew"])
def test_we_finalize_whenever_its_next_message_comes_and_however_it_repeats_itself(
    timing: str, repeats: str | None
) -> None:
    us, peer = space(timing=timing, repeats=repeats)
    ours = play(finalized(us, peer))
    # The two sides hold the same agreement, also if the peer sent it again under another identifier.
    assert ours.agreement_id == ("agreement-2" if repeats == "agreed anew" else "agreement-1")


@pytest.mark.parametrize(
    "other",
    [
        {"permission": [{"action": "use"}, {"action": "distribute"}]},
        {"target": "urn:other"},
        {"assignee": "urn:other"},
        {"@id": "not a uri"},
        {"timestamp": "2126-01-01T00:00:00Z"},
    ],
)
def test_another_agreement_than_the_one_that_arrived_is_refused(other: dict[str, Any]) -> None:
    us, peer = space(repeats="agreed anew", timing="later", conflicts=3)

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            ours = await us.reaches("negotiation", "FINALIZED")
            (theirs,) = peer.rows.values()
            pids = {"providerPid": theirs.own, "consumerPid": ours.id}
            agreement = {**json.loads(ours.agreement), "@id": "agreement-3", **other}
            body = {"@type": "ContractAgreementMessage", **pids, "agreement": agreement, "@context": CTX}
            answer = await call(us.app, "POST", f"{HOME}/negotiations/{ours.id}/agreement", body)
            assert answer.status_code == 400
            assert await us.negotiations() == [ours]

    play(scenario())


@pytest.mark.parametrize("conflicts", [1, 2, 20])
def test_a_conflict_once_and_again_is_tried_again(conflicts: int) -> None:
    us, peer = space(conflicts=conflicts)
    play(finalized(us, peer))
    assert len(peer.sent_to("verification")) >= conflicts + 1
    bodies = {json.dumps(message) for message in peer.sent_to("verification")}
    assert len(bodies) == 1


def test_conflicts_without_end_end_visibly() -> None:
    us, peer = space(conflicts=10**9)

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            ended = await us.reaches("negotiation", "TERMINATED", seconds=3600)
        assert ended.ended is not None
        assert "409" in ended.ended.reason
        assert len(peer.received) < 1000

    play(scenario())


def test_messages_without_an_identifier_are_taken() -> None:
    play(finalized(*space(identified=False)))


@pytest.mark.parametrize("status", [200, 201])
def test_either_success_acknowledges(status: int) -> None:
    play(finalized(*space(status=status)))


def test_html_error_pages_are_doubts_and_not_ends() -> None:
    play(finalized(*space(timing="later")))
    us, peer = space()
    peer.faults = []

    async def scenario() -> None:
        async with us.working():
            started = await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            peer.faults = [(500, HTML), (502, HTML), (503, HTML)]
            ours = await us.reaches("negotiation", "FINALIZED", seconds=600)
        assert ours.id == started.id
        assert len(peer.rows) == 1

    play(scenario())


def test_an_html_page_instead_of_a_dataset_is_one_sentence() -> None:
    us, peer = space()
    peer.faults = [(200, HTML)]

    async def scenario() -> None:
        with pytest.raises(PeerFailed, match="cannot be read"):
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)

    play(scenario())


def test_we_send_its_media_type_and_the_protocols_context_alone() -> None:
    us, peer = space()
    play(finalized(us, peer))
    posted = [(message, headers) for _, message, headers in peer.received if message]
    assert posted
    for message, headers in posted:
        assert headers["content-type"] == "application/json"
        assert message["@context"] == [DSP]
        assert "content-encoding" not in headers


def test_the_request_names_target_assigner_and_assignee() -> None:
    us, peer = space()
    play(finalized(us, peer))
    (request,) = peer.sent_to("negotiations/request")
    assert (request["offer"]["target"], request["offer"]["assigner"]) == (DATASET, PEER)
    assert request["offer"]["assignee"] == ME
    assert request["callbackAddress"] == HOME


def test_an_offer_whose_identifier_has_changed_since_is_found_again() -> None:
    us, peer = space()
    play(finalized(us, peer, offer_id=peer.dataset()["hasPolicy"][0]["@id"]))


def test_another_offer_is_not_taken_for_the_one_chosen() -> None:
    us, _ = space()

    async def scenario() -> None:
        for other in ("urn:uuid:1", "b3RoZXI=:YXNzZXQtMQ==:dXVpZA==", "a:b:c"):
            with pytest.raises(NoSuchEntity):
                await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET, offer_id=other)

    play(scenario())


@pytest.mark.parametrize("terms", [COMPACT, LOGICAL], ids=["duties", "logical"])
def test_compact_policies_are_agreed_as_they_are(terms: dict[str, Any]) -> None:
    us, peer = space(terms=terms)
    ours = play(finalized(us, peer))
    assert {name: json.loads(ours.agreement)[name] for name in terms} == terms


SPELLINGS: list[dict[str, Any]] = [
    {"permission": [{"action": "use", "constraint": []}]},
    {"permission": [{"action": "use", "constraint": [], "duty": []}]},
    {"permission": [{"action": "odrl:use"}]},
    {"permission": [{"action": "http://www.w3.org/ns/odrl/2/use", "duty": []}]},
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_agreement_in_another_spelling_is_the_same_agreement(spelling: dict[str, Any]) -> None:
    play(finalized(*space(agreement_members=spelling)))


FOREIGN: list[dict[str, Any]] = [
    {"permission": {"action": "use"}, "prohibition": [], "obligation": []},
    {"odrl:permission": [{"odrl:action": {"@id": "odrl:use"}}]},
    {
        "permission": [
            {
                "action": "use",
                "constraint": {"leftOperand": "odrl:count", "operator": "odrl:lteq", "rightOperand": 1},
            }
        ]
    },
    {
        "permission": [
            {
                "action": ["use"],
                "constraint": [
                    {
                        "and": {
                            "@list": [
                                {
                                    "leftOperand": {"@id": "odrl:dateTime"},
                                    "operator": {"@id": "odrl:lteq"},
                                    "rightOperand": {"@value": "2027-12-31T23:59:59Z", "@type": "xsd:dateTime"},
                                }
                            ]
                        }
                    }
                ],
            }
        ]
    },
]


@pytest.mark.parametrize("terms", FOREIGN)
def test_an_offer_in_a_spelling_of_other_connectors_is_agreed_in_the_same_spelling(terms: dict[str, Any]) -> None:
    us, peer = space(terms=terms)
    ours = play(finalized(us, peer))
    # What was agreed is kept letter by letter.
    assert {name: json.loads(ours.agreement)[name] for name in terms} == terms


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"timestamp": 1764000000}, "timestamp"),
    ({"timestamp": "2025-11-24T02:02:40Z[UTC]"}, "timestamp"),
    ({"timestamp": "2126-01-01T00:00:00Z"}, "timestamp"),
    ({"target": None}, "target"),
    ({"assigner": {"@id": PEER}}, "assigner"),
    ({"permission": [{"action": "use", "target": DATASET}]}, "target"),
    ({"@type": "Offer"}, "@type"),
    ({"@id": "not a uri"}, "URI"),
]


@pytest.mark.parametrize(("members", "named"), MALFORMED)
def test_an_agreement_that_is_refused_as_it_stands_is_noted_on_the_negotiation(
    members: dict[str, Any], named: str
) -> None:
    us, peer = space(agreement_members=members)

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await asyncio.sleep(5)
            (noted,) = await us.negotiations()
            assert noted.state == "REQUESTED"
            assert noted.refused is not None
            assert noted.refused.message == "ContractAgreementMessage"
            assert named in noted.refused.reason
            (row,) = peer.rows.values()
            await peer.agree(row, "AGREED")
            # The same refusal again changes nothing.
            assert await us.negotiations() == [noted]
            peer.agreement_members = {}
            await peer.agree(row, "AGREED")
            accepted = await us.reaches("negotiation", "FINALIZED")
            assert accepted.refused is None

    play(scenario())


OTHERS: list[dict[str, Any]] = [
    {"permission": [{"action": "sell"}]},
    {"prohibition": [{"action": "use"}]},
    {"permission": [{"action": "use", "constraint": [{"or": []}]}]},
    {"obligation": [{"action": "delete"}]},
    {"assignee": "somebody-else"},
    {"assigner": "somebody-else"},
    {"target": "asset-2"},
    {"@context": {"odrl": "http://evil.example/"}},
    {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld", "http://evil.example/context.jsonld"]},
]


@pytest.mark.parametrize("other", OTHERS)
def test_an_agreement_on_something_else_is_terminated_with_the_reason_and_never_verified(other: dict[str, Any]) -> None:
    us, peer = space(agreement_members=other)

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            ours = await us.reaches("negotiation", "TERMINATED")
        assert ours.ended is not None
        assert "agreement" in ours.ended.reason
        assert peer.sent_to("verification") == []
        assert {told["reason"][0] for told in peer.sent_to("termination")} == {ours.ended.reason}
        (theirs,) = peer.rows.values()
        assert theirs.state == "TERMINATED"
        held = await us.store.agreement(ours.owner, ours.agreement_key or "")
        assert held is None or held.finalized_at is None

    play(scenario())


@pytest.mark.parametrize("other", OTHERS)
def test_something_else_never_takes_the_place_of_an_agreement_that_was_decided_on(other: dict[str, Any]) -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            before = await us.reaches("negotiation", "FINALIZED")
            (row,) = peer.rows.values()
            agreement = {**json.loads(before.agreement or b""), "@id": "agreement-2", **other}
            pids = {"providerPid": row.own, "consumerPid": before.id}
            body = {"@context": [CTX], "@type": "ContractAgreementMessage", **pids, "agreement": agreement}
            answer = await call(us.app, "POST", f"{HOME}/negotiations/{before.id}/agreement", body)
            assert answer.status_code == 400
            assert await us.negotiations() == [before]

    play(scenario())


def test_its_finalization_is_taken_though_its_state_had_told_of_it_before() -> None:
    us, peer = space()

    async def slow(row: Any) -> None:
        # It shows the state that it is about to reach long before its message comes.
        row.state = "FINALIZED"
        await asyncio.sleep(200)
        await peer.say(row, f"negotiations/{row.other}/events", peer._event(row, "FINALIZED"), "FINALIZED")

    peer._finalize = slow  # type: ignore[method-assign]  # the script of this test

    async def scenario() -> None:
        await finalized(us, peer)
        await asyncio.sleep(300)
        assert peer.answers[-1][:2] == (peer.answers[-1][0], 200)
        assert peer.final == []
        assert next(iter(peer.rows.values())).state == "FINALIZED"

    play(scenario())


def test_a_second_process_of_its_own_making_does_not_touch_the_first() -> None:
    us, peer = space()

    async def scenario() -> None:
        ours = await finalized(us, peer)
        twin = peer._row("p", ours.id, "REQUESTED", {"target": DATASET})
        await peer._agree(twin)
        assert twin.state == "TERMINATED"
        (row,) = await us.negotiations()
        assert (row.state, row.peer_pid) == ("FINALIZED", ours.peer_pid)

    play(scenario())


def test_a_negotiation_that_nobody_goes_on_with_expires_with_the_reason() -> None:
    wire = InProcess()
    us, peer = Ours(wire, limits=ControlLimits(owed_for=3_600_000)), Deployed(wire)
    peer._agree = lambda row: asyncio.sleep(0)  # type: ignore[method-assign,assignment]  # it never goes on

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "REQUESTED")
            ours = await us.reaches("negotiation", "TERMINATED", seconds=7200)
        assert ours.ended is not None
        assert (ours.ended.code, ours.ended.by) == ("expired", ME)
        assert "1 hours" in ours.ended.reason
        assert len(peer.sent_to("termination")) == 1

    play(scenario())


def test_its_termination_brings_code_and_reasons_in_any_form() -> None:
    us, peer = space()

    async def refuse(row: Any) -> None:
        pids = {"providerPid": row.own, "consumerPid": row.other}
        reason = [{"@value": "Nicht für Werbung", "@language": "de"}, "not for advertising"]
        body = {"@type": "ContractNegotiationTerminationMessage", **pids, "code": "policy", "reason": reason}
        await peer.say(row, f"negotiations/{row.other}/termination", body, "TERMINATED")

    peer._agree = refuse  # type: ignore[method-assign]  # the script of this test

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            ours = await us.reaches("negotiation", "TERMINATED")
        assert ours.ended is not None
        assert (ours.ended.code, ours.ended.by) == ("policy", PEER)
        assert (ours.ended.reason, ours.ended.reasons["de"]) == ("not for advertising", "Nicht für Werbung")

    play(scenario())


def test_descriptions_of_terms_are_kept_as_they_are() -> None:
    terms = {**TERMS, "dct:title": [{"@value": "Luft", "@language": "de"}]}
    us, peer = space(terms=terms)
    ours = play(finalized(us, peer))
    assert json.loads(ours.agreement)["dct:title"] == terms["dct:title"]


@pytest.mark.parametrize("more", [{"edc:note": {"kept": [1]}}, {"profile": "https://w3id.org/city/profile"}])
def test_terms_with_members_that_cannot_be_read_are_never_asked_for(more: dict[str, Any]) -> None:
    us, peer = space(terms={**TERMS, **more})
    with pytest.raises(Invalid, match="cannot be accepted here"):
        play(finalized(us, peer))
    assert not peer.rows
