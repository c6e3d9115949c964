"""A peer chooses pids, identifiers of agreements and of offers: it reaches nothing of somebody else with them."""

import asyncio
import json
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.ports.changes import PutProcess
from connector.ports.entities import Agreement, PageBounds
from connector.ports.identity import Participant
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from tests.interop.deployed import CTX
from tests.interop.ours import DATASET, HOME, ME, OWNER, PEER, TERMS, Ours, call, token_of
from tests.support.transport import InProcess

MALLORY = "mallory"
HOMES = {PEER: "https://deployed.example/protocol/2025-1", MALLORY: "https://mallory.example/dsp"}
STAMP = "2025-11-24T02:02:40Z"
OURS, THEIRS = "urn:kontor:given", "agreement-1"
"""An agreement that we provide to the deployed peer, and one that it provides to us."""


async def prepared() -> Ours:
    us = Ours(InProcess())
    us.identity.known[MALLORY] = Participant(id=MALLORY, name="Mallory", address=HOMES[MALLORY])
    await us.provides(OURS)
    await us.agreed(THEIRS)
    return us


async def say(us: Ours, peer: str, path: str, message: dict[str, Any]) -> httpx.Response:
    return await call(
        us.app, "POST", f"{HOME}/{path}", {**message, "@context": CTX}, Authorization=token_of(peer, HOME)
    )


def agreement_of(peer: str, id: Any, **members: Any) -> dict[str, Any]:
    frame = {"@id": id, "@type": "Agreement", "target": DATASET, "assigner": peer, "assignee": ME, "timestamp": STAMP}
    return {**frame, **TERMS, **members}


async def requested(us: Ours, peer: str, pid: str) -> dict[str, str]:
    """Ask this peer for its dataset; return both pids."""
    offer = {"@id": "urn:offer", "@type": "Offer", "target": DATASET, "assigner": peer, "assignee": ME, **TERMS}
    process = Negotiation(
        owner=OWNER,
        id=pid,
        role=Role.CONSUMER,
        peer=peer,
        peer_address=HOMES[peer],
        peer_pid=f"of {peer} {pid}",
        state=NegotiationState.REQUESTED,
        version=1,
        dataset=DATASET,
        offer_id="urn:offer",
        offer=json.dumps(offer).encode(),
        offered_by=Role.CONSUMER,
    )
    await us.store.commit([PutProcess(process, None)])
    return {"consumerPid": pid, "providerPid": f"of {peer} {pid}"}


async def agree(us: Ours, peer: str, pids: dict[str, str], agreement: dict[str, Any]) -> httpx.Response:
    message = {"@type": "ContractAgreementMessage", **pids, "agreement": agreement}
    return await say(us, peer, f"negotiations/{pids['consumerPid']}/agreement", message)


async def finalize(us: Ours, peer: str, pids: dict[str, str]) -> httpx.Response:
    """Let us have verified, and finalize."""
    process = await us.store.negotiation(OWNER, pids["consumerPid"])
    if process and process.peer == peer and process.state == NegotiationState.AGREED:
        verified = msgspec.structs.replace(process, state=NegotiationState.VERIFIED, version=process.version + 1)
        await us.store.commit([PutProcess(verified, process.version)])
    message = {"@type": "ContractNegotiationEventMessage", **pids, "eventType": "FINALIZED"}
    return await say(us, peer, f"negotiations/{pids['consumerPid']}/events", message)


async def held(us: Ours) -> dict[str, Agreement]:
    rows, _ = await us.store.agreements(OWNER, PageBounds(limit=500))
    return {row.key: row for row in rows}


def reason(answer: httpx.Response) -> str:
    return str(answer.json()["reason"][0])


async def test_the_identifier_of_another_agreement_of_the_same_provider_is_refused() -> None:
    us = await prepared()
    before = await held(us)
    pids = await requested(us, PEER, "urn:kontor:n1")
    answer = await agree(us, PEER, pids, agreement_of(PEER, THEIRS))
    assert (answer.status_code, answer.json()["code"]) == (400, "agreement-in-use")
    assert "belongs to another agreement" in reason(answer)
    # One of ours as provider, which the peer knows.
    assert (await agree(us, PEER, pids, agreement_of(PEER, OURS))).json()["code"] == "agreement-in-use"
    assert await held(us) == before
    assert (await us.store.negotiation(OWNER, pids["consumerPid"])).state == "REQUESTED"  # type: ignore[union-attr]  # it is there


async def test_two_open_negotiations_with_one_identifier_make_one_agreement() -> None:
    us = await prepared()
    first, second = await requested(us, PEER, "urn:kontor:n1"), await requested(us, PEER, "urn:kontor:n2")
    for pids in (first, second):
        assert (await agree(us, PEER, pids, agreement_of(PEER, "urn:new"))).status_code == 200
    assert set(await held(us)) == {OURS, f"{PEER} {THEIRS}"}
    assert (await finalize(us, PEER, first)).status_code == 200
    before = await held(us)
    answer = await finalize(us, PEER, second)
    assert (answer.status_code, answer.json()["code"]) == (400, "agreement-in-use")
    assert await held(us) == before
    assert before[f"{PEER} urn:new"].negotiation_id == first["consumerPid"]


