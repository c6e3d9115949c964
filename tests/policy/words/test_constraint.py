"""Constraints as phrases: the operator, the values, the order, and what joins them."""

from typing import Any

import pytest

from connector.language.catalogue import LANGUAGES, Language
from connector.policy.model.policy import AtomicConstraint, LogicalConstraint
from connector.policy.vocabulary.names import OPERATORS
from connector.policy.words.constraint import split_and, write_constraint, write_constraints, write_predicate
from tests.policy.support import agreement, atom, build, rule, shipped

MONTH = {"@value": "P1M", "@type": "xsd:duration"}


def normal(*constraints: dict[str, Any]) -> tuple[Any, ...]:
    every = frozenset({"provider", "consumer", "organisational"})
    return build(agreement(rule(*constraints)), accept=every).policy.permission[0].constraint


def written(language: Language, *constraints: dict[str, Any], deadline: bool = False) -> list[str]:
    return [write_constraint(entry, shipped(), language, deadline=deadline) for entry in normal(*constraints)]


@pytest.mark.parametrize(
    ("constraint", "german", "english"),
    [
        (atom("odrl:count", "lteq", 5), "Anzahl der Nutzungen: höchstens 5", "number of uses: at most 5"),
        (atom("dk:role", "neq", "x"), "Rolle: nicht „x“", "role: not “x”"),
        (atom("dk:role", "isAnyOf", ["x"]), "Rolle: nur „x“", "role: only “x”"),
        (atom("dk:role", "isAnyOf", ["x", "y"]), "Rolle: „x“ oder „y“", "role: “x” or “y”"),
        (atom("dk:role", "isNoneOf", ["x", "y"]), "Rolle: weder „x“ noch „y“", "role: neither “x” nor “y”"),
        (atom("dk:role", "isAllOf", ["x", "y"]), "Rolle: „x“ und „y“", "role: “x” and “y”"),
        (
            atom("odrl:spatial", "isPartOf", "DE"),
            "Ort der Nutzung: Deutschland oder Teile davon",
            "place of use: Germany or parts of it",
        ),
        (atom("odrl:event", "gt", "urn:fair"), "Ereignis: nach „urn:fair“", "event: after “urn:fair”"),
        (
            atom("odrl:elapsedTime", "lteq", MONTH),
            "höchstens 1 Monat seit Vertragsschluss",
            "at most 1 month after the agreement",
        ),
    ],
)
def test_an_atom_has_its_operator_and_its_values(constraint: dict[str, Any], german: str, english: str) -> None:
    assert written("de", constraint) == [german]
    assert written("en", constraint) == [english]


def test_a_deadline_is_written_as_one() -> None:
    limit = atom("odrl:elapsedTime", "lteq", MONTH)
    assert written("de", limit, deadline=True) == ["spätestens 1 Monat nach Vertragsschluss"]
    assert written("en", limit, deadline=True) == ["within 1 month of the agreement"]


def test_the_order_shows_only_if_it_matters() -> None:
    one, two = normal(atom("dk:role", "eq", "x"), atom("odrl:count", "lteq", 5))
    for operand, same in (("or", True), ("xone", True), ("andSequence", False)):
        texts = {
            write_constraint(LogicalConstraint(operand, parts), shipped(), "en") for parts in ((one, two), (two, one))
        }
        assert (len(texts) == 1) is same


def test_constraints_that_apply_together_begin_with_the_purpose() -> None:
    entries = normal(
        atom("dk:role", "eq", "x"),
        atom("odrl:elapsedTime", "lteq", MONTH),
        {"and": [atom("odrl:purpose", "isA", "dpv:Marketing"), atom("dk:role", "eq", "x")]},
    )
    assert write_constraints(entries, shipped(), "en") == [
        "purpose: marketing",
        "at most 1 month after the agreement",
        "role: “x”",
    ]
    assert all(isinstance(entry, AtomicConstraint) for entry in split_and(entries))


def test_the_lower_of_two_bounds_comes_first() -> None:
    bounds = normal(atom("odrl:count", "lteq", "9"), atom("odrl:count", "gteq", "2"), atom("dk:role", "eq", "a"))
    assert write_constraints(bounds, shipped(), "de") == [
        "Anzahl der Nutzungen: mindestens 2",
        "Anzahl der Nutzungen: höchstens 9",
        "Rolle: „a“",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operand_has_a_phrase_for_every_operator_that_it_takes(language: Language) -> None:
    values = {"instant": "2027-01-01T00:00:00Z", "clock": "08:00:00", "duration": "P1D", "number": "5", "flag": "true"}
    types = {"instant": "dateTime", "clock": "time", "duration": "duration", "number": "decimal", "flag": "boolean"}
    rows = {entry.iri: entry for entry in shipped().operands.values() if not entry.parameter}
    for operand in rows.values():
        for operator in sorted(operand.operators & OPERATORS):
            text = values.get(operand.sort) or (operand.values or ("urn:x",))[0]
            if operand.taxonomy:
                text = next(iter(shipped().taxonomies[operand.taxonomy].terms))
            value: Any = {"@value": text, "@type": f"xsd:{types[operand.sort]}"} if operand.sort in types else text
            for entry in normal(atom(operand.iri, operator, value)):
                if isinstance(entry, AtomicConstraint) and entry.left == operand.iri:
                    assert write_predicate(entry, shipped(), language)
