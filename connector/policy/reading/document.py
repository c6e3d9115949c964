"""The guard before a policy document is read: size, depth, count, and the plain shapes that JSON-LD values come in.

A document is hostile until it has passed here. Pure: standard library and msgspec only.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NoReturn

import msgspec

from connector.policy.model.decision import PolicyError
from connector.policy.vocabulary.names import NameResolver


class DocumentLimits(msgspec.Struct, frozen=True):
    """How much a document may hold.

    Parameters:
        size: bytes of the document, or characters of all its strings together.
        depth: objects and arrays inside one another.
        nodes: values in the document, and constraints read from it where one is referred to several times.
        rules: rules and duties in the document, and in its normal form.
        text: characters of one string.
    """

    size: int = 1_048_576
    depth: int = 40
    nodes: int = 20_000
    rules: int = 1_000
    text: int = 8_000


DEFAULT = DocumentLimits()


def parse(document: Mapping[str, object] | bytes, limits: DocumentLimits) -> Mapping[str, object]:
    """Return the document as an object that keeps the limits.

    Raises:
        PolicyError: not JSON, not an object, a repeated member, or over a limit.
    """
    if isinstance(document, bytes | bytearray):
        if len(document) > limits.size:
            refuse("too-large", "", f"The document has more than {limits.size} bytes.")
        try:
            document = json.loads(
                document, object_pairs_hook=_unique, parse_float=Decimal, parse_int=Decimal, parse_constant=_constant
            )
        except RecursionError:
            refuse("too-deep", "", f"The document is nested more than {limits.depth} deep.")
        except (ValueError, ArithmeticError) as error:
            if isinstance(error, UnicodeError):
                refuse("not-json", "", "The document is not UTF-8 text.")
            refuse("not-json", "", f"The document is not JSON: {str(error)[:200]}.")
    if not isinstance(document, Mapping):
        refuse("not-an-object", "", "A policy is a JSON object.")
    _measure(document, limits)
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse("repeated-member", "", "An object names the same member twice; two readers could differ about it.")
    return found


def _constant(name: str) -> NoReturn:
    refuse("not-json", "", f"{name} is not a JSON number.")


def _measure(document: object, limits: DocumentLimits) -> None:
    """Walk the whole document once without recursion; after that, reading it is bounded."""
    stack: list[tuple[object, int]] = [(document, 1)]
    nodes = size = 0
    while stack:
        value, depth = stack.pop()
        nodes += 1
        if depth > limits.depth:
            refuse("too-deep", "", f"The document is nested more than {limits.depth} deep.")
        if nodes + len(stack) > limits.nodes:
            refuse("too-large", "", f"The document holds more than {limits.nodes} values.")
        if isinstance(value, str):
            size += _length(value, limits)
        elif isinstance(value, Mapping):
            for key, member in value.items():
                if not isinstance(key, str):
                    refuse("not-json", "", "The names of members are strings.")
                size += _length(key, limits)
                stack.append((member, depth + 1))
        elif isinstance(value, list | tuple):
            if len(value) > limits.nodes:
                refuse("too-large", "", f"The document holds more than {limits.nodes} values.")
            stack.extend((member, depth + 1) for member in value)
        else:
            _check_scalar(value)
        if size > limits.size:
            refuse("too-large", "", f"The document has more than {limits.size} characters.")


def _check_scalar(value: object) -> None:
    if isinstance(value, int) and value.bit_length() > 256:
        refuse("too-large", "", "A number has more than 77 digits.")
    if value is not None and not isinstance(value, bool | int | float | Decimal):
        refuse("not-json", "", f"A value of type {type(value).__name__} is not JSON.")


def _length(text: str, limits: DocumentLimits) -> int:
    if len(text) > limits.text:
        refuse("too-large", "", f"A string has more than {limits.text} characters.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            refuse("not-json", "", "A string holds half a character (a lone surrogate).")
    return len(text)


def refuse(code: str, path: str, sentence: str) -> NoReturn:
    """Raise a PolicyError.

    Raises:
        PolicyError: always.
    """
    raise PolicyError(code, path.removeprefix("/"), sentence)


def to_items(value: object) -> list[object]:
    """Return the members of an array, `@list` or `@set`; a single value counts as an array of one.

    In expanded JSON-LD a `@list` stands in an array by itself.
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
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping) and len(value) == 1:
        value = value.get("@id", value.get("@value"))
    if not isinstance(value, str) or not value:
        refuse("malformed", path, "A name or an IRI was expected here, as a string that is not empty.")
    return value


def read_members(value: Mapping[str, object], names: NameResolver, path: str) -> dict[str, object]:
    """Return an object with its keys resolved to the bare names of the standard.

    Raises:
        PolicyError: two keys mean the same member.
    """
    found: dict[str, object] = {}
    for key, member in value.items():
        name = names.term(key)
        if name in found:
            refuse("repeated-member", path, f"The member {name} is given twice.")
        found[name] = member
    return found


def take_identifier(found: dict[str, object], path: str) -> str:
    """Take `@id` or `uid` out of an object; empty if it has neither.

    Raises:
        PolicyError: both are given and differ, or one is not a string.
    """
    given = [read_word(found.pop(name), f"{path}/{name}") for name in ("@id", "uid") if found.get(name) is not None]
    if len(set(given)) > 1:
        refuse("malformed", path, "The object has an @id and another uid; give it one identifier.")
    return given[0] if given else ""


def take_types(found: dict[str, object], names: NameResolver, path: str) -> list[str]:
    """Take `@type` out of an object, resolved to the bare names of the standard."""
    return [names.term(read_word(entry, f"{path}/@type")) for entry in to_items(found.pop("@type", None))]


def ignore_status(found: dict[str, object], names: NameResolver) -> None:
    """Take out a status that the counter-party claims."""
    if found.pop("status", None) is not None:
        names.notes["A received status is ignored: the state of a rule is what our own ledger says."] = None


def refuse_rest(found: dict[str, object], path: str) -> None:
    """Refuse what nobody has taken out of an object.

    Raises:
        PolicyError: there is a member that is not understood.
    """
    for key in found:
        refuse("unknown-member", path, f"The member {key[:200]} is not understood; remove it or use the profile.")


def constraints_by_id(
    document: Mapping[str, object], names: NameResolver
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Find the constraints of a measured document that have an identifier and a content."""
    stack: list[object] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            uid = value.get("@id", value.get("uid"))
            if isinstance(uid, str) and any(
                names.term(key) in {"leftOperand", "and", "or", "xone", "andSequence"} for key in value
            ):
                yield uid, value
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
