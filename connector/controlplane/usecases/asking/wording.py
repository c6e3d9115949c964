"""What our own people change in the terms that they ask for: the purpose of the use, and its end. Pure."""

from datetime import UTC, datetime
from typing import Any

from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.policy.model.policy import ODRL

_TIME, _TYPED = ODRL + "dateTime", "http://www.w3.org/2001/XMLSchema#dateTime"
_PURPOSES = frozenset({"purpose", "odrl:purpose", PURPOSE})


def state_purpose(terms: dict[str, Any], purpose: str, *, instead: bool = False) -> dict[str, Any]:
    """Return the policy with a purpose (an IRI) in each permission.

    `instead` takes out what the permissions themselves say of purposes, so that another one can be asked for.
    """
    stated = {"leftOperand": PURPOSE, "operator": "eq", "rightOperand": purpose}
    return _add_to_permissions(terms, stated, instead=_PURPOSES if instead else frozenset())


def state_end(terms: dict[str, Any], until: datetime) -> dict[str, Any]:
    """Return the policy with an instant in each permission from which it grants nothing more.

    >>> state_end({"permission": []}, datetime(2027, 1, 1, tzinfo=UTC))
    {'permission': []}
    """
    at = {"@value": until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "@type": _TYPED}
    return _add_to_permissions(terms, {"leftOperand": _TIME, "operator": "lt", "rightOperand": at})


def _add_to_permissions(
    terms: dict[str, Any], constraint: dict[str, Any], *, instead: frozenset[str] = frozenset()
) -> dict[str, Any]:
    name = "odrl:permission" if "odrl:permission" in terms else "permission"
    return {**terms, name: [_add_constraint(rule, constraint, instead) for rule in _list(terms.get(name))]}


def _add_constraint(rule: Any, constraint: dict[str, Any], instead: frozenset[str]) -> Any:
    if not isinstance(rule, dict):
        return rule  # a rule of the provider that cannot be read is refused with the policy
    name = "odrl:constraint" if "odrl:constraint" in rule else "constraint"
    kept = [entry for entry in _list(rule.get(name)) if _name_operand(entry) not in instead]
    return {**rule, name: [*kept, constraint]}


def _name_operand(constraint: Any) -> str:
    """Return the left operand of a constraint as it is written; empty if there is none."""
    if not isinstance(constraint, dict):
        return ""
    named = constraint.get("leftOperand", constraint.get("odrl:leftOperand"))
    return str(named.get("@id", "")) if isinstance(named, dict) else str(named or "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
