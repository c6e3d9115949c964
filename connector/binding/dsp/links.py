"""Link header fields (RFC 8288): the URL of the next page.

A field that names a next page is understood or refused: a page is never lost without a word. Pure.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, urldefrag, urljoin

_BETWEEN = re.compile(r"[\s,]*")
_TARGET = re.compile(r"<([^<>]*)>")
_PARAMETER = re.compile(
    r"\s*;\s*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*)))?)?", re.DOTALL
)
_END = re.compile(r"\s*(?:,|$)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What a URL may contain as it is; everything else is percent-encoded, as browsers do.
_SAFE = "%/:?#@!$&'()*+,;=~-._"

LinkParameters = dict[str, list[str]]


class UnclearLink(Exception):
    """The field names a next page that cannot be told; the message is one sentence."""


def find_next(field: str, base: str) -> str | None:
    """Return the absolute URL of the next page after `base`, or None without one. Raises UnclearLink."""
    if "next" not in field.lower():
        return None
    found = {_resolve(base, target) for target, parameters in _read_links(field) if _is_next(parameters, base)}
    if len(found) > 1:
        raise UnclearLink("The Link of the catalogue names two next pages: the peer has to correct it.")
    if base in found:
        raise UnclearLink("The catalogue names the same page as its next: the peer has to correct its Link.")
    return found.pop() if found else None


def _read_links(field: str) -> Iterator[tuple[str, LinkParameters]]:
    """Yield the target of each link with its parameters, their names in lower case."""
    position = 0
    while (position := _skip(field, position)) < len(field):
        link = _TARGET.match(field, position)
        if link is None:
            raise UnclearLink(f"The Link of the catalogue cannot be read at '{field[position : position + 40]}'.")
        position = link.end()
        parameters: LinkParameters = {}
        while (parameter := _PARAMETER.match(field, position)) is not None:
            position = parameter.end()
            name, quoted, plain = parameter.groups()
            if name is not None:
                value = _ESCAPED.sub(r"\1", quoted) if quoted is not None else plain or ""
                parameters.setdefault(name.lower(), []).append(value)
        end = _END.match(field, position)
        if end is None:
            raise UnclearLink(f"The Link of the catalogue cannot be read at '{field[position : position + 40]}'.")
        position = end.end()
        yield link[1], parameters


def _skip(field: str, position: int) -> int:
    between = _BETWEEN.match(field, position)
    return between.end() if between else position


def _is_next(parameters: LinkParameters, base: str) -> bool:
    """Return whether a link is from this page to its next; `anchor` makes it a link from another resource."""
    relations = {word.strip("'\"").lower() for value in parameters.get("rel", []) for word in value.split()}
    return "next" in relations and all(_resolve(base, anchor) == base for anchor in parameters.get("anchor", []))


def _resolve(base: str, target: str) -> str:
    try:
        return quote(urldefrag(urljoin(base, target.strip())).url, safe=_SAFE + ("[]" if "://[" in base else ""))
    except ValueError as error:
        raise UnclearLink("The Link of the catalogue is not a URL: the peer has to correct it.") from error
