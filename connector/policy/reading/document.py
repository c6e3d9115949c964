"""The guard before a policy document is read: size, depth, count, and the plain shapes that JSON-LD values come in.

A document is hostile until it has passed here. Pure: standard library and msgspec only.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NoReturn

import msgspec

from connector.policy.model.errors import PolicyError
from connector.policy.vocabulary.names import NameResolver
from connector.views.handed_in import HandedInFault, decode_text


class DocumentLimits(msgspec.Struct, frozen=True):
    """The limits of a document.

    Parameters:
        size: bytes of the document, or characters of all its strings together.
        depth: objects and arrays inside one another.
        nodes: values in the document, and constraints read from it, also if one is referred to several times.
        rules: rules and duties in the document, and in its normal form.
        text: characters of one string.
    """

    size: int = 1_048_576
    depth: int = 40
    nodes: int = 20_000
    rules: int = 1_000
    text: int = 8_000


DEFAULT = DocumentLimits()

_CONTENT = frozenset({"leftOperand", "and", "or", "xone", "andSequence"})

_LONGEST_NUMBER = 1_000
_MEANT = {
    ("Policy", "duty"): "write the duty as obligation, or inside a permission",
    ("Permission", "obligation"): "write the obligation as duty, or at the policy",
    ("Permission", "remedy"): "write the remedy inside a prohibition",
    ("Prohibition", "duty"): "write the duty as remedy, or as obligation at the policy",
    ("Prohibition", "obligation"): "write the obligation at the policy",
}
"""What is advised where a duty stands in the wrong place: a duty must not be lost."""


def parse(document: Mapping[str, object] | bytes, limits: DocumentLimits) -> Mapping[str, object]:
    """Return the document as an object that keeps the limits.

    Raises:
        PolicyError: not JSON, not an object, a repeated member, or over a limit.

    >>> parse(b'{"@id": "urn:policy"}', DEFAULT)
    {'@id': 'urn:policy'}
    """
    if isinstance(document, bytes | bytearray):
        if len(document) > limits.size:
            refuse("too-large", "", f"The document is larger than {limits.size} bytes: shorten it.")
        try:
            document = json.loads(
                decode_text(bytes(document)),
                object_pairs_hook=_check_unique,
                parse_float=_parse_number,
                parse_int=_parse_number,
                parse_constant=_refuse_constant,
            )
        except RecursionError:
            refuse("too-deep", "", f"The document is nested more than {limits.depth} levels deep: simplify it.")
        except (ValueError, ArithmeticError) as error:
            if isinstance(error, HandedInFault):
                refuse("not-json", "", f"The document cannot be read: {error}.")
            place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            refuse("not-json", "", f"The document is not JSON{place}: correct its syntax.")
    if not isinstance(document, Mapping):
        refuse("not-an-object", "", "The document is not a JSON object: write the policy as one.")
    _measure(document, limits)
    return document


def _check_unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        refuse("repeated-member", "", f"An object contains the member {twice[:100]!r} twice: remove one.")
    return found


def _parse_number(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER:
        refuse("too-large", "", f"A number has more than {_LONGEST_NUMBER} digits: write a smaller one.")
    return Decimal(text)


def _refuse_constant(name: str) -> NoReturn:
    refuse("not-json", "", f"{name} is not a JSON number: write digits.")


def _measure(document: object, limits: DocumentLimits) -> None:
    """Walk the whole document once without recursion; after that, reading it is bounded."""
    stack: list[tuple[object, int]] = [(document, 1)]
    nodes = size = 0
    while stack:
        value, depth = stack.pop()
        nodes += 1
        if depth > limits.depth:
            refuse("too-deep", "", f"The document is nested more than {limits.depth} levels deep: simplify it.")
        if nodes + len(stack) > limits.nodes:
            refuse("too-large", "", f"The document contains more than {limits.nodes} values: shorten it.")
        if isinstance(value, str):
            size += _check_length(value, limits)
        elif isinstance(value, Mapping):
            for key, member in value.items():
                if not isinstance(key, str):
                    refuse("not-json", "", "The name of a member is not a string: write a string.")
                size += _check_length(key, limits)
                stack.append((member, depth + 1))
        elif isinstance(value, list | tuple):
            if len(value) > limits.nodes:
                refuse("too-large", "", f"The document contains more than {limits.nodes} values: shorten it.")
            stack.extend((member, depth + 1) for member in value)
        else:
            _check_scalar(value)
        if size > limits.size:
            refuse("too-large", "", f"The document is larger than {limits.size} characters: shorten it.")


def _check_scalar(value: object) -> None:
    if isinstance(value, int) and value.bit_length() > 256:
        refuse("too-large", "", "A number has more than 77 digits: write a smaller one.")
    if value is not None and not isinstance(value, bool | int | float | Decimal):
        refuse(
            "not-json",
            "",
            f"A value of type {type(value).__name__} is not JSON: write a string, number, boolean, array or object.",
        )


def _check_length(text: str, limits: DocumentLimits) -> int:
    if len(text) > limits.text:
        refuse("too-large", "", f"A string is larger than {limits.text} characters: shorten it.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            refuse("not-json", "", "A string contains a lone surrogate: write whole characters.")
    return len(text)


def refuse(code: str, path: str, sentence: str) -> NoReturn:
    """Raise a PolicyError.

    Raises:
        PolicyError: always.

    >>> refuse("no-rule", "permission/0", "The policy has no rule: add one.")
    Traceback (most recent call last):
    connector.policy.model.errors.PolicyError: permission/0: The policy has no rule: add one.
    """
    raise PolicyError(code, path.removeprefix("/"), sentence)


def to_items(value: object) -> list[object]:
    """Return the members of an array, `@list` or `@set`; a single value counts as an array of one.

    In expanded JSON-LD a `@list` stands in an array by itself.

    >>> to_items({"@list": [1, 2]}), to_items("one"), to_items(None)
    ([1, 2], ['one'], [])
    """
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], Mapping) and "@list" in value[0]:
        value = value[0]
    if isinstance(value, Mapping) and len(value) == 1:
        for container in ("@list", "@set"):
            if container in value:
                value = value[container]
                break
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def read_word(value: object, path: str) -> str:
    """Return a name or IRI given as a string, as `{"@id": …}` or as `{"@value": …}`, alone or in an array of one.

    Raises:
        PolicyError: anything else.

    >>> read_word([{"@id": "urn:data"}], "target")
    'urn:data'
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping) and len(value) == 1:
        value = value.get("@id", value.get("@value"))
    if not isinstance(value, str) or not value:
        refuse("malformed", path, f"The value is {_name_kind(value)}: write a string, such as a name or an IRI.")
    return value


