"""Policies asked: may this dataset be shown, may this offer be agreed, may these bytes leave now.

A policy that cannot be compiled is denied with its own reason. What is asked often is decided; only a denial is
explained, in words for both parties.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from connector.controlplane import evidence, facts, fitness, treatments
from connector.controlplane.facts import Situation
from connector.controlplane.plane import Plane
from connector.policy.analysis.findings import Finding
from connector.policy.compile import Compiled
from connector.policy.decide import decide, explain, is_shown
from connector.policy.decision import (
    Decision,
    DutyTask,
    Explanation,
    Phase,
    PolicyError,
    Request,
    Verdict,
    World,
)
from connector.policy.literals import MICROSECOND
from connector.policy.registry import Registry
from connector.policy.words import findings
from connector.policy.words.reasons import reasons
from connector.ports.entities import Agreement, AssetStatus, Page, Usage
from connector.protocol.dsp.negotiation_machine import ContractNegotiation
from connector.protocol.dsp.transfer_machine import TransferProcess, TransferState

MOST_REASONS = 3
MOST_RUNNING = 500
# Half-hours of more than a week: times of the day and days of the week come round within it.
MOST_FLIPS = 400
# How often a decision is taken again that hangs on a counter of bytes in more than by its upper bound.
RECHECK_MS = 1_000


_NO_AGREEMENT = {
    "de": "Für diese Lieferung gibt es keinen abgeschlossenen Vertrag.",
    "en": "There is no finalized agreement for this transfer.",
}


_ENDED = {
    "de": "Der Anbieter ist vom Vertrag zurückgetreten.",
    "en": "The provider has withdrawn from the agreement.",
}
_WITHDRAWN = {
    "de": "Der Anbieter hat diese Daten zurückgezogen.",
    "en": "The provider has withdrawn these data.",
}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as the control plane uses it: denied or not, why, until when (ms), limits, and what goes on record.

    `reasons` says why it was denied in `de` and `en`, empty where it was not; `duties` what is to be performed, or what
    stands in the way. `record` has no secret and no personal data. `treatment` is what is done to the data on the way.
    """

    denied: bool
    reasons: dict[str, str] = {}
    valid_until: int | None = None
    max_uses: int | None = None
    max_bytes: int | None = None
    duties: tuple[DutyTask, ...] = ()
    record: dict[str, Any] = {}
    treatment: bytes = b""

    @property
    def reason(self) -> str:
        """The reasons as the counter-party is told them."""
        return self.reasons.get("en", "")


def judge(plane: Plane, document: bytes, situation: Situation, dataset: str, phase: Phase) -> Judgement:
    """Decide `use` of a dataset under a policy in a situation, as of now.

    A contract may be negotiated before its time has come: in that phase only what stays denied is denied. Whether a
    catalogue shows an offer is asked of an `onlooker`.
    """
    compiled = plane.library.compiled(document)
    if isinstance(compiled, PolicyError):
        return Judgement(denied=True, reasons=fitness.unreadable(compiled).texts, record={"error": compiled.code})
    at = _after_what_was_done(facts.instant(plane.now()), situation)
    request = Request(action="odrl:use", target=dataset, assignee=situation.participant, at=at)
    library = plane.library
    world = facts.world(situation, compiled, library.claims, library.operands)
    found = explain(compiled, request, world, phase)
    decision = found.decision
    kept = evidence.of_explanation(found, library.operands)
    if decision.verdict is not Verdict.DENY or (phase is Phase.NEGOTIATION and _later(compiled, request, world)):
        judged = _judgement(plane, decision, situation.usage, kept)
        return _treated(plane, judged, decision, situation, dataset, world) if phase is Phase.ACCESS else judged
    return _judgement(plane, decision, situation.usage, kept, told(found, library.operands))


def onlooker(plane: Plane, situation: Situation) -> Callable[[bytes, str], bool]:
    """Return a function that tells whether a policy shows its offer of a dataset in a situation, as of now.

    For one answer to one caller: a policy that many offers share, and that names no dataset, is decided once.
    """
    library = plane.library
    at = facts.instant(plane.now())
    answers: dict[bytes, bool] = {}

    def shown(document: bytes, dataset: str) -> bool:
        answer = answers.get(document)
        if answer is not None:
            return answer
        compiled = library.compiled(document)
        if isinstance(compiled, PolicyError):
            return answers.setdefault(document, False)
        request = Request(action="odrl:use", target=dataset, assignee=situation.participant, at=at)
        answer = is_shown(compiled, request, facts.world(situation, compiled, library.claims, library.operands))
        if all(rule.target is None for rule in (*compiled.permissions, *compiled.prohibitions)):
            answers[document] = answer
        return answer

    return shown


def _treated(
    plane: Plane, judged: Judgement, decision: Decision, situation: Situation, dataset: str, world: World
) -> Judgement:
    """Return the verdict with what is done to the data; denied where the data does not allow it."""
    operands = plane.library.operands
    purpose = world.facts.get("purpose", ())
    found = treatments.made(operands, situation.data, dataset, decision.transforms, decision.row_filter, purpose)
    if found is None:
        return judged
    if isinstance(found, Finding):
        texts = {"de": findings.say(found, operands, "de"), "en": findings.say(found, operands, "en")}
        return Judgement(
            denied=True, reasons=texts, record={**judged.record, "verdict": "deny", "reasons": [found.code]}
        )
    done = [step.name for step in found.steps] + (["row-filter"] if found.rows else [])
    record = {**judged.record, "treatment": done}
    return msgspec.structs.replace(judged, treatment=msgspec.json.encode(found), record=record)


def _after_what_was_done(at: datetime, situation: Situation) -> datetime:
    """Return the instant of the request: behind a duty that was performed for it in the same millisecond."""
    done = any(record.fulfilled_at == at for record in situation.performed.values())
    return at + MICROSECOND if done else at


