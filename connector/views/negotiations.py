"""Contract negotiations."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from connector.views.common import EndedView, PendingView, RefusedView
from connector.views.holds import HoldView


class NegotiationOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A contract request to a provider for one of its datasets."""

    example: ClassVar[dict[str, Any]] = {
        "participant": "https://city.example/participants/environment",
        "dataset": "urn:uuid:7f…",
    }

    participant: Annotated[str, Meta(description="Identifier of the provider.")]
    dataset: Annotated[str, Meta(description="Identifier of the dataset.")]
    offer: Annotated[str | None, Meta(description="Identifier of the offer (default: the first one).")] = None
    policy: Annotated[
        dict[str, Any] | None, Meta(description="Other policy than that of the offer, as an ODRL Offer.")
    ] = None
    purpose: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1000)] | None,
        Meta(description="Purpose of the use, declared with the request: a term of the vocabulary or an absolute IRI."),
    ] = None


class OfferOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An offer of an asset to a participant that has sent no request."""

    participant: Annotated[str, Meta(description="Identifier of the consumer.")]
    asset: Annotated[str, Meta(description="Identifier of the asset.")]
    policy: Annotated[
        dict[str, Any] | None, Meta(description="Other policy than that of the asset, as an ODRL Offer.")
    ] = None


class CounterOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An answer with another policy."""

    policy: Annotated[dict[str, Any], Meta(description="The policy, as an ODRL Offer.")]


class ApproveOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An approval; it is refused with the code `offer-changed` if the offer has other terms since the process waits."""

    changed_offer: Annotated[
        bool, Meta(description="Agree on the terms that were asked for, although the offer has changed since.")
    ] = False


class RecordedDecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded decision by policy; `texts` are its result and reasons by language.

    `record` contains the hash of the policy, the version of the engine, the verdict of each rule and the values used.
    """

    at: datetime
    event: str
    record: dict[str, Any]
    texts: dict[str, tuple[str, ...]]


class NegotiationView(msgspec.Struct, frozen=True, kw_only=True):
    """A contract negotiation. `state` is null until the peer has acknowledged the first message.

    `title` are the titles of the dataset by language, `counterparty_name` is from the participant list.

    `decisions`, oldest first, are present if one negotiation is shown, not in a list.
    """

    id: str
    role: Role
    state: NegotiationState | None
    peer: str
    peer_pid: str | None
    dataset: str
    title: dict[str, str] = {}
    counterparty_name: str = ""
    offer_id: str
    offer: dict[str, Any]
    offered_by: Role
    rounds: int
    agreement_id: str | None
    agreement_key: str | None = None
    agreement: dict[str, Any] | None
    pending: PendingView | None
    hold: HoldView | None
    ended: EndedView | None
    refused: RefusedView | None = None
    decisions: tuple[RecordedDecisionView, ...] = ()
    created_at: datetime
    updated_at: datetime
