"""Taxonomies: terms, what is broader than what, and the names documents use for them.

A term is part of itself. What a taxonomy does not hold is unknown, never outside. Pure: standard library, msgspec.
"""

import tomllib
from collections.abc import Iterable, Mapping

import msgspec


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One term: its broader terms, other names, what people call it, and a free mark (`use`) for editors."""

    broader: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    de: str = ""
    en: str = ""
    use: str = ""


class Taxonomy(msgspec.Struct, frozen=True):
    """A closed hierarchy of terms.

    Parameters:
        name: how operands refer to it.
        version: which edition of whose vocabulary it is.
        terms: IRI (or code) to term.
        canonical: every way to write a term to its IRI.
        below: IRI to all terms that are part of it, itself included.
        above: IRI to all terms it is part of, itself included.
        names: every way to write any term.
        disjoint: whether terms without a relation exclude each other; otherwise nobody has said so.
        spellings, below_names, above_names: IRI to every way to write it, what is below it, what is above it.
    """

    name: str
    version: str
    terms: Mapping[str, Term]
    canonical: Mapping[str, str]
    below: Mapping[str, frozenset[str]]
    above: Mapping[str, frozenset[str]]
    names: frozenset[str]
    spellings: Mapping[str, frozenset[str]]
    below_names: Mapping[str, frozenset[str]]
    above_names: Mapping[str, frozenset[str]]
    disjoint: bool = False


class _TaxonomyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    version: str
    term: dict[str, Term]
    base: str = ""
    prefix: str = ""
    disjoint: bool = False


def parse(toml_text: str) -> Taxonomy:
    r"""Read a taxonomy from TOML (`vocab/terms/*.toml`).

    Raises:
        ValueError: the text is malformed, a broader term is missing, or the hierarchy has a circle.

    >>> text = 'name = "zones"\nversion = "1"\n[term.city]\n[term.centre]\nbroader = ["city"]\n'
    >>> sorted(parse(text).below["city"])
    ['centre', 'city']
    """
    file = msgspec.convert(tomllib.loads(toml_text), _TaxonomyFile)
    terms = {
        file.base + name: msgspec.structs.replace(term, broader=tuple(file.base + parent for parent in term.broader))
        for name, term in file.term.items()
    }
    above = {iri: _ancestors(iri, terms, file.name) for iri in terms}
    below: dict[str, set[str]] = {iri: set() for iri in terms}
    for iri, ancestors in above.items():
        for ancestor in ancestors:
            below[ancestor].add(iri)
    canonical: dict[str, str] = {}
    for name in file.term:
        iri = file.base + name
        for spelling in (iri, name, file.prefix + name, *terms[iri].aliases):
            if canonical.setdefault(spelling, iri) != iri:
                raise ValueError(f"Taxonomy {file.name}: {spelling} names two terms: give each name one meaning.")
    spellings = {iri: frozenset(name for name, meant in canonical.items() if meant == iri) for iri in terms}

    def written(iris: Iterable[str]) -> frozenset[str]:
        return frozenset(name for iri in iris for name in spellings[iri])

    return Taxonomy(
        name=file.name,
        version=file.version,
        terms=terms,
        canonical=canonical,
        below={iri: frozenset(members) for iri, members in below.items()},
        above=above,
        names=frozenset(canonical),
        spellings=spellings,
        below_names={iri: written(members) for iri, members in below.items()},
        above_names={iri: written(ancestors) for iri, ancestors in above.items()},
        disjoint=file.disjoint,
    )


def _ancestors(iri: str, terms: Mapping[str, Term], name: str) -> frozenset[str]:
    found = {iri}
    todo = [iri]
    while todo:
        for parent in terms[todo.pop()].broader:
            if parent not in terms:
                raise ValueError(f"Taxonomy {name}: the broader term {parent} is missing: add it or correct the name.")
            if parent == iri:
                raise ValueError(
                    f"Taxonomy {name}: {iri} is broader than itself: remove one `broader` link of the cycle."
                )
            if parent not in found:
                found.add(parent)
                todo.append(parent)
    return frozenset(found)
