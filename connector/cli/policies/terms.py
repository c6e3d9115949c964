"""An ODRL policy as one sentence, and as a card: permissions, prohibitions and duties, with their constraints.

The sentence is for lists. Whoever reads the terms of one thing, before an agreement or about it, gets the whole card.
The connector describes a policy in the language of the call. This module describes the rest with the names of the
standard. The sentence helps to read and leaves out only parts that are missing or nested too deep (`…`); the policy is
binding.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec

from connector.cli.frame.remote import choose_text
from connector.client import Connector
from connector.client.frame.errors import ClientError
from connector.language.catalogue import Language, say
from connector.views.negotiations import NegotiationView
from connector.views.policies import CardLineView, ExplanationView

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
_LEFT_OUT = "…"
_MOST_AT_ONCE = 100
_JOINED = {"and": " and ", "andSequence": " and then ", "or": " or ", "xone": " or else "}


class WrittenTerms(NamedTuple):
    """A policy in words: a sentence, and the lines of the card, each with its label."""

    sentence: str
    card: tuple[str, ...]


_PARTIES = frozenset({"@id", "uid", "assigner", "assignee", "target"})
NO_TERMS = WrittenTerms("", ())
"""For programs, which read the policy itself."""


def describe_policies(
    connector: Connector, policies: Sequence[dict[str, Any]], lang: Language, *, offered: bool = False
) -> list[str]:
    """Return the sentence of each policy, as `write_terms`."""
    return [terms.sentence for terms in write_terms(connector, policies, lang, offered=offered)]


def list_differences(connector: Connector, found: NegotiationView, lang: Language) -> list[str]:
    """Return in words what a request that waits here asks for otherwise than the offer; nothing if that is unknown.

    Who agrees, and on which data, is no difference: an offer leaves that open.
    """
    if found.hold is None or found.role != "provider":
        return []
    try:
        offered = connector.assets.show(found.dataset).policy
        compared = connector.policies.compare(_leave_rules(offered), _leave_rules(found.offer))
    except ClientError:
        return []
    return [choose_text(change.text, lang) for change in compared.changes]


def _leave_rules(policy: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in policy.items() if name not in _PARTIES}


def write_terms(
    connector: Connector, policies: Sequence[dict[str, Any]], lang: Language, *, offered: bool = False
) -> list[WrittenTerms]:
    """Return each policy in words: those of the connector in a language, else the sentence of `describe_terms`.

    Of a policy that is `offered` to this connector and cannot be agreed here, the reason is said too.
    """
    described: list[WrittenTerms] = []
    for start in range(0, len(policies), _MOST_AT_ONCE):
        some = policies[start : start + _MOST_AT_ONCE]
        try:
            explained: tuple[ExplanationView | None, ...] = tuple(connector.policies.explain(some).items)
        except ClientError:
            explained = ()
        for entry, policy in zip_longest(explained[: len(some)], some):
            sentence = (entry.sentence.get(lang) if entry else None) or describe_terms(policy)
            if offered and entry and entry.problem:
                sentence = f"{sentence} {say(lang, 'cli.offer-problem', reason=entry.problem.get(lang, ''))}"
            described.append(WrittenTerms(sentence, write_card(entry.card, lang) if entry else ()))
    return described


def write_card(card: Iterable[CardLineView], lang: Language) -> tuple[str, ...]:
    """Return the lines of a card in a language."""
    return tuple(f"{line.label[lang]}: {line.text[lang]}" for line in card)


def describe_terms(policy: dict[str, Any]) -> str:
    """Return a policy as a sentence; a policy without rules permits nothing."""
    parts = [
        *(_describe_rule("may", rule) for rule in _read_members(policy, "permission")),
        *(_describe_rule("must not", rule) for rule in _read_members(policy, "prohibition")),
        *(_describe_rule("must", rule) for rule in _read_members(policy, "obligation")),
    ]
    return "; ".join(parts) + "." if parts else "permits nothing."


def _describe_rule(verb: str, rule: Any, depth: int = 0) -> str:
    if not isinstance(rule, dict) or depth > _DEEPEST:
        return f"{verb} {_shorten(rule) if depth <= _DEEPEST else _LEFT_OUT}"
    actions = ", ".join(_describe_action(action) for action in _read_members(rule, "action")) or "do nothing"
    conditions = " and ".join(_describe_constraint(entry) for entry in _read_members(rule, "constraint"))
    duties = " and ".join(_describe_rule("must", entry, depth + 1) for entry in _read_members(rule, "duty"))
    return f"{verb} {actions}" + (f" if {conditions}" if conditions else "") + (f", and {duties}" if duties else "")


def _describe_action(action: Any) -> str:
    if not isinstance(action, dict):
        return _shorten(action)
    # Old connectors name the action as its type.
    named = (_read_member(action, member) for member in ("rdf:value", "value", "@id", "uid", "type"))
    name = _shorten(next((entry for entry in named if entry), None))
    refined = " and ".join(_describe_constraint(entry) for entry in _read_members(action, "refinement"))
    return f"{name} ({refined})" if refined else name


def _describe_constraint(constraint: Any, depth: int = 0) -> str:
    if not isinstance(constraint, dict):
        return _shorten(constraint)
    if depth > _DEEPEST:
        return _LEFT_OUT
    for name, joint in _JOINED.items():
        if members := _read_members(constraint, name):
            return f"({joint.join(_describe_constraint(entry, depth + 1) for entry in members)})"
    if all(_read_member(constraint, name) is None for name in ("leftOperand", "operator", "rightOperand")):
        return _LEFT_OUT
    operator = _shorten(_read_member(constraint, "operator"))
    right = ", ".join(_shorten(entry) for entry in _read_members(constraint, "rightOperand")) or _LEFT_OUT
    unit = _read_member(constraint, "unit")
    shown = f"{_shorten(_read_member(constraint, 'leftOperand'))} {_SIGNS.get(operator, operator)} {right}"
    return f"{shown} {_shorten(unit)}" if unit else shown


def _read_member(value: dict[str, Any], name: str) -> Any:
    return value.get(name, value.get(f"odrl:{name}"))


def _read_members(value: dict[str, Any], name: str) -> list[Any]:
    member = _read_member(value, name)
    if member is None:
        return []
    if isinstance(member, dict) and "@list" in member:
        member = member["@list"]
    return member if isinstance(member, list) else [member]


def _shorten(value: Any) -> str:
    """Return a term without its vocabulary, a literal as it is."""
    if isinstance(value, dict):
        value = value.get("@id", value.get("@value", "?"))
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    if value is None or value == "":
        return _LEFT_OUT
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if value.startswith("odrl:"):
        return value.removeprefix("odrl:")
    return value.rpartition("/")[2] if value.startswith("http://www.w3.org/ns/odrl/2/") else value
