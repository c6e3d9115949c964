"""Decides requests and offers that differ from the published offer or from the consumer's own request.

Only policies decide. A provider grants at most its private reservation policy, which the peer never receives. A
consumer accepts an offer that grants no more than it requested and that contains only duties it requested. Neither side
signs unseen what binds it, or text, that is not in a policy of its own.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from connector.controlplane.core import documents, instants
from connector.controlplane.core.context import Context
from connector.controlplane.core.messages import sort_parties
from connector.controlplane.judging import acceptance, decision_records, judgement
from connector.controlplane.judging.declared import declare
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.facts import Situation
from connector.controlplane.processes import unseen_text
from connector.language.catalogue import Language, say, say_in_all, write_in_all
from connector.policy.analysis import negotiate
from connector.policy.analysis.burdens import find_burdens
from connector.policy.analysis.contains import contains
from connector.policy.analysis.duties import is_fulfilled
from connector.policy.analysis.findings import Containment, Finding
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.compiling.compiled import Compiled, CompiledDuty, walk_duties
from connector.policy.model.decision import ENGINE_VERSION
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Phase
from connector.policy.words import findings
from connector.policy.words.names import action_name
from connector.ports.decider import Agree, HoldFor, MakeOffer, Proceed, Terminate
from connector.ports.entities import Asset
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation

MOST_REASONS = 3
# A usual comparison takes a fraction of it. The event loop is held meanwhile, so what takes more waits for a person.
NEGOTIATED_STEPS = 15_000


def provide(evaluator: Evaluator, process: Negotiation, asset: Asset, situation: Situation) -> Proceed | HoldFor:
    """Answer a request whose policy differs from the offer of the asset.

    Agree if the offer contains it, send a counter-offer if the two overlap, and terminate if they have nothing in
    common or the policy denies this peer. Hold for a person if this is undecided or after too many rounds.
    """
    asked = frame(evaluator.context, process, process.offer)
    unfit = acceptance.find_unenforceable(evaluator.library, asked, situation.data)
    if unfit is not None:
        return end("not-acceptable", unfit.texts, {"verdict": "deny", "reasons": [unfit.code]})
    offered = frame(evaluator.context, process, asset.policy)
    reserved = frame(evaluator.context, process, asset.reservation) if asset.reservation else None
    judged: dict[str, Any] = {}
    wanted = evaluator.library.compile(asked)
    if isinstance(wanted, Compiled):
        situation = declare(situation, wanted)  # the offer is judged for the same purpose
    for alternatives in ((asked,), (offered, reserved) if reserved else (offered,)):
        verdicts = [judgement.judge(evaluator, terms, situation, asset.id, Phase.NEGOTIATION) for terms in alternatives]
        # What the vocabulary does not say of a declared purpose is compared, and left to a person.
        unsaid = alternatives != (asked,) and situation.purpose is not None
        if all(verdict.denied and not (unsaid and _is_unknown(verdict)) for verdict in verdicts):
            return end("not-permitted", verdicts[0].reasons, verdicts[0].record)
        judged = judged or verdicts[0].record
    if isinstance(wanted, Compiled):
        now = instants.instant(evaluator.context.now())
        unfit = acceptance.find_ruled_out(evaluator.library, wanted, now, situation.data)
        if unfit is not None:
            return end("not-acceptable", unfit.texts, {**judged, "verdict": "deny", "reasons": [unfit.code]})
    policies = [evaluator.library.compile(terms) for terms in (offered, asked, *([reserved] if reserved else []))]
    known = [policy for policy in policies if isinstance(policy, Compiled)]
    if len(known) < len(policies):
        return hold(say_in_all("processes.other-terms"), "provider", judged)
    answer = negotiate.respond(
        known[0],
        known[1],
        uid=process.offer_id or asset.offer_id,
        concessions=known[2:],
        # Every message with a policy counts as a round; every second one is a request.
        round_number=(process.rounds + 1) // 2,
        now=instants.instant(evaluator.context.now()),
        budget=StepBudget(NEGOTIATED_STEPS),
    )
    if isinstance(answer, negotiate.AcceptRequest | negotiate.CounterOffer):
        own = [asset.policy, *([asset.reservation] if asset.reservation else [])]
        unseen = _hold_unseen(evaluator, process, own, payer=process.peer)
        if unseen is not None:
            return unseen
    return _step(
        evaluator, answer, {**judged, "compared": decision_records.record_comparison(answer, known[0].policy_hash)}
    )


def _is_unknown(verdict: judgement.Judgement) -> bool:
    """Return whether a denial has no other reason than facts that are not known."""
    return set(verdict.record.get("reasons", ())) == {"constraint-unknown"}


def _step(evaluator: Evaluator, answer: negotiate.TermsAnswer, judged: dict[str, Any]) -> Proceed | HoldFor:
    match answer:
        case negotiate.AcceptRequest():
            return Proceed(Agree(), judged)
        case negotiate.CounterOffer(policy):
            document = dump(policy)
            # The context of the protocol has no term for it; the wire profile assumes `prohibit` if it is missing.
            document.pop("conflict", None)
            return Proceed(MakeOffer(msgspec.json.encode(document)), judged)
        case negotiate.NoAgreement(reasons) if not any(reason.code == "rounds-exhausted" for reason in reasons):
            return end("no-common-terms", _texts(evaluator, reasons), judged)
        case negotiate.NoAgreement(reasons) | negotiate.PersonNeeded(reasons):
            found = _texts(evaluator, reasons)
            texts = write_in_all(lambda language: f"{say(language, 'processes.other-terms')} {found[language]}".strip())
            return hold(texts, "provider", judged)


def consume(evaluator: Evaluator, process: Negotiation) -> Proceed | HoldFor | None:
    """Return the end of a negotiation whose offer cannot be accepted, or the hold for a person who has to check it.

    None if the offer can be accepted.
    """
    unfit = refuse_terms(evaluator, process, process.offer)
    if unfit is not None:
        return unfit
    if process.asked is None:
        return hold(say_in_all("processes.own-offer"), "consumer", _record_open("not-asked-for"))
    if documents.has_same_rules(process.asked, process.offer):
        if documents.has_other_names(process.asked, process.offer):
            return hold(say_in_all("processes.offer-differs"), "consumer", _record_open("other-names"))
        return None
    asked = evaluator.library.compile(frame(evaluator.context, process, process.asked))
    offered = evaluator.library.compile(frame(evaluator.context, process, process.offer))
    if isinstance(asked, PolicyError) or isinstance(offered, PolicyError):
        return hold(say_in_all("processes.offer-differs"), "consumer", _record_open("not-compared"))
    found = contains(asked, offered, StepBudget(NEGOTIATED_STEPS))
    if found.verdict is not Containment.CONTAINED:
        compared = {"with": offered.policy_hash, "findings": decision_records.record_findings(found.reasons)}
        judged = {**_record_open("offer-differs"), "policy": asked.policy_hash, "compared": compared}
        return hold(say_in_all("processes.offer-differs"), "consumer", judged)
    mine = tuple(walk_duties(asked))
    new = [duty for duty in walk_duties(offered) if is_fulfilled(duty, mine) is not True]
    if new:
        return hold(
            _say_duties(evaluator, new), "consumer", {**_record_open("new-duties"), "policy": asked.policy_hash}
        )
    return _hold_unseen(evaluator, process, [process.asked], payer=None)


def _hold_unseen(evaluator: Evaluator, process: Negotiation, own: list[bytes], *, payer: str | None) -> HoldFor | None:
    """Hold terms that bind us, or that state a text, beyond our own policies; `payer` may owe more than they say."""
    who = "consumer" if process.role is Role.CONSUMER else "provider"
    text = unseen_text.find_unseen(process.offer, own)
    if text is not None:
        texts = say_in_all("processes.unseen-text", member=text[:100])
        return hold(texts, who, _record_open("unseen-text"))
    # A consumer owes what names nobody; a provider lets the consumer owe more only if a rule says so itself.
    framed = frame if payer is None else _frame_open
    asked, *mine = (
        evaluator.library.compile(framed(evaluator.context, process, policy)) for policy in (process.offer, *own)
    )
    known = [policy for policy in mine if isinstance(policy, Compiled)]
    if isinstance(asked, PolicyError) or len(known) < len(mine):
        return hold(say_in_all("processes.other-terms"), who, _record_open("not-compared"))
    added = find_burdens(asked, known, payer=payer)
    if not added:
        return None
    codes = {"verdict": "open", "reasons": list(dict.fromkeys(finding.code for finding in added))}
    return hold(_texts(evaluator, added), who, {**codes, "engine": ENGINE_VERSION, "policy": asked.policy_hash})


def refuse_terms(evaluator: Evaluator, process: Negotiation, terms: bytes) -> Proceed | None:
    """Return the end of a negotiation on terms of a provider that this connector does not agree to, or None."""
    unfit = acceptance.find_unacceptable(evaluator.library, frame(evaluator.context, process, terms))
    if unfit is None:
        return None
    texts = write_in_all(lambda language: say(language, "processes.not-acceptable", reason=unfit.texts[language]))
    return end("not-acceptable", texts, {"verdict": "deny", "reasons": [unfit.code]})


def end(code: str, texts: dict[str, str], judged: dict[str, Any]) -> Proceed:
    """Terminate: the counterparty receives the English reason, staff read it in their language, and it is on record."""
    return Proceed(Terminate(code, texts["en"], texts), judged)


def hold(texts: dict[str, str], who: str, judged: dict[str, Any]) -> HoldFor:
    """Hold the process for a person."""
    return HoldFor(reason=texts["en"], who=who, reasons=texts, judged=judged)


def _record_open(code: str) -> dict[str, Any]:
    return {"verdict": "open", "reasons": [code], "engine": ENGINE_VERSION}


def frame(context: Context, process: Negotiation, policy: bytes) -> bytes:
    """Return a policy as an Offer with the dataset and the parties of the later agreement."""
    consumer, provider = sort_parties(context, process)
    return documents.make_message_offer(
        policy, offer_id="urn:uuid:terms", target=process.dataset, assigner=provider, assignee=consumer
    )


def _frame_open(context: Context, process: Negotiation, policy: bytes) -> bytes:
    """Return a policy as an Offer in which only a rule itself names the party that it binds."""
    _, provider = sort_parties(context, process)
    return documents.make_message_offer(policy, offer_id="urn:uuid:terms", target=process.dataset, assigner=provider)


def _texts(evaluator: Evaluator, reasons: Iterable[Finding]) -> dict[str, str]:
    first = tuple(reasons)[:MOST_REASONS]
    operands = evaluator.library.operands
    return write_in_all(
        lambda language: " ".join(dict.fromkeys(findings.say(reason, operands, language) for reason in first))
    )


def _say_duties(evaluator: Evaluator, duties: list[CompiledDuty]) -> dict[str, str]:
    operands = evaluator.library.operands
    actions = dict.fromkeys(duty.duty.action[0].iri for duty in duties)

    def name(language: Language) -> str:
        names = ", ".join(action_name(action, operands, language) for action in actions)
        return say(language, "processes.new-duties", duties=names)

    return write_in_all(name)
