"""The terms of an ODRL policy as one sentence: who may do what, if which, and what has to be done for it.

The connector says it in plain words in the language of the call; what it cannot say is said here, with the names of the
standard. A reading aid that leaves nothing out but what is nested absurdly deep (`…`); what counts is the policy.
"""

from collections.abc import Sequence
from typing import Any

from connector.client import Connector
from connector.client.frame.errors import ClientError

_SIGNS = {
    "eq": "=",
    "neq": "≠",
    "lt": "<",
    "lteq": "≤",
    "gt": ">",
    "gteq": "≥",
    "isAnyOf": "is one of",
    "isNoneOf": "is none of",
    "isAllOf": "is all of",
    "isPartOf": "is part of",
    "hasPart": "has part",
    "isA": "is a",
}
_DEEPEST = 12
_MOST_AT_ONCE = 100
_JOINED = {"and": " and ", "andSequence": " and then ", "or": " or ", "xone": " or else "}


def say_policies(connector: Connector, policies: Sequence[dict[str, Any]], lang: str) -> list[str]:
    """Return each policy as a sentence in a language, as the connector says it, else as `terms` does."""
    found: list[str] = []
    for start in range(0, len(policies), _MOST_AT_ONCE):
        some = policies[start : start + _MOST_AT_ONCE]
        try:
            sentences = [entry.sentence.get(lang) for entry in connector.policies.explain(some).items]
        except ClientError:
            sentences = []
        sentences += [None] * (len(some) - len(sentences))
        found += [sentence or terms(policy) for sentence, policy in zip(sentences, some, strict=True)]
    return found


def terms(policy: dict[str, Any]) -> str:
    """Return the sentence; a policy without rules permits nothing."""
    parts = [
        *(_rule("may", rule) for rule in _many(policy, "permission")),
        *(_rule("must not", rule) for rule in _many(policy, "prohibition")),
        *(_rule("must", rule) for rule in _many(policy, "obligation")),
    ]
    return "; ".join(parts) + "." if parts else "permits nothing."


def _rule(verb: str, rule: Any, depth: int = 0) -> str:
    if not isinstance(rule, dict) or depth > _DEEPEST:
        return f"{verb} {_name(rule) if depth <= _DEEPEST else '…'}"
    actions = ", ".join(_action(action) for action in _many(rule, "action")) or "do nothing"
    conditions = " and ".join(_constraint(entry) for entry in _many(rule, "constraint"))
    duties = " and ".join(_rule("must", entry, depth + 1) for entry in _many(rule, "duty"))
    return f"{verb} {actions}" + (f" if {conditions}" if conditions else "") + (f", and {duties}" if duties else "")


def _action(action: Any) -> str:
    if not isinstance(action, dict):
        return _name(action)
    name = _name(action.get("rdf:value") or _member(action, "value") or action.get("@id"))
    refined = " and ".join(_constraint(entry) for entry in _many(action, "refinement"))
    return f"{name} ({refined})" if refined else name


def _constraint(constraint: Any, depth: int = 0) -> str:
    if not isinstance(constraint, dict):
        return _name(constraint)
    if depth > _DEEPEST:
        return "…"
    for name, joint in _JOINED.items():
        if members := _many(constraint, name):
            return f"({joint.join(_constraint(entry, depth + 1) for entry in members)})"
    operator = _name(_member(constraint, "operator"))
    right = ", ".join(_name(entry) for entry in _many(constraint, "rightOperand"))
    unit = _member(constraint, "unit")
    shown = f"{_name(_member(constraint, 'leftOperand'))} {_SIGNS.get(operator, operator)} {right}"
    return f"{shown} {_name(unit)}" if unit else shown


def _member(value: dict[str, Any], name: str) -> Any:
    return value.get(name, value.get(f"odrl:{name}"))


def _many(value: dict[str, Any], name: str) -> list[Any]:
    found = _member(value, name)
    if found is None:
        return []
    if isinstance(found, dict) and "@list" in found:
        found = found["@list"]
    return found if isinstance(found, list) else [found]


def _name(value: Any) -> str:
    """Return a term without its vocabulary, a literal as it is."""
    if isinstance(value, dict):
        value = value.get("@id", value.get("@value", "?"))
    if not isinstance(value, str):
        return str(value)
    if value.startswith("odrl:"):
        return value.removeprefix("odrl:")
    return value.rpartition("/")[2] if value.startswith("http://www.w3.org/ns/odrl/2/") else value