async def test_another_provider_may_choose_the_same_identifier_and_both_agreements_stay_apart() -> None:
    us = await prepared()
    pids = await requested(us, MALLORY, "urn:kontor:n1")
    assert (await agree(us, MALLORY, pids, agreement_of(MALLORY, THEIRS))).status_code == 200
    assert (await finalize(us, MALLORY, pids)).status_code == 200
    rows = await held(us)
    assert set(rows) == {OURS, f"{PEER} {THEIRS}", f"{MALLORY} {THEIRS}"}
    assert [rows[f"{peer} {THEIRS}"].counterparty for peer in (PEER, MALLORY)] == [PEER, MALLORY]


@pytest.mark.parametrize(
    "broken",
    [
        {"timestamp": None},
        {"timestamp": "x2025-11-24T02:02:40Zjunk"},
        {"timestamp": "2025-02-30T12:00:00Z"},
        {"timestamp": "2025-11-24"},
        {"timestamp": "2025-11-24T25:00:00Z"},
        {"timestamp": "2025-11-24T12:00:60Z"},
        {"timestamp": "2025-11-24T12:00:00+14:30"},
        {"timestamp": "2126-01-01T00:00:00Z"},
        {"timestamp": "9999-12-31T24:00:00Z"},
        {"timestamp": "-2025-11-24T12:00:00Z"},
        {"timestamp": "20251-11-24T12:00:00Z"},
        {"timestamp": 1764000000},
        {"@id": ""},
        {"@id": "not a uri"},
        {"@id": "urn:a\n"},
        {"@id": "urn:a\u0000"},
        {"@id": "urn:a\u202eb"},
        {"@id": "urn:" + "a" * 1024},
        {"@id": "urn:" + "ü" * 511},
        {"@id": ["urn:a"]},
        {"assigner": ""},
        {"assignee": "a\u0007"},
        {"permission": [{"action": "use", "target": DATASET}]},
        {"permission": [{"action": "use", "duty": [{"action": "delete", "target": "urn:other"}]}]},
    ],
    ids=lambda broken: json.dumps(broken)[:60],
)
async def test_a_broken_agreement_is_refused_with_the_reason_and_nothing_is_kept(broken: dict[str, Any]) -> None:
    us = await prepared()
    before = await held(us)
    pids = await requested(us, PEER, "urn:kontor:n1")
    unchanged = await us.store.negotiation(OWNER, pids["consumerPid"])
    agreement = {name: value for name, value in agreement_of(PEER, "urn:new", **broken).items() if value is not None}
    answer = await agree(us, PEER, pids, agreement)
    assert answer.status_code == 400
    assert next(iter(broken)).removeprefix("@") in reason(answer)
    after = await us.store.negotiation(OWNER, pids["consumerPid"])
    assert after is not None
    assert unchanged is not None
    assert after.refused is not None
    # The note of the refusal alone: nothing of what the message says.
    assert msgspec.structs.replace(after, refused=None, version=unchanged.version) == unchanged
    assert await held(us) == before


@pytest.mark.parametrize(
    "stamp", [STAMP, "2023-01-01T01:00:00Z", "2025-11-24T15:30:00.25+01:00", "2025-11-23T24:00:00Z"]
)
async def test_an_agreement_with_a_time_that_exists_is_taken(stamp: str) -> None:
    us = await prepared()
    pids = await requested(us, PEER, "urn:kontor:n1")
    bare = "cbe485e8-cd5a-4da6-bba7-8b10c078c133"
    assert (await agree(us, PEER, pids, agreement_of(PEER, bare, timestamp=stamp))).status_code == 200


async def test_a_first_message_with_the_pid_of_the_receiver_begins_nothing() -> None:
    us = await prepared()
    offer_id = await us.offers("urn:dataset:2")
    ask = {
        "@type": "ContractRequestMessage",
        "consumerPid": "c-1",
        "callbackAddress": HOMES[PEER],
        "offer": {"@id": offer_id, "@type": "Offer", "target": "urn:dataset:2", **TERMS},
    }
    propose = {
        "@type": "ContractOfferMessage",
        "providerPid": "p-1",
        "callbackAddress": HOMES[PEER],
        "offer": {"@id": "urn:offer:9", "@type": "Offer", "target": "urn:d", **TERMS},
    }
    strange = await requested(us, MALLORY, "urn:kontor:n1")
    for pid in ("urn:uuid:nobody", strange["consumerPid"]):
        for path, message, name in (("request", ask, "providerPid"), ("offers", propose, "consumerPid")):
            answer = await say(us, PEER, f"negotiations/{path}", {**message, name: pid})
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert [row.peer for row in await us.negotiations()] == [MALLORY]
    assert (await say(us, PEER, "negotiations/request", ask)).status_code == 201


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"assigner": PEER}, "wrong-party"),
        ({"assignee": MALLORY}, "wrong-party"),
        ({"assigner": MALLORY, "assignee": PEER}, "wrong-party"),
        ({"target": "urn:other"}, "wrong-target"),
        ({"permission": [{"action": "use", "target": DATASET}]}, None),
        ({"assigner": ["kontor"]}, None),
        ({"@id": "urn:offer\u0000"}, None),
    ],
)
async def test_terms_that_name_another_party_or_dataset_are_refused(members: dict[str, Any], code: str | None) -> None:
    us = await prepared()
    offer_id = await us.offers("urn:dataset:2")
    offer = {"@id": offer_id, "@type": "Offer", "target": "urn:dataset:2", "assigner": ME, "assignee": PEER, **TERMS}
    ask = {"@type": "ContractRequestMessage", "consumerPid": "c-1", "callbackAddress": HOMES[PEER]}
    answer = await say(us, PEER, "negotiations/request", {**ask, "offer": {**offer, **members}})
    assert answer.status_code == 400
    assert code in {None, answer.json()["code"]}
    assert await us.negotiations() == []
    assert (await say(us, PEER, "negotiations/request", {**ask, "offer": offer})).status_code == 201


