"""The filters that harvesters of CKAN send in `fq` (and udata in `q`), read strictly. Pure.

The syntax is that of Lucene, as far as harvesters write it: fields joined by a space or `AND`, `-` or `NOT` for what is
left out, and organisations joined by `OR`. ckanext-harvest writes `organization:a OR organization:b
metadata_modified:[…]` and means the first two as one condition. What is not known is refused: another list would be
answered than is asked for.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

import msgspec

LONGEST: Final = 16_384
MOST_ORGANIZATIONS: Final = 100
ORGANIZATION: Final = frozenset({"organization", "owner_org"})

_TOKEN: Final = re.compile(
    r'\s*(?:(?P<sign>[-+!])?(?P<name>\w+|\*):(?P<value>"[^"]{1,200}"|\[[^\]]{1,100}\]|[^\s"\[\]()]{1,200})'
    r"|(?P<group>[-+!]?\w+:\()|(?P<open>[-+!]?\()|(?P<close>\))|(?P<word>[^\s()]{1,200}))"
)
_SINCE: Final = re.compile(r"\[(\S+) TO (?:\*|NOW)\]")
_AS_ALWAYS: Final = frozenset({("dataset_type", "dataset"), ("state", "active"), ("*", "*")})


class FilterRefused(Exception):
    """A filter that cannot be used."""


class PackageFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: packages of these organisations (None: of all), of none of `without`, changed since (ms)."""

    organizations: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    since: int | None = None


class _Term(msgspec.Struct, frozen=True):
    """A token: a field with its value, or a sign of the syntax in `kind`; a closing bracket of a group has no name."""

    kind: str
    negated: bool = False
    name: str = ""
    value: str = ""


def read_filter(text: str) -> PackageFilter:
    """Read a filter; raises FilterRefused.

    >>> read_filter("organization:a OR organization:b -organization:c").without
    frozenset({'c'})
    """
    found = PackageFilter()
    for negated, terms in _list_conditions(list(_split(text))):
        if {term.name for term in terms} <= ORGANIZATION:
            found = _narrow(found, frozenset(term.value for term in terms), negated)
        elif len(terms) > 1 or negated:
            raise FilterRefused
        elif terms[0].name == "metadata_modified" and (since := _SINCE.fullmatch(terms[0].value)):
            found = msgspec.structs.replace(found, since=max(_read_moment(since[1]), found.since or 0))
        elif (terms[0].name, terms[0].value) not in _AS_ALWAYS:
            raise FilterRefused
    return found


def _narrow(found: PackageFilter, names: frozenset[str], negated: bool) -> PackageFilter:
    without = found.without | names if negated else found.without
    wanted = found.organizations
    if not negated:
        wanted = names if wanted is None else wanted & names
    if len(without) > MOST_ORGANIZATIONS or len(wanted or ()) > MOST_ORGANIZATIONS:
        raise FilterRefused
    return msgspec.structs.replace(found, organizations=wanted, without=without)


def _list_conditions(tokens: list[_Term]) -> Iterator[tuple[bool, list[_Term]]]:
    """Yield the conditions that all hold: each is a term, or several of which one holds, perhaps left out.

    Raises FilterRefused for what is nested, and for `OR` between what is left out.
    """
    place = 0
    while place < len(tokens):
        if tokens[place].kind == "AND":
            place += 1
        negated = place < len(tokens) and tokens[place].kind == "NOT"
        place += negated
        if place >= len(tokens):
            raise FilterRefused
        grouped = tokens[place].kind == "open"
        negated ^= tokens[place].negated
        terms, place = _read_choice(tokens, place + grouped, grouped=grouped)
        if grouped:
            if place >= len(tokens) or tokens[place].kind != "close":
                raise FilterRefused
            place += 1
        elif negated and len(terms) > 1:
            raise FilterRefused
        yield negated, terms


def _read_choice(tokens: list[_Term], place: int, *, grouped: bool) -> tuple[list[_Term], int]:
    """Return terms that are joined by `OR`, and the place after them; raises FilterRefused, for a `-` there too."""
    terms: list[_Term] = []
    while True:
        if place >= len(tokens) or tokens[place].kind != "term" or ((terms or grouped) and tokens[place].negated):
            raise FilterRefused
        terms.append(tokens[place])
        place += 1
        if place >= len(tokens) or tokens[place].kind != "OR":
            return terms, place
        place += 1


def _split(text: str) -> Iterator[_Term]:
    """Yield the tokens of a filter; words in `organization:(a OR b)` are terms of that field. Raises FilterRefused."""
    if len(text) > LONGEST:
        raise FilterRefused
    place, within, text = 0, "", text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise FilterRefused
        place = found.end()
        if found["name"]:
            yield _Term("term", found["sign"] in {"-", "!"}, found["name"], found["value"].strip('"'))
        elif found["group"] or found["open"]:
            opened = found["group"] or found["open"]
            within = opened.lstrip("-+!").removesuffix("(").removesuffix(":")
            yield _Term("open", opened[0] in "-!")
        elif found["close"]:
            within = ""
            yield _Term("close")
        elif found["word"] in {"AND", "OR", "NOT"}:
            yield _Term(found["word"])
        elif within:
            yield _Term("term", False, within, found["word"].strip('"'))
        else:
            raise FilterRefused


def _read_moment(text: str) -> int:
    try:
        at = dt.datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise FilterRefused from None
