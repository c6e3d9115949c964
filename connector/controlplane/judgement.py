"""Policies asked: may this dataset be shown, may this offer be agreed, may these bytes leave now.

A policy that cannot be compiled is denied with its own reason.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connector.controlplane import facts
from connector.controlplane.facts import Situation
from connector.controlplane.plane import Plane
from connector.policy.decide import decide
from connector.policy.decision import Decision, Phase, PolicyError, Request, Verdict
from connector.ports.entities import Agreement
from connector.protocol.dsp.transfer_machine import TransferProcess


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as the control plane uses it: denied or not, why, until when (ms), limits, and what goes on record."""

    denied: bool
    reason: str
    valid_until: int | None = None
    max_uses: int | None = None
    max_bytes: int | None = None
    record: dict[str, Any] = {}


def problem(plane: Plane, document: bytes) -> str | None:
    """Return why a policy cannot be accepted here, or None."""
    compiled = plane.library.compiled(document)
    return compiled.sentence if isinstance(compiled, PolicyError) else None


def judge(plane: Plane, document: bytes, situation: Situation, dataset: str, phase: Phase) -> Judgement:
    """Decide `use` of a dataset under a policy in a situation, as of now."""
    compiled = plane.library.compiled(document)
    if isinstance(compiled, PolicyError):
        return Judgement(denied=True, reason=compiled.sentence, record={"error": compiled.code})
    at = facts.instant(plane.now())
    request = Request(action="odrl:use", target=dataset, assignee=situation.participant, at=at)
    library = plane.library
    world = facts.world(situation, compiled, library.claims, library.operands)
    decision = decide(compiled, request, world, phase)
    return _judgement(decision)


def _judgement(decision: Decision) -> Judgement:
    denied = decision.verdict is Verdict.DENY
    reasons = decision.deferred if decision.verdict is Verdict.DEFERRED else decision.reasons
    until = decision.valid_until
    return Judgement(
        denied=denied,
        reason=" ".join(str(reason) for reason in reasons[:5]),
        valid_until=int(until.timestamp() * 1000) if until else None,
        max_uses=_least(counter.limit for counter in decision.counters if counter.step),
        max_bytes=_least(counter.limit for counter in decision.counters if not counter.step),
        record={
            "verdict": decision.verdict.value,
            "policy": decision.policy_hash,
            "engine": decision.engine_version,
            "reasons": [reason.code for reason in decision.reasons[:5]],
        },
    )


def _least(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


async def access(plane: Plane, process: TransferProcess) -> Judgement:
    """Decide whether the bytes of a transfer may leave now, under its agreement."""
    agreement = await plane.store.agreement(process.owner, process.agreement_id)
    if agreement is None or agreement.finalized_at is None:
        return Judgement(denied=True, reason="There is no finalized agreement for this transfer.")
    situation = await under(plane, agreement, process.evidence, process.format)
    return judge(plane, agreement.document, situation, agreement.dataset, Phase.ACCESS)


async def under(plane: Plane, agreement: Agreement, evidence: bytes, transfer_format: str | None) -> Situation:
    """Return the situation of the consumer of an agreement; present claims come before those it was made on."""
    claims: Mapping[str, tuple[str, ...]] = claims_of(evidence) or claims_of(agreement.evidence)
    known = plane.identity.participant(agreement.counterparty)
    return Situation(
        participant=agreement.counterparty,
        claims=known.claims if known else claims,
        agreed_at=agreement.agreed_at,
        usage=await plane.store.usage(agreement.owner, agreement.id),
        format=transfer_format,
    )


def claims_of(evidence: bytes) -> dict[str, tuple[str, ...]]:
    """Return the verified claims that were kept with a process or an agreement."""
    document = msgspec.json.decode(evidence)
    claims = document.get("claims") or {}
    return {name: tuple(values) for name, values in claims.items()}
