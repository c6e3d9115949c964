"""A consumer asks only for terms that it can read and accept; nothing is sent and stored otherwise."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.usecases import negotiation
from connector.ports.changes import PutProcess
from connector.ports.entities import PageBounds
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from tests.controlplane.agreements import atom
from tests.controlplane.processes.bargain import counter_offer
from tests.support.plane import CITY, DATASET, OWNER, Desk

Json = dict[str, Any]
AIR = DATASET["@id"]
FOREIGN = "https://peer.example/terms#"


def using(*constraints: Json, **more: Any) -> Json:
    return {"permission": [{"action": "use", "constraint": list(constraints), **more}]}


OTHER_GROUP = atom(FOREIGN + "group", "eq", "a")
NEVER_HEARD = atom(FOREIGN + "when", "eq", "now")
UNREADABLE = [
    (using(atom("inForceDate", "gteq", "contractAgreement+0s")), "inForceDate"),
    (using(atom(FOREIGN + "shoeSize", "eq", "42")), FOREIGN + "shoeSize"),
    (
        using({"or": [atom("odrl:purpose", "eq", "dpv:Marketing"), atom(FOREIGN + "group", "eq", "a")]}),
        FOREIGN + "group",
    ),
    (using(atom("odrl:dateTime", "about", "2026-01-01")), "about"),
    (using(atom("odrl:count", "lteq", "many")), "many"),
    (using(duty=[{"action": FOREIGN + "bow"}]), FOREIGN + "bow"),
    ({**using(), "prohibition": [{"action": FOREIGN + "bow"}]}, FOREIGN + "bow"),
    (
        {**using(), "obligation": [{"action": "odrl:delete", "constraint": [NEVER_HEARD]}]},
        "when",
    ),
    ({**using(), "profile": FOREIGN}, FOREIGN),
    ({}, "a permission"),
    ({"permission": []}, "a permission"),
    ({"prohibition": [{"action": "use"}]}, "never grants"),
    ({**using(), "isReplacedBy": "urn:other"}, "isReplacedBy"),
]


def show(desk: Desk, policy: Json) -> None:
    desk.peer.datasets = [{**DATASET, "hasPolicy": [{"@type": "Offer", "@id": "urn:offer:1", **policy}]}]


async def ask(desk: Desk, **more: Any) -> Negotiation:
    return await negotiation.request(desk.rooms.evaluator, desk.rooms.counterparties, CITY, AIR, **more)


@pytest.mark.parametrize(("policy", "named"), UNREADABLE)
async def test_terms_that_cannot_be_read_are_refused_before_asking(desk: Desk, policy: Json, named: str) -> None:
    show(desk, policy)
    for more in ({}, {"offer_id": "urn:offer:1", "policy": policy}):
        with pytest.raises(Invalid) as caught:
            await ask(desk, **more)
        assert caught.value.code == "not-acceptable"
        assert named in caught.value.reason
        assert caught.value.reasons["de"].startswith("Diese Bedingungen können hier nicht angenommen werden.")
    rows, _ = await desk.store.negotiations(OWNER, PageBounds())
    assert rows == []


@pytest.mark.parametrize(("operand", "tier"), [("odrl:industry", "organisational"), ("dk:storageRegion", "consumer")])
async def test_what_this_connector_does_not_enforce_follows_the_accepted_tiers(
    desk: Desk, operand: str, tier: str
) -> None:
    show(desk, using(atom(operand, "eq" if tier == "organisational" else "isPartOf", "DE")))
    with pytest.raises(Invalid, match="accept this tier"):
        await ask(desk)
    desk.rooms = desk.rooms.but(library=Library(operands(), frozenset({"provider", tier}), executors={}))
    assert (await ask(desk)).peer == CITY


@pytest.mark.parametrize(
    "policy",
    [
        using(atom("dk:connectorState", "eq", "urn:state")),
        using(duty=[{"action": "odrl:reviewPolicy"}]),
        {"permission": [{"action": "odrl:read"}], "prohibition": [{"action": "odrl:sell"}]},
    ],
)
async def test_what_the_provider_checks_is_asked_for_although_nobody_here_could_check_it(
    desk: Desk, policy: Json
) -> None:
    show(desk, policy)
    assert (await ask(desk)).dataset == AIR


async def test_a_counter_request_of_a_person_is_held_to_the_same_rule(desk: Desk) -> None:
    process = msgspec.structs.replace(counter_offer(using(), using(atom("odrl:count", "lteq", "3"))), version=1)
    assert process.state == NegotiationState.OFFERED
    await desk.store.commit([PutProcess(process, None)])
    with pytest.raises(Invalid, match="shoeSize"):
        await negotiation.counter(desk.rooms.enforcer, process.id, using(atom(FOREIGN + "shoeSize", "eq", "42")))
