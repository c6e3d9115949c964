"""An offer of an asset, and the requests and offers of a negotiation about it, for tests of the decisions on them."""

from typing import Any

import msgspec

from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.usecases.offering import assets
from connector.ports.decider import Proceed
from connector.ports.entities import Asset, DataClass
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.views.assets import AssetOrder
from tests.controlplane.agreements import atom
from tests.support.plane import CITY, NOW, OWNER, Desk

Json = dict[str, Any]

RESEARCH, ACADEMIC = "dpv:ResearchAndDevelopment", "dpv:AcademicResearch"

DELETE = {"action": "odrl:delete", "constraint": []}


def terms(purpose: str, most: int | None = None, **more: Any) -> Json:
    asked = [atom("odrl:purpose", "isA", purpose)]
    if most is not None:
        asked.append(atom("odrl:count", "lteq", most))
    return {"permission": [{"action": "use", "constraint": asked}], **more}


async def offered(desk: Desk, policy: Json | None, **more: Any) -> Asset:
    draft = AssetOrder(id="air", title={"en": "Air"}, source={"kind": "file"}, policy=policy, **more)
    asset = await assets.add(desk.rooms.publisher, draft, offer_id="urn:offer")
    return await assets.publish(desk.rooms.publisher, asset.id, release=True)


def requested(policy: Json, *, claims: Json | None = None, rounds: int = 1, **more: Any) -> Negotiation:
    """A negotiation in which the peer has asked for terms."""
    return Negotiation(
        owner=OWNER,
        id=more.pop("id", "urn:n"),
        role=Role.PROVIDER,
        peer=CITY,
        peer_address=f"{CITY}/dsp",
        peer_pid=more.pop("peer_pid", "urn:theirs"),
        state=more.pop("state", NegotiationState.REQUESTED),
        dataset="air",
        offer_id="urn:offer",
        offer=msgspec.json.encode({"@type": "Offer", "@id": "urn:offer", "target": "air", **policy}),
        offered_by=Role.CONSUMER,
        rounds=rounds,
        evidence=msgspec.json.encode({"claims": claims if claims is not None else {"purpose": [ACADEMIC]}}),
        **more,
    )


async def decided(desk: Desk, process: Negotiation, *classes: DataClass) -> Any:
    answer = await ByPolicy(desk.rooms.enforcer, frozenset(classes)).decide(process, NOW)
    return answer.step if isinstance(answer, Proceed) else answer


def counter_offer(asked: Json | None, policy: Json) -> Negotiation:
    process = requested(policy, state=NegotiationState.OFFERED)
    document = None if asked is None else msgspec.json.encode({"@type": "Offer", "@id": "urn:offer", **asked})
    return msgspec.structs.replace(process, role=Role.CONSUMER, offered_by=Role.PROVIDER, asked=document)
