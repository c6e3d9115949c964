"""The reasons of a decision for the counterparty: the expected value, the value that was found, and the remedy.

Pure: standard library only.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from connector.language.catalogue import Language, find_sentence, read_grammar, say
from connector.policy.comparing.moments import compare
from connector.policy.model.decision import AtomVerdict, Decision, DutyTask, Explanation, Reason, RuleVerdict, Verdict
from connector.policy.model.policy import ODRL, AtomicConstraint, LogicalConstraint
from connector.policy.model.values import Day, Instant, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.vocabulary.sorts import coerce, find_unplaced
from connector.policy.words import figures
from connector.policy.words.constraint import write_constraint, write_predicate, write_value
from connector.policy.words.names import action_name, subject

_Atoms: TypeAlias = Mapping[tuple[str, str], AtomVerdict]

_ORIGINS = frozenset({"request", "credential", "agreement", "connector"})
_PURPOSE = ODRL + "purpose"
_MISMATCHES = ("action_matches", "target_matches", "assignee_matches")
_MOST_LISTED = 10
_LONGEST = 200


def reasons(found: Decision | Explanation, registry: Registry, language: Language) -> tuple[str, ...]:
    """Describe the reasons of a decision.

    Parameters:
        found: a decision, or an explanation, which has more to say about choices and prohibitions.
        registry: the registry with which the policy was compiled.
        language: the language of the texts.

    Returns:
        One text for each reason, the most important one first, none twice: the obstacle or the open condition, then
        the remedy.

    >>> policy = compiled("dk:role eq planner")
    >>> reasons(explain(policy, request, world, Phase.ACCESS), registry, "en")
    ('Role: expected “planner”; nothing proved. Present a matching credential.',)
    """
    decision = found.decision if isinstance(found, Explanation) else found
    rules = found.rules if isinstance(found, Explanation) else ()
    atoms = {(rule.uid, atom.path): atom for rule in rules for atom in _atoms((*rule.refinements, *rule.constraints))}
    tasks = {task.uid: task for task in (*decision.duties, *(task for rule in rules for task in rule.duties))}
    texts = [_one(reason, rules, atoms, tasks, registry, language) for reason in decision.reasons]
    if decision.verdict is Verdict.DEFERRED:
        texts = [say(language, "reasons.deferred")]
    for reason in decision.deferred:
        text = _one(reason, rules, atoms, tasks, registry, language)
        texts.append(say(language, "reasons.still-open", reason=text))
    return tuple(dict.fromkeys(texts))


def _atoms(verdicts: Iterable[AtomVerdict]) -> Iterator[AtomVerdict]:
    for verdict in verdicts:
        yield verdict
        yield from _atoms(verdict.children)


def _one(
    reason: Reason,
    rules: tuple[RuleVerdict, ...],
    atoms: _Atoms,
    tasks: Mapping[str, DutyTask],
    registry: Registry,
    language: Language,
) -> str:
    if reason.code in {"constraint-false", "constraint-unknown"}:
        known = atoms.get((reason.rule, reason.atom))
        if reason.operand not in registry.operands:
            return _choice(known, registry, language)
        constraint = known.constraint if known is not None else _rebuild(reason, registry)
        assert isinstance(constraint, AtomicConstraint)
        price = _find_price(reason.rule, atoms, registry)
        return _atom(constraint, reason.found, reason.code, price, registry, language)
    if reason.code == "duty-not-performed":
        return _duty(tasks.get(reason.atom), registry, language)
    if reason.code == "duty-lost":
        task = tasks.get(reason.atom)
        name = action_name(task.action, registry, language) if task else say(language, "reasons.some-duty")
        return say(language, "reasons.duty-lost", action=name)
    if reason.code == "transform-unavailable":
        return _transform(reason, registry, language)
    if reason.code == "no-rule-matches":
        return _no_match(rules, language)
    sentences = [say(language, f"reasons.code-{reason.code}")]
    remedy = find_sentence(language, f"reasons.remedy-{reason.code}")
    if reason.code == "prohibited":
        sentences += _prohibiting(reason, rules, registry, language)
        named = [atom for rule in rules if rule.uid == reason.rule for atom in (*rule.refinements, *rule.constraints)]
        remedy = say(language, "reasons.remedy-purpose") if _lacks_purpose(named) else remedy
    return " ".join([*sentences, remedy] if remedy else sentences)


def _find_price(rule: str, atoms: _Atoms, registry: Registry) -> AtomicConstraint | None:
    """Return the constraint that says which amount a rule demands, if it has one."""
    constraints = (atom.constraint for (uid, _), atom in atoms.items() if uid == rule)
    amounts = (found for found in constraints if isinstance(found, AtomicConstraint))
    return next((found for found in amounts if registry.operands[found.left].fact == "payAmount"), None)


def _atom(
    constraint: AtomicConstraint,
    found: tuple[Value, ...],
    code: str,
    price: AtomicConstraint | None,
    registry: Registry,
    language: Language,
) -> str:
    operand = registry.operands[constraint.left]
    text = say(
        language,
        "reasons.atom",
        operand=read_grammar(language).capitalise(subject(constraint.left, registry, language)),
        wanted=write_predicate(constraint, registry, language),
        found=_say_found(operand, found, registry, language, missing=code == "constraint-unknown"),
    )
    remedy = _choose_remedy(constraint, operand, found, registry)
    if remedy == "pay" and price is not None:
        return f"{text} {say(language, 'reasons.pay', amount=write_predicate(price, registry, language))}"
    return f"{text} {say(language, f'reasons.remedy-{remedy}')}"


def _say_found(
    operand: Operand, found: tuple[Value, ...], registry: Registry, language: Language, *, missing: bool
) -> str:
    origin = "asset" if operand.of_asset else operand.source if operand.source in _ORIGINS else "other"
    verb = say(language, f"reasons.verb-{origin}")
    if not found or (missing and len(found) == 1 and not operand.taxonomy):
        return say(language, "reasons.nothing", verb=verb)
    if operand.code == "elapsed_time" and isinstance(found[0], Instant):
        return say(language, "reasons.agreed-at", at=figures.write_instant(found[0], language, registry.zone))
    shown = [_shorten(write_value(value, operand, registry, language)) for value in found[:_MOST_LISTED]]
    rest = ["…"] if len(found) > _MOST_LISTED else []
    key = (
        "several" if missing and len(found) > 1 else "unplaced" if find_unplaced(found, operand, registry) else "values"
    )
    return say(language, f"reasons.{key}", verb=verb, values=", ".join([*shown, *rest]))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _choose_remedy(constraint: AtomicConstraint, operand: Operand, found: tuple[Value, ...], registry: Registry) -> str:
    if constraint.left == _PURPOSE:
        return "purpose"
    if operand.fact in {"paymentState", "payAmount"}:
        return "pay"
    if operand.fact.startswith(("usesPer", "usesIn", "requestsPer")):
        return "limit"
    if constraint.left == ODRL + "dateTime" and _is_over(constraint, found, registry):
        return "over"
    if operand.code == "elapsed_time" and constraint.operator in {"gt", "gteq"}:
        return "clock"
    return "asset" if operand.of_asset else operand.source


def _is_over(constraint: AtomicConstraint, found: tuple[Value, ...], registry: Registry) -> bool:
    """Return whether no later time meets a condition on the time that is not met at the time that was found."""
    points = [value for value in constraint.right if isinstance(value, Instant | Day)]
    if constraint.operator in {"lt", "lteq"} or not points:
        return constraint.operator in {"lt", "lteq"}
    at = [value.at for value in found if isinstance(value, Instant)]
    named = "eq" if constraint.operator in {"eq", "isAnyOf"} else "neq"
    edges = [edge for point in points for edge in compare(named, point, registry.zone).edges]
    return bool(at) and all(edge <= at[0] for edge in edges)


def _rebuild(reason: Reason, registry: Registry) -> AtomicConstraint:
    """Return the constraint of a reason, as far as the reason describes it."""
    operand = registry.operands[reason.operand]
    operator, _space, rest = reason.expected.partition(" ")
    parts = rest.split(", ") if operator in {"isAnyOf", "isAllOf", "isNoneOf"} else [rest]
    right = tuple(coerce(Text(part), operand, registry) or Text(part) for part in parts)
    return AtomicConstraint(operand.iri, operator, right)


def _choice(known: AtomVerdict | None, registry: Registry, language: Language) -> str:
    if known is None:
        return say(language, "reasons.choice-unmet")
    end_sentence = read_grammar(language).end_sentence
    unmet = end_sentence(
        say(language, "reasons.unmet", constraint=write_constraint(known.constraint, registry, language))
    )
    facts = [
        f"{subject(atom.constraint.left, registry, language)}: "
        + _say_found(
            registry.operands[atom.constraint.left], atom.found, registry, language, missing=atom.verdict is None
        )
        for atom in _atoms(known.children)
        if isinstance(atom.constraint, AtomicConstraint)
    ]
    remedies = [say(language, "reasons.meet-condition")]
    if _lacks_purpose(known.children):
        remedies.append(say(language, "reasons.remedy-purpose"))
    return " ".join([unmet, *(end_sentence(fact) for fact in dict.fromkeys(facts)), *remedies])


def _lacks_purpose(verdicts: Iterable[AtomVerdict]) -> bool:
    """Return whether a condition asks for a purpose that nobody stated."""
    return any(
        isinstance(atom.constraint, AtomicConstraint) and atom.constraint.left == _PURPOSE and atom.verdict is None
        for atom in _atoms(verdicts)
    )


def _prohibiting(reason: Reason, rules: tuple[RuleVerdict, ...], registry: Registry, language: Language) -> list[str]:
    """Return the conditions under which the prohibition applies, with the facts that were found."""
    texts = []
    for rule in rules:
        if rule.uid != reason.rule or rule.kind != "prohibition":
            continue
        for atom in (*rule.refinements, *rule.constraints):
            text = write_constraint(atom.constraint, registry, language)
            if isinstance(atom.constraint, LogicalConstraint):
                texts.append(say(language, "reasons.forbidden", constraint=text))
                continue
            operand = registry.operands[atom.constraint.left]
            fact = _say_found(operand, atom.found, registry, language, missing=atom.verdict is None)
            texts.append(say(language, "reasons.forbidden-found", constraint=text, found=fact))
    return [read_grammar(language).end_sentence(text) for text in dict.fromkeys(texts)]


def _no_match(rules: tuple[RuleVerdict, ...], language: Language) -> str:
    permissions = [rule for rule in rules if rule.kind == "permission"]
    missing = (member for member in _MISMATCHES if not any(getattr(rule, member) for rule in permissions))
    member = next(missing, None) if permissions else None
    fact = say(language, f"reasons.no-rule-{member}" if member else "reasons.code-no-rule-matches")
    return f"{fact} {say(language, 'reasons.remedy-no-rule-matches')}"


def _duty(task: DutyTask | None, registry: Registry, language: Language) -> str:
    grammar = read_grammar(language)
    name = action_name(task.action, registry, language) if task else say(language, "reasons.some-duty")
    sentences = [grammar.end_sentence(say(language, "reasons.duty-first", action=name))]
    if task is not None and task.assignee:
        party = grammar.quote(task.assignee)
        sentences.append(grammar.end_sentence(say(language, "reasons.in-charge", party=party)))
    return " ".join([*sentences, say(language, "reasons.then-access")])


def _transform(reason: Reason, registry: Registry, language: Language) -> str:
    action = next((iri for iri, name in registry.transforms.items() if name == reason.expected), reason.expected)
    missing = say(language, "reasons.cannot-transform", action=action_name(action, registry, language))
    remedy = say(language, "reasons.remedy-row-filter-unavailable")
    return f"{read_grammar(language).end_sentence(missing)} {remedy}"
