"""A policy document that a person edits sentence by sentence: parts are added, removed, and moved in and out of groups.

A part is named by its path, such as `permission.0.constraint.1.or.0`. What the editor does not show stays as it is.
ODRL Information Model 2.2, sections 2.5 and 2.6. Pure.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector.policy.vocabulary.names import LOGICAL

Document = dict[str, Any]
RULES = ("permission", "prohibition", "obligation")
GROUPS = ("and", "or", "xone")
MOST_PARTS, DEEPEST = 60, 4
_FIRST_ACTION = {"permission": "use", "prohibition": "odrl:distribute", "obligation": "odrl:attribute"}


class TooManyParts(Exception):
    """The document would have more parts, or deeper ones, than the editor shows."""


def walk(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each rule, duty, group and condition with its path, in the order in which it is read.

    >>> [path for path, _ in walk({"permission": [{"action": "use", "constraint": [{"or": [{}, {}]}]}]})]
    ['permission.0', 'permission.0.constraint.0', 'permission.0.constraint.0.or.0', 'permission.0.constraint.0.or.1']
    """
    for kind in RULES:
        yield from _walk(document, kind, "")


def _walk(node: Mapping[str, Any], member: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    found = node.get(member)
    for place, part in enumerate(found if isinstance(found, list) else []):
        if not isinstance(part, dict):
            continue
        here = f"{path}.{member}.{place}" if path else f"{member}.{place}"
        yield here, part
        for inner in ("constraint", *LOGICAL, "duty"):
            yield from _walk(part, inner, here)


def find_part(document: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    """Return the part with a path, or None."""
    return next((part for here, part in walk(document) if here == path), None)


def find_group(part: Mapping[str, Any]) -> str:
    """Return the logical operand of a group; empty for anything else."""
    return next((name for name in LOGICAL if isinstance(part.get(name), list)), "")


def is_duty(path: str) -> bool:
    """Return whether a path is one of an obligation or a duty, or of a condition of it.

    >>> is_duty("permission.0.duty.0.constraint.0"), is_duty("permission.0.constraint.0")
    (True, False)
    """
    return path.startswith("obligation.") or ".duty." in path


def count_depth(path: str) -> int:
    """Return how deep a part is indented: rules are not."""
    return path.count(".") // 2


def add_rule(document: Document, kind: str) -> Document:
    """Add a rule of a kind. Raises TooManyParts."""
    after = copy.deepcopy(document)
    if kind in RULES:
        after.setdefault(kind, []).append({"action": _FIRST_ACTION[kind]})
    return _check(after)


def add_condition(document: Document, path: str) -> Document:
    """Add a condition to a rule, a duty or a group. Raises TooManyParts."""
    return _check(_change(document, path, lambda part: _list_inner(part).append(_make_condition(path))))


def add_group(document: Document, path: str) -> Document:
    """Add a group of two conditions, of which one has to hold. Raises TooManyParts."""
    group = {"or": [_make_condition(path), _make_condition(path)]}
    return _check(_change(document, path, lambda part: _list_inner(part).append(group)))


def add_duty(document: Document, path: str) -> Document:
    """Add a duty that comes before what a permission allows. Raises TooManyParts."""
    return _check(_change(document, path, lambda part: part.setdefault("duty", []).append({"action": "odrl:inform"})))


def remove(document: Document, path: str) -> Document:
    """Remove a part; a group of which one condition is left becomes this condition."""
    return _move(document, path, lambda siblings, place: siblings.pop(place))


def indent(document: Document, path: str) -> Document:
    """Move a condition into the group before it, or make a group of both. Raises TooManyParts."""

    def work(siblings: list[Any], place: int) -> None:
        if place == 0 or not isinstance(siblings[place - 1], dict):
            return
        part, before = siblings.pop(place), siblings[place - 1]
        if group := find_group(before):
            before[group].append(part)
        else:
            siblings[place - 1] = {"or": [before, part]}

    return _check(_move(document, path, work))


def outdent(document: Document, path: str) -> Document:
    """Move a condition out of its group, behind it."""
    outer = path.rsplit(".", 2)[0]
    found = find_part(document, path)
    group = find_part(document, outer)
    if found is None or group is None or not find_group(group):
        return document
    after = copy.deepcopy(document)
    siblings, place = _find_siblings(after, outer)
    siblings.insert(place + 1, copy.deepcopy(found))
    return remove(after, path)


def _make_condition(path: str) -> Document:
    if is_duty(path):
        return {"leftOperand": "odrl:elapsedTime", "operator": "lteq", "rightOperand": ""}
    return {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": ""}


def _list_inner(part: Document) -> list[Any]:
    """Return the conditions of a part: those of a group, or of a rule."""
    inner: list[Any] = part[group] if (group := find_group(part)) else part.setdefault("constraint", [])
    return inner


def _change(document: Document, path: str, work: Callable[[Document], object]) -> Document:
    after = copy.deepcopy(document)
    part = find_part(after, path)
    if part is not None and "leftOperand" not in part:
        work(part)
    return after


def _move(document: Document, path: str, work: Callable[[list[Any], int], object]) -> Document:
    """Change the list that a part is in, and tidy up what is left."""
    if find_part(document, path) is None:
        return document
    after = copy.deepcopy(document)
    siblings, place = _find_siblings(after, path)
    work(siblings, place)
    _tidy(after)
    return after


def _find_siblings(document: Document, path: str) -> tuple[list[Any], int]:
    node: Any = document
    *before, member, place = path.split(".")
    for step in before:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node[member], int(place)


def _tidy(node: Document) -> None:
    """Replace groups of one condition by it, and drop empty ones and empty lists."""
    for member in (*RULES, "constraint", *LOGICAL, "duty"):
        inner = node.get(member)
        if not isinstance(inner, list):
            continue
        for part in inner:
            if isinstance(part, dict):
                _tidy(part)
        kept: list[Any] = []
        for part in inner:
            group = find_group(part) if isinstance(part, dict) else ""
            kept += part[group] if group and len(part[group]) < 2 else [part]
        # A part that lost its only list is an empty group: nothing of it is left.
        kept = [part for part in kept if part != {}]
        if kept:
            node[member] = kept
        else:
            del node[member]


def _check(document: Document) -> Document:
    paths = [path for path, _ in walk(document)]
    if len(paths) > MOST_PARTS or any(count_depth(path) > DEEPEST for path in paths):
        raise TooManyParts
    return document
