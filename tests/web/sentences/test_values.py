"""A right operand comes back as it was written, in the control of its operand."""

from datetime import UTC
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.judging.library import operands
from connector.policy.model.policy import DK, ODRL
from connector.web.sentences.values import SETS, read_values, show_value, write_right

REGISTRY = operands()
BERLIN = msgspec.structs.replace(REGISTRY, zone=ZoneInfo("Europe/Berlin"))
NAMES = sorted({operand.iri for operand in REGISTRY.operands.values()})


@pytest.mark.parametrize(
    ("left", "text", "right"),
    [
        (ODRL + "dateTime", "2027-12-31", {"@value": "2027-12-31", "@type": "xsd:date"}),
        (ODRL + "dateTime", "2027-12-31T18:30", {"@value": "2027-12-31T17:30:00Z", "@type": "xsd:dateTime"}),
        (DK + "timeOfDay", "08:00", {"@value": "08:00:00", "@type": "xsd:time"}),
        (ODRL + "elapsedTime", "P30D", {"@value": "P30D", "@type": "xsd:duration"}),
        (ODRL + "count", "1.234,5", "1234.5"),
        (ODRL + "count", "7", "7"),
        (ODRL + "purpose", "", ""),
    ],
)
def test_a_text_is_written_as_the_sort_of_its_operand(left: str, text: str, right: object) -> None:
    operand = BERLIN.operands[left]
    assert write_right(text, "eq", operand, BERLIN) == right


def test_an_instant_is_shown_on_the_clock_of_the_provider() -> None:
    operand = BERLIN.operands[ODRL + "dateTime"]
    assert show_value("2027-12-31T17:30:00Z", operand, BERLIN) == "2027-12-31T18:30"
    assert show_value("2027-12-31T17:30:00Z", operand, msgspec.structs.replace(BERLIN, zone=UTC)) == "2027-12-31T17:30"
    assert show_value("soon", operand, BERLIN) == "soon"


def test_several_values_are_lines() -> None:
    operand = REGISTRY.operands[DK + "participantGroup"]
    right = write_right("a\n\n b ", "isAnyOf", operand, REGISTRY)
    assert right == ["a", "b"]
    assert read_values(right) == ("a", "b")


@given(st.sampled_from(NAMES), st.text(max_size=30), st.sampled_from(["eq", *sorted(SETS)]))
def test_whatever_is_typed_is_written_and_read_again(left: str, text: str, operator: str) -> None:
    operand = REGISTRY.operands[left]
    right = write_right(text, operator, operand, REGISTRY)
    again = write_right("\n".join(read_values(right)), operator, operand, REGISTRY)
    assert read_values(again) == read_values(right)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner) | (
    st.dictionaries(st.sampled_from(["@value", "@id"]), inner)), max_leaves=6))  # fmt: skip
def test_whatever_a_document_states_is_read_as_texts(right: object) -> None:
    assert all(isinstance(value, str) for value in read_values(right))
