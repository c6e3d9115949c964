"""Facts that a decision can read: one function for each, and one line for each in `FACTS`.

A fact has an origin: claims are confirmed by the data-space operator, usage is counted here, the rest comes from the
clock, the agreement or the asset. A statement of a peer about itself is not a fact, except the purpose of its use,
which is declared. A fact of this connector takes precedence over a claim, and a claim over a declared purpose. A policy
that needs a fact without an origin is refused before it is offered.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from connector.controlplane.judging.payments import CURRENCY, find_payment_standing, sum_paid
from connector.controlplane.judging.treating.known_data import ANY, KnownData
from connector.policy.model.literals import parse_number
from connector.policy.model.situation import Performance
from connector.policy.model.values import Duration, Iri, Number, Value
from connector.policy.vocabulary.registry import Operand
from connector.ports.entities import (
    ALL_TIME,
    AssetStatement,
    EventEntry,
    Payment,
    Recent,
    Usage,
)

PERIOD_OF = {
    "usesPerDay": "P1D",
    "usesPerWeek": "P7D",
    "usesPerMonth": "P1M",
    "usesPerYear": "P1Y",
    "usesInAll": ALL_TIME,
}
"""The periods of the facts that count the uses of a participant under all agreements."""

SKEW_MS = 60_000
DPI = "http://dbpedia.org/resource/Dots_per_inch"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """The source of facts: the participant, its verified claims, the agreement and its use so far.

    `format` is the requested transfer format, `media_type` the media type of the asset, `stated` the statements of its
    controller, `changed_at` (ms) the last change of its data. `running` is the number of active transfers under the
    agreement, including the requested one; `recent` are the uses of the last hour, `within` those of the
    participant under all agreements by period. `performed` are the entries of the
    duty ledger, `payments` the recorded payments, `events` the last entry of each event. `protocol` is the version of
    the Dataspace Protocol that the peer uses, `now` the time in ms, `data` the known properties of the data, `purpose`
    the purpose that the participant declares for this agreement.
    """

    participant: str
    claims: Mapping[str, tuple[str, ...]]
    agreed_at: int | None = None
    usage: Usage | None = None
    format: str | None = None
    media_type: str | None = None
    stated: AssetStatement | None = None
    changed_at: int | None = None
    running: int | None = None
    recent: Recent | None = None
    within: Mapping[str, Recent] = {}
    performed: Mapping[str, Performance] = {}
    payments: Sequence[Payment] | None = None
    events: Sequence[EventEntry] | None = None
    protocol: str | None = None
    now: int = 0
    data: KnownData = ANY
    purpose: str | None = None


FactReader = Callable[[Situation], tuple[Value, ...] | None]


def participant(situation: Situation) -> tuple[Value, ...] | None:
    """Return the authenticated identifier of the participant."""
    return (Iri(situation.participant),)


def delivery_channel(situation: Situation) -> tuple[Value, ...] | None:
    """Return the requested transfer format."""
    return (Iri(situation.format),) if situation.format else None


def file_format(situation: Situation) -> tuple[Value, ...] | None:
    """Return the media type of the asset, without its parameters."""
    essence = (situation.media_type or "").partition(";")[0].strip().lower()
    return (Iri(essence),) if essence else None


def concurrent_transfers(situation: Situation) -> tuple[Value, ...] | None:
    """Return the number of active transfers under the agreement, including this one."""
    return None if situation.running is None else (Number(Decimal(situation.running)),)


def language(situation: Situation) -> tuple[Value, ...] | None:
    """Return the languages of the data."""
    return _names([tag.lower() for tag in situation.stated.languages]) if situation.stated else None


def version(situation: Situation) -> tuple[Value, ...] | None:
    """Return the version of the data."""
    return _names((situation.stated.release,)) if situation.stated and situation.stated.release else None


def resolution(situation: Situation) -> tuple[Value, ...] | None:
    """Return the resolution of the data, in dots per inch."""
    stated = parse_number(situation.stated.resolution or "") if situation.stated else None
    return None if stated is None else (Number(stated, DPI),)


def artifact_state(situation: Situation) -> tuple[Value, ...] | None:
    """Return whether the data is delivered encrypted."""
    return (Iri("encrypted" if situation.stated.encrypted else "plain"),) if situation.stated else None


def legal_basis(situation: Situation) -> tuple[Value, ...] | None:
    """Return the bases on which the controller of the data discloses it; if it states none, a claim may count."""
    return _names(situation.stated.legal_basis) if situation.stated else None


def data_age(situation: Situation) -> tuple[Value, ...] | None:
    """Return how long ago the data last changed; unknown if its date lies further ahead than clocks may differ."""
    if situation.changed_at is None or situation.changed_at - situation.now > SKEW_MS:
        return None
    return (Duration(milliseconds=max(situation.now - situation.changed_at, 0)),)


def connector_protocol(situation: Situation) -> tuple[Value, ...] | None:
    """Return the protocol of the peer's connector, as the standard and as the most deployed connector name it."""
    spoken = situation.protocol
    return (Iri(spoken), Iri(f"dataspace-protocol-http:{spoken}")) if spoken else None


def going_on(situation: Situation) -> tuple[Value, ...] | None:
    """Return the events that have begun and are not over."""
    return None if situation.events is None else tuple(Iri(entry.name) for entry in situation.events if entry.begun)


def over(situation: Situation) -> tuple[Value, ...] | None:
    """Return the events that are over."""
    return None if situation.events is None else tuple(Iri(entry.name) for entry in situation.events if not entry.begun)


def payment_state(situation: Situation) -> tuple[Value, ...] | None:
    """Return the state of the payments."""
    return None if situation.payments is None else (Iri(find_payment_standing(situation.payments, situation.now)[0]),)


def pay_amount(situation: Situation) -> tuple[Value, ...] | None:
    """Return the sum that was paid under the agreement."""
    if situation.payments is None:
        return None
    return (Number(sum_paid(situation.payments), CURRENCY),)


FACTS: dict[str, FactReader] = {
    "participant": participant,
    "recipient": participant,
    "deliveryChannel": delivery_channel,
    "fileFormat": file_format,
    "concurrentTransfers": concurrent_transfers,
    "language": language,
    "version": version,
    "resolution": resolution,
    "artifactState": artifact_state,
    "legalBasis": legal_basis,
    "dataAge": data_age,
    "connectorProtocol": connector_protocol,
    "event": going_on,
    "event.over": over,
    "paymentState": payment_state,
    "payAmount": pay_amount,
}


def is_known(operand: Operand, claims: Mapping[str, Operand]) -> bool:
    """Return whether this connector can know the value of an operand at an access."""
    counted = operand.source in {"clock", "counter"} or operand.code == "elapsed_time"
    return counted or operand.fact in FACTS or operand.fact in claims


def _names(texts: Iterable[str]) -> tuple[Value, ...] | None:
    return tuple(Iri(text) for text in texts) or None
