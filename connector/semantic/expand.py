"""Policies in JSON-LD of any form, expanded: every term a full IRI, and nothing lost on the way.

JSON-LD 1.1 Processing Algorithms, section 5.1, by PyLD, which loads on first use. A term that does not survive is
refused by name, no context is fetched, and one `@context` at the head of the document is all there may be: what stands
inside can be neither bounded nor read by a person.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from connector.semantic.contexts import (
    NOWHERE,
    NOWHERE_BASE,
    ODRL,
    ForeignError,
    is_absolute,
    load_context,
    tell_relative,
)
from connector.semantic.nodes import embed

DEEPEST, MOST_VALUES, MOST_TERMS, LONGEST_TEXT = 40, 10_000, 200, 8_000
_NAMED = frozenset({ODRL + "action", ODRL + "leftOperand", ODRL + "operator", ODRL + "conflict"})
_TERM = frozenset({"@id", "@type", "@container", "@language", "@direction", "@index", "@nest", "@prefix", "@protected"})
_HEAD = frozenset({"@vocab", "@base", "@language", "@version", "@protected"})
_ENDS = ("#", "/", ":", "=", "?")


def expand(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one policy of a JSON-LD document in expanded form, with the prefixes of its context.

    The prefixes stay because values that are plain strings may use them, and expansion leaves those alone.

    Raises:
        ForeignError: too large or deep, a context that is not bundled, something that would be lost, several policies.
    """
    _measure(document)
    prefixes = _check_context(document.get("@context"))
    policy = embed(_expanded(document))
    _all_named(policy)
    return {"@context": prefixes, **policy} if prefixes else policy


def _expanded(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    from pyld import jsonld  # type: ignore[import-untyped]  # it has no stubs

    lost: list[str | None] = []
    options = {"documentLoader": _load, "base": NOWHERE_BASE, "processingMode": "json-ld-1.1"}
    try:
        found: list[dict[str, Any]] = jsonld.expand(dict(document), options, on_property_dropped=lost.append)
    except jsonld.JsonLdError as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ForeignError):
            cause = cause.__cause__
        if cause is not None:
            raise cause from None
        _refuse("malformed-json-ld", "", f"The document is no JSON-LD: {str(error.args[0])[:200]}")
    except RecursionError:
        _refuse("too-deep", "", f"The document is nested more than {DEEPEST} deep.")
    except (AttributeError, KeyError, TypeError, ValueError):
        # The processor trusts the shape of what it reads here and there.
        _refuse("malformed-json-ld", "", "The document is no JSON-LD: a value is not of the kind that belongs there.")
    if lost:
        name = next((name for name in lost if name), None)
        said = f"{name[:200]} is no term of its context" if name else "A member has no meaning under its context"
        _refuse("term-lost", name or "", f"{said} and would be lost; name it in the context or leave it out.")
    return found


def _load(address: str, _options: Mapping[str, Any]) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": address, "document": load_context(address), "contentType": None}


def _measure(document: Mapping[str, Any]) -> None:
    stack: list[tuple[Any, int, bool]] = [(document, 1, True)]
    values = 0
    while stack:
        value, depth, outermost = stack.pop()
        values += 1
        if depth > DEEPEST:
            _refuse("too-deep", "", f"The document is nested more than {DEEPEST} deep.")
        if values + len(stack) > MOST_VALUES:
            _refuse("too-large", "", f"A document that is not in the compact form has at most {MOST_VALUES} values.")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            _refuse("too-large", "", f"A string has more than {LONGEST_TEXT} characters.")
        if isinstance(value, Mapping):
            if not outermost and "@context" in value:
                sentence = "There is a context inside the document; one context at its head names all terms."
                if isinstance(document.get("policy"), Mapping):  # as management APIs of other connectors export it
                    sentence = "The document is a definition around a policy: hand in its member `policy` alone."
                _refuse("context-inside", "@context", sentence)
            stack.extend((member, depth + 1, False) for member in value.values())
        elif isinstance(value, list | tuple):
            stack.extend((member, depth + 1, False) for member in value)


def _check_context(context: Any) -> dict[str, str]:
    """Refuse what a context may not hold here; return its prefixes."""
    prefixes: dict[str, str] = {}
    terms = 0
    for entry in context if isinstance(context, list | tuple) else [context]:
        if isinstance(entry, str):
            load_context(entry)
        elif isinstance(entry, Mapping):
            terms += len(entry)
            if terms > MOST_TERMS:
                _refuse("too-large", "@context", f"The context has more than {MOST_TERMS} terms.")
            for name, meaning in entry.items():
                _check_term(name, meaning)
                iri = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
                if isinstance(iri, str) and iri.endswith(_ENDS) and ":" in iri:
                    prefixes[name] = iri
        elif entry is not None:
            _refuse("context-malformed", "@context", "A context is an address or an object of terms.")
    return {name: iri for name, iri in prefixes.items() if not name.startswith("@")}


def _check_term(name: str, meaning: Any) -> None:
    odd = name.startswith("@") and name not in _HEAD
    if isinstance(meaning, Mapping) and set(meaning) - _TERM:
        odd = True
    if odd:
        sentence = f"What the context says of {name[:200]} is not read here; give the term an @id and an @type."
        _refuse("context-unsupported", "@context", sentence)


def _all_named(policy: Mapping[str, Any]) -> None:
    """Refuse a relative identifier, and an action, operand, operator or type that is no term of the context."""
    for key, name, identifies in _names(policy):
        said, member = name.removeprefix(NOWHERE_BASE)[:200], key.removeprefix(ODRL)
        if identifies and key not in _NAMED and (name.startswith(NOWHERE) or not is_absolute(name)):
            _refuse("relative-name", member, tell_relative(said))
        if name.startswith(NOWHERE) or (":" not in name and (key in _NAMED or key == "@type")):
            sentence = f"The {member} {said} is no term of the context and no full IRI; write it in full, as odrl:use."
            _refuse("term-lost", member, sentence)


def _names(policy: Any) -> Iterator[tuple[str, str, bool]]:
    """Every name in an expanded document, with the member that it stands under, and whether it is an `@id`."""
    stack: list[tuple[str, Any, bool]] = [("@id", policy, False)]
    while stack:
        key, value, identifies = stack.pop()
        if isinstance(value, Mapping):
            stack.extend(
                (key if name in {"@id", "@value", "@list"} else name, entry, name == "@id")
                for name, entry in value.items()
            )
        elif isinstance(value, list):
            stack.extend((key, entry, identifies) for entry in value)
        elif isinstance(value, str):
            yield key, value, identifies


def _refuse(code: str, path: str, sentence: str) -> NoReturn:
    raise ForeignError(code, path, sentence)
