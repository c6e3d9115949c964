"""Which agreement the client uses, and what it reads of the terms by itself: compact JSON, full or short terms."""

from collections.abc import Iterable
from typing import Any

from connector.views.agreements import AgreementState, AgreementView

_FINAL = frozenset({"purpose", "count", "volume", "usesInAll", "elapsedTime", "spatial"})
_COUNTED = frozenset(
    {"count", "volume", "requestsPerHour", "usesPerDay", "usesPerWeek", "usesPerMonth", "usesPerYear", "usesInAll"}
)
_ENDS = frozenset({"lt", "lteq"})


def list_purposes(policy: object) -> list[str]:
    """Return the purposes to which the permissions of an agreement are limited, each by a constraint `eq`.

    >>> list_purposes({"permission": {"constraint": {"leftOperand": "purpose", "operator": "eq", "rightOperand": "p"}}})
    ['p']
    """
    found = {
        str(_name(_member(entry, "rightOperand")))
        for rule in _members(policy, "permission")
        for entry in _members(rule, "constraint")
        if _shorten(_name(_member(entry, "leftOperand"))) == "purpose"
        and _shorten(_name(_member(entry, "operator"))) == "eq"
        and _name(_member(entry, "rightOperand")) is not None
    }
    return sorted(found)


def states_purpose(policy: dict[str, Any], purpose: str) -> bool:
    """Return whether a policy states a purpose, in full or in its short form."""
    return _shorten(purpose) in {_shorten(name) for name in list_purposes(policy)}


def prefer_usable(agreements: Iterable[AgreementView]) -> list[AgreementView]:
    """Return agreements in their order, those under which a use is granted before those that are used up or refused."""
    return sorted(agreements, key=lambda found: found.state is not AgreementState.ACTIVE)


def lasts_until_changed(policy: object) -> bool:
    """Return whether a refusal under these terms lasts until somebody changes something: no passing of time lifts it.

    Duties and other rules, and constraints that read anything else than what was used and when it ends, may be
    fulfilled at the next attempt.

    >>> def limited(name: str, operator: str) -> dict[str, object]:
    ...     return {"permission": [{"constraint": [{"leftOperand": name, "operator": operator, "rightOperand": 3}]}]}
    >>> [lasts_until_changed(limited(name, "lteq")) for name in ("count", "usesPerDay")]
    [True, False]
    """
    if any(_member(policy, kind) for kind in ("prohibition", "obligation")):
        return False
    rules = [rule for rule in _members(policy, "permission") if rule is not None]
    if any(_member(rule, "duty") for rule in rules):
        return False
    constraints = [entry for rule in rules for entry in _members(rule, "constraint") if entry is not None]
    return all(_is_final(entry) for entry in constraints)


def limits_uses(policy: object) -> bool:
    """Return whether a policy limits how often or how much its data is used, in any of its rules.

    >>> limit = {"leftOperand": "count", "operator": "lteq", "rightOperand": 3}
    >>> [limits_uses({"permission": [{"constraint": found}]}) for found in ([{"and": [limit]}], [])]
    [True, False]
    """
    left: list[object] = [policy]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if _shorten(_name(_member(value, "leftOperand"))) in _COUNTED:
                return True
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return False


def _is_final(constraint: object) -> bool:
    name = _shorten(_name(_member(constraint, "leftOperand")))
    ends = name == "dateTime" and _shorten(_name(_member(constraint, "operator"))) in _ENDS
    return ends or name in _FINAL


def _member(value: object, name: str) -> object:
    return value.get(name, value.get(f"odrl:{name}")) if isinstance(value, dict) else None


def _members(value: object, name: str) -> list[object]:
    found = _member(value, name)
    return found if isinstance(found, list) else [found]


def _name(value: object) -> object:
    return value.get("@id", value.get("@value")) if isinstance(value, dict) else value


def _shorten(name: object) -> str:
    """Return the last part of a term, which its full and its short form share."""
    return str(name).rpartition(":")[2].rpartition("#")[2].rpartition("/")[2]
