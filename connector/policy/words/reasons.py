"""Why a decision came out as it did, for the other party: what was expected, what was found, what would change it.

Pure: standard library only.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from connector.policy.model.decision import AtomVerdict, Decision, DutyTask, Explanation, Reason, RuleVerdict, Verdict
from connector.policy.model.model import ODRL, AtomicConstraint, Instant, LogicalConstraint, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words import figures
from connector.policy.words.constraint import phrase, predicate, subject, value_text
from connector.policy.words.language import Language, Pair, choose, full_stop, quote
from connector.policy.words.rule import action_name

_Atoms: TypeAlias = Mapping[tuple[str, str], AtomVerdict]

_FOUND: dict[str, Pair] = {
    "request": ("angegeben", "stated"),
    "credential": ("nachgewiesen", "proved"),
    "agreement": ("vereinbart", "agreed"),
    "connector": ("gemeldet", "reported"),
}
_REMEDIES: dict[str, Pair] = {
    "request": ("Ändern Sie die Angabe.", "Change what you state."),
    "credential": ("Legen Sie einen passenden Nachweis vor.", "Present a matching credential."),
    "agreement": ("Dafür ist ein neuer Vertrag nötig.", "This needs a new agreement."),
    "clock": ("Fragen Sie später noch einmal.", "Ask again later."),
    "counter": ("Dafür ist ein neuer Vertrag nötig.", "This needs a new agreement."),
    "connector": ("Stellen Sie Ihren Konnektor um.", "Set up your connector accordingly."),
    "state": ("Fragen Sie nach einer Änderung noch einmal.", "Ask again once this has changed."),
    "record": ("Das ändern nur die Daten selbst.", "Only the data can change this."),
}
_PAY: Pair = ("Bezahlen Sie den offenen Betrag.", "Pay what is due.")
_OVER: Pair = ("Dafür ist ein neuer Vertrag nötig.", "This needs a new agreement.")
_CODES: dict[str, tuple[Pair, Pair]] = {
    "permitted": (("Die Anfrage ist erlaubt.", "The request is permitted."), ("", "")),
    "prohibited": (
        ("Ein Verbot dieser Regeln trifft zu.", "A prohibition of these rules applies."),
        ("Stellen Sie eine andere Anfrage.", "Make a different request."),
    ),
    "no-rule-matches": (
        ("Keine Erlaubnis passt zu dieser Anfrage.", "No permission covers this request."),
        ("Dafür ist ein neuer Vertrag nötig.", "This needs a new agreement."),
    ),
    "void": (
        ("Diese Regeln sind ungültig.", "These rules are void."),
        ("Der Anbieter muss neue Regeln machen.", "The provider has to make new rules."),
    ),
    "conflict": (
        ("Erlaubnis und Verbot widersprechen sich.", "A permission and a prohibition contradict each other."),
        ("Der Anbieter muss die Regeln ändern.", "The provider has to change the rules."),
    ),
    "offer-is-no-grant": (
        ("Ein Angebot allein erlaubt nichts.", "An offer alone allows nothing."),
        ("Schließen Sie zuerst einen Vertrag.", "Make an agreement first."),
    ),
    "row-filter-unavailable": (
        ("Einzelne Datensätze lassen sich hier nicht weglassen.", "Single records cannot be left out here."),
        ("Fragen Sie nach einem anderen Lieferweg.", "Ask for another way of delivery."),
    ),
}
_MISMATCHES: tuple[tuple[str, Pair], ...] = (
    ("action_matches", ("Keine Erlaubnis gilt für diese Handlung.", "No permission covers this action.")),
    ("target_matches", ("Keine Erlaubnis gilt für diese Daten.", "No permission covers these data.")),
    ("assignee_matches", ("Keine Erlaubnis gilt für diese Partei.", "No permission covers this party.")),
)
_MOST_LISTED = 10
_LONGEST = 200


def reasons(found: Decision | Explanation, registry: Registry, language: Language) -> tuple[str, ...]:
    """Say why.

    Parameters:
        found: a decision; an explanation says more about choices and prohibitions.
        registry: with which the policy was compiled.
        language: `de` or `en`.

    Returns:
        One text a reason, most important first, none twice: what stands in the way or is still open, then what would
        change it.
    """
    decision = found.decision if isinstance(found, Explanation) else found
    rules = found.rules if isinstance(found, Explanation) else ()
    atoms = {(rule.uid, atom.path): atom for rule in rules for atom in _atoms((*rule.refinements, *rule.constraints))}
    tasks = {task.uid: task for task in (*decision.duties, *(task for rule in rules for task in rule.duties))}
    said = [_one(reason, rules, atoms, tasks, registry, language) for reason in decision.reasons]
    still_open = choose(language, ("Noch offen: {}", "Still open: {}"))
    for reason in decision.deferred:
        said += [still_open.format(_one(reason, rules, atoms, tasks, registry, language))]
    if decision.verdict is Verdict.DEFERRED:
        head = ("Die Anfrage ist vorläufig erlaubt.", "The request is permitted for now.")
        said[: len(decision.reasons)] = [choose(language, head)]
    return tuple(dict.fromkeys(said))


def _atoms(verdicts: tuple[AtomVerdict, ...]) -> Iterator[AtomVerdict]:
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
        return _atom(constraint, reason.found, reason.code, registry, language)
    if reason.code == "duty-not-performed":
        return _duty(tasks.get(reason.atom), registry, language)
    if reason.code == "transform-unavailable":
        return _transform(reason, registry, language)
    if reason.code == "no-rule-matches":
        return _no_match(rules, language)
    fact, remedy = _CODES[reason.code]
    said = [choose(language, fact)]
    if reason.code == "prohibited":
        said += _prohibiting(reason, rules, registry, language)
    return " ".join([*said, choose(language, remedy)]).strip()


def _atom(
    constraint: AtomicConstraint, found: tuple[Value, ...], code: str, registry: Registry, language: Language
) -> str:
    operand = registry.operands[constraint.left]
    wanted = predicate(constraint, registry, language)
    seen = _say_seen(operand, found, registry, language, missing=code == "constraint-unknown")
    text = choose(language, ("{}: erwartet {}; {}.", "{}: expected {}; {}.")).format(
        full_stop(subject(constraint.left, registry, language))[:-1], wanted, seen
    )
    return f"{text} {choose(language, _remedy(constraint, operand))}"


def _say_seen(
    operand: Operand, found: tuple[Value, ...], registry: Registry, language: Language, *, missing: bool
) -> str:
    verb = choose(language, _FOUND.get(operand.source, ("gefunden", "found")))
    if not found or missing:
        return f"{choose(language, ('nichts', 'nothing'))} {verb}"
    if operand.code == "elapsed_time" and isinstance(found[0], Instant):
        made = figures.instant(found[0], language)
        return choose(language, ("Vertragsschluss am {}", "agreement made on {}")).format(made)
    shown = [_shorten(value_text(value, operand, registry, language)) for value in found[:_MOST_LISTED]]
    rest = ["…"] if len(found) > _MOST_LISTED else []
    return f"{verb} {', '.join([*shown, *rest])}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _remedy(constraint: AtomicConstraint, operand: Operand) -> Pair:
    if operand.fact in {"paymentState", "payAmount"}:
        return _PAY
    if constraint.left == ODRL + "dateTime" and constraint.operator in {"lt", "lteq", "eq", "isAnyOf"}:
        return _OVER
    if operand.code == "elapsed_time" and constraint.operator in {"gt", "gteq"}:
        return _REMEDIES["clock"]
    return _REMEDIES[operand.source]


def _rebuild(reason: Reason, registry: Registry) -> AtomicConstraint:
    """The constraint as far as the reason alone tells it."""
    operand = registry.operands[reason.operand]
    operator, _space, rest = reason.expected.partition(" ")
    parts = rest.split(", ") if operator in {"isAnyOf", "isAllOf", "isNoneOf"} else [rest]
    right = tuple(coerce(Text(part), operand, registry) or Text(part) for part in parts)
    return AtomicConstraint(operand.iri, operator, right)


def _choice(known: AtomVerdict | None, registry: Registry, language: Language) -> str:
    if known is None:
        return choose(
            language,
            (
                "Eine Auswahl von Bedingungen ist nicht erfüllt. Ändern Sie die Anfrage.",
                "A choice of conditions is not met. Change the request.",
            ),
        )
    said = choose(language, ("Nicht erfüllt: {}", "Not met: {}")).format(phrase(known.constraint, registry, language))
    seen = [
        f"{subject(atom.constraint.left, registry, language)}: "
        + _say_seen(
            registry.operands[atom.constraint.left], atom.found, registry, language, missing=atom.verdict is None
        )
        for atom in _atoms(known.children)
        if isinstance(atom.constraint, AtomicConstraint)
    ]
    remedy = ("Erfüllen Sie diese Bedingung.", "Meet this condition.")
    return " ".join([full_stop(said), *(full_stop(entry) for entry in dict.fromkeys(seen)), choose(language, remedy)])


def _prohibiting(reason: Reason, rules: tuple[RuleVerdict, ...], registry: Registry, language: Language) -> list[str]:
    """The conditions under which the prohibition applies, as they were found."""
    said = []
    for rule in rules:
        if rule.uid != reason.rule or rule.kind != "prohibition":
            continue
        for atom in (*rule.refinements, *rule.constraints):
            text = phrase(atom.constraint, registry, language)
            if isinstance(atom.constraint, LogicalConstraint):
                said.append(full_stop(choose(language, ("verboten: {}", "forbidden: {}")).format(text)))
                continue
            operand = registry.operands[atom.constraint.left]
            seen = _say_seen(operand, atom.found, registry, language, missing=atom.verdict is None)
            said.append(full_stop(choose(language, ("verboten: {}; {}", "forbidden: {}; {}")).format(text, seen)))
    return list(dict.fromkeys(said))


def _no_match(rules: tuple[RuleVerdict, ...], language: Language) -> str:
    permissions = [rule for rule in rules if rule.kind == "permission"]
    fact, remedy = _CODES["no-rule-matches"]
    for member, sentence in _MISMATCHES:
        if permissions and not any(getattr(rule, member) for rule in permissions):
            fact = sentence
            break
    return f"{choose(language, fact)} {choose(language, remedy)}"


def _duty(task: DutyTask | None, registry: Registry, language: Language) -> str:
    name = action_name(task.action, registry, language) if task else choose(language, ("eine Pflicht", "a duty"))
    said = [
        full_stop(
            choose(language, ("Vorher nötig: {}; bisher nicht getan", "Needed first: {}; not done so far")).format(name)
        )
    ]
    if task is not None and task.assignee:
        said.append(
            full_stop(choose(language, ("zuständig: {}", "in charge: {}")).format(quote(task.assignee, language)))
        )
    said.append(choose(language, ("Danach ist der Zugriff möglich.", "Access is possible afterwards.")))
    return " ".join(said)


def _transform(reason: Reason, registry: Registry, language: Language) -> str:
    action = next((iri for iri, name in registry.transforms.items() if name == reason.expected), reason.expected)
    name = action_name(action, registry, language)
    missing = choose(
        language,
        ("Dieser Lieferweg kann nicht: {}", "This way of delivery cannot: {}"),
    ).format(name)
    return f"{full_stop(missing)} {choose(language, _CODES['row-filter-unavailable'][1])}"
