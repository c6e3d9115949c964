"""Constraints and their values are read as they are typed."""

import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import AtomicConstraint, LogicalConstraint
from connector.policy.model.values import ClockTime, Day, Duration, Flag, Instant, Iri, Number, Text, WallTime
from connector.policy.reading.document import DocumentLimits
from connector.policy.reading.load import load
from tests.policy.support import agreement, atom, rule


def right(raw: object, **more: object) -> tuple[object, ...]:
    constraint = load(agreement(rule(atom("odrl:count", "eq", raw, **more)))).permission[0].constraint[0]
    assert isinstance(constraint, AtomicConstraint)
    return constraint.right


def refused(document: object, **options: object) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load(document, **options)  # type: ignore[arg-type]  # hostile on purpose
    return caught.value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain", Text("plain")),
        (5, Number(Decimal(5))),
        (0.5, Number(Decimal("0.5"))),
        (True, Flag(True)),
        ({"@id": "dpv:Marketing"}, Iri("https://w3id.org/dpv#Marketing")),
        ({"@value": "5.0", "@type": "xsd:decimal"}, Number(Decimal("5.0"))),
        ({"@value": 5, "@type": "xsd:integer"}, Number(Decimal(5))),
        ({"@value": "P1M2DT3H", "@type": "xsd:duration"}, Duration(1, 183_600_000)),
        ({"@value": "2026-01-01", "@type": "xsd:date"}, Day(date(2026, 1, 1))),
        ({"@value": "2026-01-01+02:00", "@type": "xsd:date"}, Day(date(2026, 1, 1), 120)),
        ({"@value": "08:30:00", "@type": "xsd:time"}, ClockTime(30_600)),
        ({"@value": "2026-01-01T02:00:00+02:00", "@type": "xsd:dateTime"}, Instant(datetime(2026, 1, 1, tzinfo=UTC))),
        ({"@value": "2025-12-31T24:00:00Z", "@type": "xsd:dateTime"}, Instant(datetime(2026, 1, 1, tzinfo=UTC))),
        ({"@value": "true", "@type": "xsd:boolean"}, Flag(True)),
        ({"@value": "Hallo", "@language": "de"}, Text("Hallo", "de")),
    ],
)
def test_literals_have_the_type_they_state(raw: object, expected: object) -> None:
    assert right(raw) == (expected,)


def test_a_list_of_values_keeps_its_order() -> None:
    assert right(["b", "a"]) == (Text("b"), Text("a"))
    assert right({"@list": ["b", "a"]}) == (Text("b"), Text("a"))


@pytest.mark.parametrize(
    "raw",
    [
        {"@value": "5.5", "@type": "xsd:integer"},
        {"@value": "1e999", "@type": "xsd:double"},
        {"@value": "NaN", "@type": "xsd:double"},
        {"@value": "-P1D", "@type": "xsd:duration"},
        {"@value": "2026-02-30", "@type": "xsd:date"},
        {"@value": "25:00", "@type": "xsd:time"},
        {"@value": "10000-12-31T23:59:59Z", "@type": "xsd:dateTime"},
        {"@value": "a.*b", "@type": "xsd:pattern"},
    ],
)
def test_a_literal_that_does_not_fit_its_type_is_refused(raw: object) -> None:
    assert refused(agreement(rule(atom("odrl:count", "eq", raw)))).code == "bad-literal"


def test_a_constraint_may_be_written_once_and_referred_to() -> None:
    one, two = atom("odrl:count", "lteq", "5", **{"@id": "urn:1"}), atom("odrl:count", "gt", "1", uid="urn:2")
    document = agreement(rule(one, two), rule({"and": {"@list": [{"@id": "urn:1"}, {"@id": "urn:2"}]}}))
    logical = load(document).permission[1].constraint[0]
    assert isinstance(logical, LogicalConstraint)
    assert [child.uid for child in logical.constraints] == ["urn:1", "urn:2"]


def test_a_reference_out_of_the_document_is_refused() -> None:
    error = refused(agreement(rule({"or": [{"@id": "https://peer.example/c1"}, atom("odrl:count", "eq", 1)]})))
    assert error.code == "remote-reference"


def test_constraints_that_refer_to_each_other_in_a_circle_end() -> None:
    knot = {"@id": "urn:knot", "and": [{"@id": "urn:knot"}, {"@id": "urn:knot"}]}
    assert refused(agreement(rule(knot))).code in {"too-deep", "too-large"}


def test_a_document_that_doubles_itself_by_references_is_refused_in_little_memory() -> None:
    first = atom("odrl:count", "eq", "1", **{"@id": "urn:0"})
    doubled = [{"@id": f"urn:{n}", "or": [{"@id": f"urn:{n - 1}"}, {"@id": f"urn:{n - 1}"}]} for n in range(1, 36)]
    tracemalloc.start()
    try:
        assert refused(agreement(rule(first, *doubled)), limits=DocumentLimits(nodes=1_000)).code == "too-large"
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_time_without_a_zone_stays_without_one_whatever_the_machine() -> None:
    texts = ("2026-05-04T12:00:00", "2026-05-04T14:00:00+02:00")
    bare, zoned = (right({"@value": text, "@type": "xsd:dateTime"}) for text in texts)
    assert bare == (WallTime(datetime.fromisoformat(texts[0])),)
    assert zoned == (Instant(datetime(2026, 5, 4, 12, tzinfo=UTC)),)
