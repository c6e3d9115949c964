"""The differences between two versions of a policy, and the ways from a denial to a permission, in sentences.

Pure: standard library only.
"""

from connector.language.catalogue import Language, read_grammar, say
from connector.policy.analysis.difference import PolicyChange, Width
from connector.policy.analysis.why import PermitPath, PermitStep
from connector.policy.model.policy import AtomicConstraint, Constraint
from connector.policy.model.values import Instant
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import figures
from connector.policy.words.constraint import write_constraint, write_constraints, write_predicate
from connector.policy.words.names import action_name, subject


def width(found: Width, language: Language) -> str:
    """Say in a sentence whether the new version grants more or less.

    >>> width("widened", "en")
    'The new version grants more.'
    """
    return say(language, f"changes.width-{found}")


def change(entry: PolicyChange, registry: Registry, language: Language) -> str:
    """Describe one change, with the constraints before and after it.

    >>> [entry] = compare_versions(compiled(), compiled(prohibition=[{"action": "odrl:distribute"}])).changes
    >>> change(entry, registry, "en")
    'Prohibition added: pass on.'
    """
    part = say(language, f"changes.part-{entry.part}")
    parts = [say(language, f"changes.kind-{entry.kind}", part=part)]
    name = _subject(entry, registry, language)
    if name:
        parts[0] += f": {name}"
    before, after = ("; ".join(write_constraints(side, registry, language)) for side in (entry.before, entry.after))
    if before:
        parts.append(say(language, "changes.before", constraints=before))
    if after:
        parts.append(say(language, "changes.after", constraints=after))
    return read_grammar(language).end_sentence("; ".join(parts))


def _subject(entry: PolicyChange, registry: Registry, language: Language) -> str:
    if not entry.subject or entry.part == "conflict":
        return entry.subject
    if entry.part == "constraint":
        return subject(entry.subject, registry, language)
    return action_name(entry.subject, registry, language)


def way(found: PermitPath, registry: Registry, language: Language) -> str:
    """Describe the steps that together permit a request.

    >>> policy = compiled("dk:role eq planner")
    >>> [path] = find_ways(policy, explain(policy, request, world, Phase.ACCESS), request, world)
    >>> way(path, registry, "en")
    'Permitted if role: “planner”.'
    """
    grammar = read_grammar(language)
    required: dict[str, None] = {}
    excluded: dict[str, None] = {}
    for step in found.steps:
        unwanted = step.code == "fact" and step.constraint is not None and not step.wanted
        (excluded if unwanted else required)[_step(step, registry, language)] = None
    clauses = []
    if required:
        listed = grammar.join(list(required), say(language, "policy.and"))
        clauses.append(say(language, "changes.steps-with", steps=listed))
    if excluded:
        listed = grammar.join(list(excluded), say(language, "policy.or"))
        clauses.append(say(language, "changes.steps-without", steps=listed))
    steps = grammar.join(clauses, say(language, "policy.and"))
    return grammar.end_sentence(
        say(language, "changes.path-proven" if found.proven else "changes.path-open", steps=steps)
    )


def _step(step: PermitStep, registry: Registry, language: Language) -> str:
    if step.code == "fact" and step.constraint is not None:
        return _wanted(step.constraint, registry, language)
    if step.code == "wait" and isinstance(step.to, tuple) and step.to and isinstance(step.to[0], Instant):
        return say(language, "changes.step-wait", at=figures.write_instant(step.to[0], language, registry.zone))
    to = str(step.to)
    name = action_name(to, registry, language) if step.code == "action" else read_grammar(language).quote(to)
    return say(language, f"changes.step-{step.code}", name=name)


def _wanted(constraint: Constraint, registry: Registry, language: Language) -> str:
    if isinstance(constraint, AtomicConstraint):
        return f"{subject(constraint.left, registry, language)}: {write_predicate(constraint, registry, language)}"
    return write_constraint(constraint, registry, language)