def _name_kind(value: object) -> str:
    if value is None:
        return "null or missing"
    if isinstance(value, str):
        return "empty"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, Mapping):
        return "an object"
    return "an array" if isinstance(value, list | tuple) else "a number"


def read_members(value: Mapping[str, object], names: NameResolver, path: str) -> dict[str, object]:
    """Return an object with its keys resolved to the bare names of the standard.

    Raises:
        PolicyError: two keys mean the same member.

    >>> read_members({"odrl:target": "urn:data"}, NameResolver(), "")
    {'target': 'urn:data'}
    """
    found: dict[str, object] = {}
    for key, member in value.items():
        name = names.term(key)
        if name in found:
            refuse("repeated-member", path, f"The member {name} is given twice: remove one.")
        found[name] = member
    return found


def take_identifier(found: dict[str, object], path: str) -> str:
    """Remove `@id` or `uid` from an object and return it; empty if the object has neither.

    Raises:
        PolicyError: both are given and differ, or one is not a string.

    >>> take_identifier({"uid": "urn:policy"}, "")
    'urn:policy'
    """
    given = [read_word(found.pop(name), f"{path}/{name}") for name in ("@id", "uid") if found.get(name) is not None]
    if len(set(given)) > 1:
        refuse("malformed", path, "The object has an @id and a different uid: give it one identifier.")
    return given[0] if given else ""


def take_types(found: dict[str, object], names: NameResolver, path: str) -> list[str]:
    """Remove `@type` from an object and return its types as bare names of the standard.

    >>> take_types({"@type": "odrl:Offer"}, NameResolver(), "")
    ['Offer']
    """
    return [names.term(read_word(entry, f"{path}/@type")) for entry in to_items(found.pop("@type", None))]


STATUS_IGNORED = "The received status is ignored: this connector keeps its own ledger of duties."
"""The note on a status of a policy, rule or duty."""


def ignore_status(found: dict[str, object], names: NameResolver) -> None:
    """Remove a status that the counterparty claims, and note it.

    >>> names = NameResolver()
    >>> ignore_status({"status": "fulfilled"}, names)
    >>> len(names.notes)
    1
    """
    if found.pop("status", None) is not None:
        names.notes[STATUS_IGNORED] = None


def refuse_rest(found: dict[str, object], path: str, kind: str) -> None:
    """Refuse an object in which a member is left that no reader removed.

    Parameters:
        kind: the class of the object in ODRL.

    Raises:
        PolicyError: there is a member that is not understood.

    >>> refuse_rest({}, "permission/0", "Permission")
    """
    for key in found:
        advice = _MEANT.get((kind, key), "check the spelling or use its IRI")
        refuse("unknown-member", path, f"{key[:200]} is not a member of {kind} in ODRL: {advice}.")


def find_constraints(document: Mapping[str, object], names: NameResolver) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the constraints of a measured document that have an identifier and a content.

    >>> found = {"@id": "urn:c", "leftOperand": "odrl:count"}
    >>> [uid for uid, _ in find_constraints({"constraint": [found]}, NameResolver())]
    ['urn:c']
    """
    stack: list[object] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            said = {names.term(key): member for key, member in value.items()}
            uid = said.get("@id", said.get("uid"))
            if isinstance(uid, str) and not _CONTENT.isdisjoint(said):
                yield uid, value
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