async def test_an_agreement_of_another_consumer_is_unknown_to_a_transfer_request() -> None:
    us = await prepared()
    ask = {
        "@type": "TransferRequestMessage",
        "consumerPid": "c-1",
        "format": "HttpData-PULL",
        "callbackAddress": HOMES[MALLORY],
    }
    for name in (OURS, THEIRS, f"{PEER} {THEIRS}", f"{MALLORY} {THEIRS}"):
        answer = await say(us, MALLORY, "transfers/request", {**ask, "agreementId": name})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-agreement")
    assert await us.transfers() == []


NEGOTIATIONS = {PEER: "urn:kontor:n1", MALLORY: "urn:kontor:n2"}
KEYS = [OURS, THEIRS, f"{PEER} {THEIRS}", "urn:new", *NEGOTIATIONS.values(), "of mallory urn:kontor:n2", DATASET]
keys = st.sampled_from(KEYS)
peers = st.sampled_from([PEER, MALLORY])
acts = st.one_of(
    st.tuples(st.just("agree"), peers, keys, keys),
    st.tuples(st.just("finalize"), peers, keys, keys),
    st.tuples(st.just("transfer"), peers, keys, keys),
    st.tuples(st.just("request"), peers, keys, keys),
    st.tuples(st.just("offer"), peers, keys, keys),
)


async def do(us: Ours, act: tuple[str, str, str, str]) -> httpx.Response:
    """Let a peer do something with keys that it chose; where it is asked for its pid, it may lie."""
    name, peer, key, other = act
    pids = {"consumerPid": key, "providerPid": f"of {peer} {key}"}
    first = {"callbackAddress": HOMES[peer]}
    match name:
        case "agree":
            return await agree(us, peer, pids, agreement_of(peer, other.replace(" ", "-")))
        case "finalize":
            return await finalize(us, peer, pids)
        case "transfer":
            ask = {"@type": "TransferRequestMessage", "consumerPid": key, "format": "HttpData-PULL", **first}
            return await say(us, peer, "transfers/request", {**ask, "agreementId": other})
        case "request":
            offer = {"@id": other, "@type": "Offer", "target": DATASET, **TERMS}
            ask = {"@type": "ContractRequestMessage", "consumerPid": key, "offer": offer, **first}
            return await say(us, peer, "negotiations/request", ask)
        case _:
            offer = {"@id": other, "@type": "Offer", "target": DATASET, **TERMS}
            ask = {"@type": "ContractOfferMessage", "providerPid": key, "offer": offer, **first}
            return await say(us, peer, "negotiations/offers", ask)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(acts, min_size=1, max_size=12))
def test_peers_that_choose_keys_change_nothing_of_each_other(plan: list[tuple[str, str, str, str]]) -> None:
    async def scenario() -> None:
        us = await prepared()
        for peer, pid in NEGOTIATIONS.items():
            await requested(us, peer, pid)
        known = await held(us)
        for act in plan:
            mine = {row.id: row for row in [*await us.negotiations(), *await us.transfers()]}
            answer = await do(us, act)
            assert answer.status_code < 500, (act, answer.text)
            rows = {row.id: row for row in [*await us.negotiations(), *await us.transfers()]}
            # What belongs to the other peer, and every agreement, is as it was.
            others = [{pid: row for pid, row in some.items() if row.peer != act[1]} for some in (mine, rows)]
            assert others[0] == others[1]
            now = await held(us)
            assert {key: now[key] for key in known} == known
            known = now
        for key, agreement in known.items():
            document = json.loads(agreement.document)
            parties = {document["assigner"], document["assignee"]}
            assert (key, parties) == (agreement.key, {ME, agreement.counterparty})
        for transfer in await us.transfers():
            agreement = known[transfer.agreement_key]
            assert (agreement.counterparty, agreement.dataset) == (transfer.peer, transfer.dataset)

    asyncio.run(scenario())
