"""Values to keep: one builder for each entity, with what a test names set and the rest plausible."""

from typing import Any

from connector.ports.entities import (
    Agreement,
    Asset,
    AssetStatus,
    Consent,
    DataClass,
    DutyEvent,
    DutyState,
    EventEntry,
    Flow,
    FlowDirection,
    Hold,
    Leaf,
    Lease,
    Payment,
    PaymentState,
    ReplayKey,
    Subscription,
)
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.subscriptions import SubscriptionRhythm

OWNER = "default"


def subscription(id: str, **changed: Any) -> Subscription:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "version": 1,
        "agreement": "consumer https://city.example urn:agreement:1",
        "counterparty": "https://city.example",
        "dataset": "urn:dataset:air",
        "title": {"de": "Luft", "en": "Air"},
        "every": SubscriptionRhythm.DAY,
        "minute": 390,
        "weekday": 0,
        "created_at": 1_764_000_000_000,
        "due_at": 1_764_000_000_000,
    }
    return Subscription(id=id, **(plain | changed))


def negotiation(id: str, **changed: Any) -> Negotiation:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "role": Role.PROVIDER,
        "peer": "did:web:peer.example",
        "peer_address": "https://peer.example/dsp",
        "state": "REQUESTED",
        "version": 1,
        "dataset": "urn:dataset:bäume",
        "offer_id": "urn:offer:1",
        "offer": b'{"@type":"Offer"}',
        "offered_by": Role.CONSUMER,
    }
    return Negotiation(id=id, **(plain | changed))


def transfer(id: str, **changed: Any) -> Transfer:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "role": Role.CONSUMER,
        "peer": "did:web:peer.example",
        "peer_address": "https://peer.example/dsp",
        "state": "REQUESTED",
        "version": 1,
        "agreement_id": "urn:agreement:1",
        "dataset": "urn:dataset:bäume",
        "format": "HttpData-PULL",
    }
    return Transfer(id=id, **(plain | changed))


def asset(id: str, **changed: Any) -> Asset:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "status": AssetStatus.PUBLISHED,
        "data_class": DataClass.OPEN,
        "title": {"de": "Bäume", "en": "Trees"},
        "description": {},
        "keywords": ("Umwelt",),
        "themes": (),
        "media_type": "text/csv",
        "source": {"kind": "file", "path": "trees.csv", "columns": [1, 2.5, None, {"deep": True}]},
        "policy": b"{}",
        "offer_id": f"offer of {id}",
        "document": b"{}",
        "version": 1,
    }
    return Asset(id=id, **(plain | changed))


def agreement(id: str, **changed: Any) -> Agreement:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "role": Role.PROVIDER,
        "counterparty": "did:web:peer.example",
        "address": "https://peer.example/dsp",
        "dataset": "urn:dataset:bäume",
        "negotiation_id": "urn:negotiation:1",
        "document": b'{"@type" : "Agreement"}',
        "evidence": b"{}",
        "agreed_at": 5,
    }
    return Agreement(id=id, **(plain | changed))


def hold(process_id: str, **changed: Any) -> Hold:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "process_kind": "negotiation",
        "reason": "personal data",
        "who": "data protection",
        "created_at": 1,
    }
    return Hold(process_id=process_id, **(plain | changed))


def flow(id: str, **changed: Any) -> Flow:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "direction": FlowDirection.SERVE,
        "agreement_id": "urn:agreement:1",
        "dataset": "urn:dataset:bäume",
        "peer": "did:web:peer.example",
        "state": "STARTED",
    }
    return Flow(id=id, **(plain | changed))


def lease(flow_id: str, epoch: int, **changed: Any) -> Lease:
    plain: dict[str, Any] = {"owner": OWNER, "agreement_id": "urn:agreement:1", "valid_until": None}
    return Lease(flow_id=flow_id, epoch=epoch, **(plain | changed))


def duty(uid: str, **changed: Any) -> DutyEvent:
    plain: dict[str, Any] = {"owner": OWNER, "agreement_id": "urn:agreement:1", "state": DutyState.ACTIVE, "at": 1}
    return DutyEvent(duty=uid, **(plain | changed))


def payment(state: PaymentState, **changed: Any) -> Payment:
    plain: dict[str, Any] = {"owner": OWNER, "agreement_id": "urn:agreement:1", "at": 1, "by": "accounts"}
    return Payment(state=state, **(plain | changed))


def event(name: str, *, begun: bool, **changed: Any) -> EventEntry:
    plain: dict[str, Any] = {"owner": OWNER, "at": 1, "by": "operations"}
    return EventEntry(name=name, begun=begun, **(plain | changed))


def consent(subject: str, **changed: Any) -> Consent:
    plain: dict[str, Any] = {"owner": OWNER, "dataset": "", "purpose": "urn:purpose:1", "state": "given", "at": 1}
    return Consent(subject=subject, **(plain | changed))


def replay_key(jti: str, **changed: Any) -> ReplayKey:
    plain: dict[str, Any] = {"owner": OWNER, "issuer": "did:web:peer.example", "expires_at": 4_000_000_000_000}
    return ReplayKey(jti=jti, **(plain | changed))


def leaf(id: str, process_id: str = "urn:negotiation:1", **changed: Any) -> Leaf:
    plain: dict[str, Any] = {
        "owner": OWNER,
        "at": 7,
        "kind": "agreed",
        "body": b'{"a":1}',
        "salt": b"s" * 16,
        "hash": b"h" * 32,
    }
    return Leaf(id=id, process_id=process_id, **(plain | changed))