def _later(compiled: Compiled, request: Request, world: World) -> bool:
    """Tell whether the passing of time alone turns a denial: a period that has not begun, hours of the day."""
    for _ in range(MOST_FLIPS):
        decision = decide(compiled, request, world, Phase.NEGOTIATION)
        if decision.verdict is not Verdict.DENY:
            return True
        if decision.valid_until is None:
            return False
        request = msgspec.structs.replace(request, at=decision.valid_until)
    return False


def told(found: Explanation, operands: Registry) -> dict[str, str]:
    """Return the first reasons of a decision as one text in each language."""
    return {
        "de": " ".join(reasons(found, operands, "de")[:MOST_REASONS]),
        "en": " ".join(reasons(found, operands, "en")[:MOST_REASONS]),
    }


def _judgement(
    plane: Plane,
    decision: Decision,
    usage: Usage | None,
    kept: dict[str, Any],
    texts: dict[str, str] | None = None,
) -> Judgement:
    now = plane.now()
    until = decision.valid_until
    # A lease ends at a whole millisecond, and never before it has begun.
    valid_until = max(int(until.timestamp() * 1000), now + 1) if until else None
    if any(counter.exact and not counter.step for counter in decision.counters):
        valid_until = min(valid_until or now + RECHECK_MS, now + RECHECK_MS)
    uses = usage.uses if usage else 0
    # A use that is more than a count below a limit is decided one by one: the next needs a new lease.
    stepping = [counter for counter in decision.counters if counter.step]
    limits = [uses + counter.step if counter.exact else counter.limit for counter in stepping]
    return Judgement(
        denied=texts is not None,
        reasons=texts or {},
        valid_until=valid_until,
        max_uses=_least([*limits, *(counter.limit for counter in stepping)]),
        max_bytes=_least(counter.limit for counter in decision.counters if not counter.step),
        duties=decision.duties,
        record=kept,
    )


def _least(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


async def access(plane: Plane, process: TransferProcess, *, in_use: bool = False) -> Judgement:
    """Decide whether the bytes of a transfer may leave now, under its agreement.

    `in_use` says that a use that was counted already goes on: it is decided again, not the one after it.
    """
    agreement = await plane.store.agreement(process.owner, process.agreement_id)
    if agreement is None or agreement.finalized_at is None:
        return Judgement(denied=True, reasons=_NO_AGREEMENT, record={"verdict": "deny", "reasons": ["no-agreement"]})
    if agreement.withdrawn_at is not None:
        told = {name: f"{text} {agreement.withdrawn_because}".strip() for name, text in _ENDED.items()}
        return Judgement(denied=True, reasons=told, record={"verdict": "deny", "reasons": ["agreement-withdrawn"]})
    asset = await plane.store.asset(process.owner, agreement.dataset)
    if asset and asset.status is AssetStatus.WITHDRAWN:
        return Judgement(denied=True, reasons=_WITHDRAWN, record={"verdict": "deny", "reasons": ["withdrawn"]})
    situation = await under(plane, agreement, process.evidence, process.format, process.id)
    usage = situation.usage
    if in_use and usage and usage.uses:
        usage = msgspec.structs.replace(usage, uses=usage.uses - 1)
    media_type = asset.media_type if asset else None
    running = await _running(plane, process, agreement.document)
    data = treatments.data_of(asset)
    situation = msgspec.structs.replace(situation, media_type=media_type, running=running, usage=usage, data=data)
    return judge(plane, agreement.document, situation, agreement.dataset, Phase.ACCESS)


async def _running(plane: Plane, process: TransferProcess, document: bytes) -> int | None:
    """Count the transfers that run under the agreement, this one included; None where its policy does not ask.

    One that runs already counts only those before it, so that of two that begin at once the later one ends.
    """
    compiled = plane.library.compiled(document)
    if isinstance(compiled, PolicyError) or "concurrentTransfers" not in compiled.facts:
        return None
    page = Page(limit=MOST_RUNNING)
    rows, _ = await plane.store.transfers(
        process.owner, page, state=TransferState.STARTED, agreement_id=process.agreement_id
    )
    mine, runs = (process.created_at, process.id), process.state == TransferState.STARTED
    others = [(row.created_at, row.id) for row in rows if row.id != process.id]
    return 1 + sum(not runs or other < mine for other in others)


async def under(
    plane: Plane, agreement: Agreement, shown: bytes, transfer_format: str | None, transfer: str = ""
) -> Situation:
    """Return the situation of the consumer of an agreement; present claims come before those it was made on."""
    claims: Mapping[str, tuple[str, ...]] = claims_of(shown) or claims_of(agreement.evidence)
    known = plane.identity.participant(agreement.counterparty)
    return Situation(
        participant=agreement.counterparty,
        claims=known.claims if known else claims,
        agreed_at=agreement.agreed_at,
        usage=await plane.store.usage(agreement.owner, agreement.id),
        format=transfer_format,
        performed=facts.performed(await plane.store.duties(agreement.owner, agreement.id), transfer),
    )


def of_agreement(plane: Plane, process: ContractNegotiation) -> Judgement:
    """Decide the offer that is on the table as it is agreed, for the record: a person may have the last word."""
    situation = Situation(participant=process.peer, claims=claims_of(process.evidence), agreed_at=plane.now())
    return judge(plane, process.offer, situation, process.dataset, Phase.NEGOTIATION)


def claims_of(shown: bytes) -> dict[str, tuple[str, ...]]:
    """Return the verified claims that were kept with a process or an agreement."""
    document = msgspec.json.decode(shown)
    claims = document.get("claims") or {}
    return {name: tuple(values) for name, values in claims.items()}
