"""Contexts of JSON-LD: which are bundled, and whether a policy document needs them to be understood.

JSON-LD 1.1, section 4.1. The compact form of the protocol, with inline prefixes and names for single terms, is read
without any of this; only what changes the meaning of a document by other means needs the JSON-LD processor.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from connector import resources

ODRL = "http://www.w3.org/ns/odrl/2/"
BUNDLED = {
    "http://www.w3.org/ns/odrl.jsonld": "odrl.jsonld",
    "https://www.w3.org/ns/odrl.jsonld": "odrl.jsonld",
    "https://w3id.org/dspace/2025/1/context.jsonld": "dspace-policy.jsonld",
    "https://w3id.org/dspace/2025/1/odrl-profile.jsonld": "dspace-policy.jsonld",
}
"""Addresses of contexts to their files in `vocab/contexts`."""

NOWHERE = "relative.invalid:"
"""The scheme of the base of relative names: processors make them absolute, and here they are known again."""
NOWHERE_BASE = NOWHERE + "//nowhere/"

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_ODRL_CONTEXTS = frozenset(address for address, name in BUNDLED.items() if name == "odrl.jsonld")
_PLAIN = frozenset({"@id", "@type", "@container"})
_VERSION = 1.1


class ForeignError(Exception):
    """A document in another form that cannot be read without losing or guessing something.

    Parameters:
        code: the broken rule as a stable short name, for example `term-lost`.
        path: the place in the document, as far as that is known.
        sentence: what happened, what was expected and what to do, for a person.
    """

    def __init__(self, code: str, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.path = path
        self.sentence = sentence


@cache
def load_context(address: str) -> dict[str, Any]:
    """Return a bundled context. Raises ForeignError for any other address: nothing is ever fetched."""
    name = BUNDLED.get(address)
    if name is None:
        sentence = f"The context {address[:200]} is not bundled and never fetched; write its terms into the document."
        raise ForeignError("remote-context", "@context", sentence)
    context: dict[str, Any] = msgspec.json.decode(resources.read_text("vocab", "contexts", name))
    return context


def is_foreign(document: Mapping[str, Any]) -> bool:
    """Return whether a policy is written so that only a JSON-LD processor knows what it means.

    That is so if it has contexts inside, a graph, or a context that does more than name IRIs: another vocabulary, a
    base, a language, a type of values, another name for a keyword, a term taken away.
    """
    if "@graph" in document:
        return True
    context = document.get("@context")
    entries = context if isinstance(context, list | tuple) else [context]
    aliases = "type" if any(isinstance(entry, str) and entry in _ODRL_CONTEXTS for entry in entries) else None
    if any(isinstance(entry, Mapping) and not _names_only(entry) for entry in entries):
        return True
    # A null that is not alone takes away what the contexts before it say.
    if len(entries) > 1 and None in entries:
        return True
    return _has_member(document, {"@context", aliases}, skip="@context")


def is_absolute(name: str) -> bool:
    """Return whether a name is an IRI with its scheme, or a blank node."""
    return name.startswith("_:") or _ABSOLUTE.fullmatch(name) is not None


def tell_relative(name: str) -> str:
    """Return the sentence that refuses a relative identifier."""
    said = f"The identifier {name[:200]}" if name else "An empty identifier"
    return (
        f"{said} is relative; an identifier has to be absolute, such as urn:example:{name.strip('#/')[:50] or 'data'}."
    )


def _names_only(context: Mapping[str, Any]) -> bool:
    for name, meaning in context.items():
        if name.startswith("@"):
            plain = {
                "@vocab": meaning == ODRL,
                "@version": meaning == _VERSION,
                "@protected": isinstance(meaning, bool),
            }
            if not plain.get(name, False):
                return False
        elif isinstance(meaning, Mapping):
            if not isinstance(meaning.get("@id"), str) or set(meaning) - _PLAIN:
                return False
            if _to_list(meaning.get("@type", "@id")) not in (["@id"], ["@vocab"]):
                return False
            if _to_list(meaning.get("@container", "@set")) not in (["@set"], ["@list"]):
                return False
        elif not isinstance(meaning, str) or meaning.startswith("@"):
            return False
    return True


def _to_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _has_member(document: Mapping[str, Any], wanted: set[str | None], *, skip: str) -> bool:
    """Return whether an object anywhere in the document has one of the members; one of the outermost is skipped."""
    stack: list[Any] = [value for name, value in document.items() if name != skip]
    if not wanted.isdisjoint(set(document) - {skip}):
        return True
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            if not wanted.isdisjoint(value):
                return True
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
    return False
