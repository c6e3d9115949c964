"""What changed between two versions of a policy, and what would change a denial, for people.

Pure: standard library only.
"""

from connector.policy.analysis.difference import PolicyChange, Width
from connector.policy.analysis.why import PermitPath, PermitStep
from connector.policy.model.model import AtomicConstraint, Constraint, Instant
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import figures
from connector.policy.words.constraint import phrase, phrases, predicate, subject
from connector.policy.words.language import Language, Pair, choose, full_stop, join, quote
from connector.policy.words.rule import action_name

_KINDS: dict[str, Pair] = {
    "added": ("neu", "new"),
    "removed": ("entfallen", "removed"),
    "widened": ("erweitert", "widened"),
    "narrowed": ("verengt", "narrowed"),
    "changed": ("geändert", "changed"),
}
_PARTS: dict[str, Pair] = {
    "permission": ("Erlaubnis", "permission"),
    "prohibition": ("Verbot", "prohibition"),
    "obligation": ("Pflicht des Vertrags", "obligation"),
    "duty": ("Pflicht vor dem Zugriff", "duty before access"),
    "remedy": ("Folge eines Verstoßes", "remedy"),
    "constraint": ("Bedingung", "condition"),
    "conflict": ("Vorrang bei Widerspruch", "what comes first in a conflict"),
}
_WIDTHS: dict[Width, Pair] = {
    "same": ("Beide erlauben dasselbe.", "Both grant the same."),
    "widened": ("Die neue Fassung erlaubt mehr.", "The new version grants more."),
    "narrowed": ("Die neue Fassung erlaubt weniger.", "The new version grants less."),
    "changed": ("Die neue Fassung erlaubt anderes.", "The new version grants something else."),
    "unknown": ("Ob sie mehr oder weniger erlaubt, ist offen.", "Whether it grants more or less is open."),
}
_STEPS: dict[str, Pair] = {
    "action": ("Handlung {}", "the action is {}"),
    "target": ("Daten {}", "the data are {}"),
    "assignee": ("Partei {}", "the party is {}"),
    "duty": ("die Pflicht davor erfüllen", "the duty before access is done"),
    "wait": ("warten bis {}", "it is {} or later"),
    "not": ("nicht {}", "this does not hold: {}"),
}


def width(found: Width, language: Language) -> str:
    """Say whether the new version grants more or less."""
    return choose(language, _WIDTHS[found])


def change(entry: PolicyChange, registry: Registry, language: Language) -> str:
    """Say one change, with what was and what is."""
    said = f"{choose(language, _PARTS[entry.part])} {choose(language, _KINDS[entry.kind])}"
    name = _subject(entry, registry, language)
    if name:
        said += f": {name}"
    was, now = ("; ".join(phrases(part, registry, language)) for part in (entry.before, entry.after))
    for text, pair in ((was, ("vorher {}", "before: {}")), (now, ("jetzt {}", "now: {}"))):
        if text:
            said += f"; {choose(language, pair).format(text)}"
    return full_stop(said)


def _subject(entry: PolicyChange, registry: Registry, language: Language) -> str:
    if not entry.subject or entry.part == "conflict":
        return entry.subject
    if entry.part == "constraint":
        return subject(entry.subject, registry, language)
    return action_name(entry.subject, registry, language)


def way(found: PermitPath, registry: Registry, language: Language) -> str:
    """Say what together would have a request permitted."""
    parts = [_step(step, registry, language) for step in found.steps]
    head: Pair = ("Was es erlauben würde: {}", "Permitted if {}")
    if not found.proven:
        head = ("Was es vielleicht erlauben würde: {}", "Perhaps permitted if {}")
    return full_stop(choose(language, head).format(join(parts, choose(language, ("und", "and")))))


def _step(step: PermitStep, registry: Registry, language: Language) -> str:
    if step.code == "fact" and step.constraint is not None:
        said = _wanted(step.constraint, registry, language)
        return said if step.wanted else choose(language, _STEPS["not"]).format(said)
    if step.code == "wait" and isinstance(step.to, tuple) and step.to and isinstance(step.to[0], Instant):
        return choose(language, _STEPS["wait"]).format(figures.instant(step.to[0], language))
    name = action_name(str(step.to), registry, language) if step.code == "action" else quote(str(step.to), language)
    return choose(language, _STEPS[step.code]).format(name)


def _wanted(constraint: Constraint, registry: Registry, language: Language) -> str:
    if isinstance(constraint, AtomicConstraint):
        return f"{subject(constraint.left, registry, language)}: {predicate(constraint, registry, language)}"
    return phrase(constraint, registry, language)
