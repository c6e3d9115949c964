"""Records of decisions: the hash of the policy, the engine version, the verdict of each rule, and the used values.

A record omits the values of operands that are personal or belong to single records, but names those operands.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector.language.catalogue import Language, read_grammar, say
from connector.policy.analysis.findings import Finding
from connector.policy.analysis.negotiate import AcceptRequest, CounterOffer, NoAgreement, PersonNeeded, TermsAnswer
from connector.policy.model.decision import AtomVerdict, Decision, Explanation, RuleVerdict
from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.situation import Truth
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import findings
from connector.policy.words.names import subject

# Of one decision: rules, constraints of a rule, values of a constraint, characters of a value.
MOST_RULES, MOST_ATOMS, MOST_VALUES, LONGEST_VALUE = 50, 50, 10, 200
MOST_REASONS = 5
MOST_TOLD = 5

_VERDICTS = frozenset({"permit", "deferred", "deny"})
_WORDS: dict[Truth, str] = {True: "true", False: "false", None: "unknown"}
# The result of a comparison, as audit leaves have it.
_COMPARED: dict[type, str] = {
    AcceptRequest: "agree",
    CounterOffer: "counter",
    NoAgreement: "terminate",
    PersonNeeded: "hold",
}


def record_decision(decision: Decision) -> dict[str, Any]:
    """Return the record that every decision has."""
    return {
        "verdict": decision.verdict.value,
        "policy": decision.policy_hash,
        "engine": decision.engine_version,
        "reasons": [reason.code for reason in decision.reasons[:MOST_REASONS]],
    }


def record_explanation(found: Explanation, operands: Registry) -> dict[str, Any]:
    """Return the record with the verdict of each rule and each constraint, and the values behind them."""
    return {**record_decision(found.decision), "rules": [_rule(rule, operands) for rule in found.rules[:MOST_RULES]]}


def record_comparison(answer: TermsAnswer, offer: str) -> dict[str, Any]:
    """Return the record of a comparison of a request with the offer (a hash), without the reservation policy."""
    found = {"found": _COMPARED[type(answer)], "with": offer}
    return {
        **found,
        "findings": record_findings(answer.reasons if isinstance(answer, NoAgreement | PersonNeeded) else ()),
    }


def record_findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return the differences of two policies, by code and operand."""
    return [{"code": entry.code, "operands": list(entry.operands)} for entry in tuple(found)[:MOST_REASONS]]


def say_record(record: Mapping[str, Any], operands: Registry, language: Language) -> tuple[str, ...]:
    """Return a record in words: the verdict, the constraints that were not true, and the differences of policies."""
    verdict = str(record.get("verdict"))
    sentences = [say(language, f"records.verdict-{verdict if verdict in _VERDICTS else 'open'}")]
    atoms = [entry for rule in record.get("rules", ()) for entry in rule["constraints"] if entry["verdict"] != "true"]
    for entry in atoms[:MOST_TOLD]:
        values = ", ".join(entry.get("found", ()))
        sentence = say(
            language,
            f"records.condition-{entry['verdict']}",
            operand=read_grammar(language).capitalise(subject(entry["operand"], operands, language)),
            found=say(language, "records.found", values=values) if values else "",
            declared=say(language, "records.declared") if entry.get("trust") == "declared" else "",
        )
        sentences.append(sentence)
    compared = record.get("compared", {})
    parts = [Finding(entry["code"], operands=tuple(entry["operands"])) for entry in compared.get("findings", ())]
    return (*sentences, *(findings.say(part, operands, language) for part in parts))


def _rule(rule: RuleVerdict, operands: Registry) -> dict[str, Any]:
    atoms = [_atom(atom, operands) for verdict in (*rule.refinements, *rule.constraints) for atom in _leaves(verdict)]
    return {
        "rule": rule.uid,
        "kind": rule.kind,
        "applies": _WORDS[rule.applies],
        "constraints": atoms[:MOST_ATOMS],
        "duties": {duty.uid: duty.state for duty in rule.duties},
    }


def _leaves(verdict: AtomVerdict) -> Iterator[AtomVerdict]:
    if isinstance(verdict.constraint, AtomicConstraint):
        yield verdict
    for child in verdict.children:
        yield from _leaves(child)


def _atom(atom: AtomVerdict, operands: Registry) -> dict[str, Any]:
    assert isinstance(atom.constraint, AtomicConstraint)
    operand = operands.operands[atom.constraint.left]
    fields: dict[str, Any] = {
        "operand": operand.iri,
        "operator": atom.constraint.operator,
        "verdict": _WORDS[atom.verdict],
        "trust": operand.trust,
    }
    if operand.per_record or operand.personal:
        return fields
    return {**fields, "found": [to_lexical(value)[0][:LONGEST_VALUE] for value in atom.found[:MOST_VALUES]]}
