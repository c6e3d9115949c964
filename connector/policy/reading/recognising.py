"""The way back from a policy to the template that says the same, with its parameters. Pure: standard library only."""

from collections.abc import Mapping
from typing import TypeAlias

from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.reading.load import load
from connector.policy.reading.templates import Parameter, Template, fill
from connector.policy.vocabulary.names import expand

FoundParameter: TypeAlias = str | tuple[str, ...]
_PLACE = "parameter"
_NAMES = frozenset({"@id", "@type", "@context", "profile"})
"""What a policy is called, which is no rule of it."""


def find_parameters(template: Template, policy: Mapping[str, object]) -> dict[str, FoundParameter] | None:
    """Return the parameters with which a template says what a policy says; None if it says something else.

    `policy` is in the form that `dump` writes. The template is filled in again and compared as a whole, so that what is
    found is never near the policy but the same.

    >>> from connector.policy.reading.templates import parse
    >>> sample = parse(template)
    >>> find_parameters(sample, dump(load(fill(sample, {"period": "P5D"}))))
    {'period': 'P5D'}
    """
    found: dict[str, object] = {}
    if not _collect(template.policy, policy, found):
        return None
    read = {entry.name: _read(entry, found.get(entry.name)) for entry in template.parameter}
    given = {name: value for name, value in read.items() if value is not None}
    try:
        same = _list_rules(dump(load(fill(template, given)))) == _list_rules(policy)
    except PolicyError:
        return None
    return given if same else None


def _list_rules(policy: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in policy.items() if name not in _NAMES}


def _collect(node: object, said: object, found: dict[str, object]) -> bool:
    """Keep what a policy says at the places of parameters; return False where it has another structure."""
    if isinstance(node, Mapping):
        if set(node) == {_PLACE}:
            found[node[_PLACE]] = said
            return True
        return isinstance(said, Mapping) and all(
            name in said and _collect(value, said[name], found) for name, value in node.items()
        )
    if isinstance(node, list) and isinstance(said, list):
        return len(node) == len(said) and all(_collect(*pair, found) for pair in zip(node, said, strict=True))
    # A value is compared with the whole, at the end.
    return True


def _read(entry: Parameter, said: object) -> FoundParameter | None:
    """Return what a person would have given for a parameter, from its right operand."""
    if entry.several:
        values = [_read_one(entry, value) for value in (said if isinstance(said, list) else [said])]
        return tuple(value for value in values if value is not None)
    return _read_one(entry, said)


def _read_one(entry: Parameter, said: object) -> str | None:
    value = said.get("@value") if isinstance(said, Mapping) else said
    if not isinstance(value, str) or entry.sort != "code":
        return value if isinstance(value, str) else None
    placed = zip(entry.choices, entry.places or entry.choices, strict=True)
    return next((choice for choice, place in placed if expand(place, {}) == expand(value, {})), None)
