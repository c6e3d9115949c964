"""Parameters of a consumer: of the listed names and types, within the bounds, in one spelling."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.address.parameters import BadParameters, check_parameters, choose, read_choices
from connector.ports.flow import SourceError

ADDRESS: dict[str, Any] = {
    "kind": "http",
    "parameters": {
        "street": {"longest": 20},
        "day": {"type": "date", "least": "2026-01-01", "most": "2026-12-31"},
        "since": {"type": "time"},
        "count": {"type": "integer", "least": 1, "most": 100, "default": 10},
        "share": {"type": "number", "least": 0, "most": 1.5},
        "open": {"type": "boolean"},
        "city": {"values": ["Herne", "Bochum"]},
    },
}


def chosen(query: str) -> dict[str, str]:
    return {name: choice.text for name, choice in read_choices(choose(ADDRESS, query)).items()}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"count": "10"}),
        ("street=Am+Ring%2C+7&count=007", {"street": "Am Ring, 7", "count": "7"}),
        ("day=2026-05-01", {"count": "10", "day": "2026-05-01"}),
        ("since=2026-05-01T10%3A00%3A00%2B02%3A00", {"count": "10", "since": "2026-05-01T08:00:00Z"}),
        ("share=+0.50".replace("+", "%2B"), {"count": "10", "share": "0.50"}),
        ("open=true&city=Herne", {"count": "10", "open": "true", "city": "Herne"}),
    ],
)
def test_a_value_is_read_and_written_in_the_spelling_of_its_type(query: str, found: dict[str, str]) -> None:
    assert chosen(query) == found


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("x=1", "use only city"),
        ("count=1&count=2", "twice"),
        ("count=101", "outside"),
        ("count=0", "outside"),
        ("count=1e9", "whole number"),
        ("count=" + "9" * 5000, "longer"),
        ("count=%D9%A1", "whole number"),
        ("share=nan", "number"),
        ("share=1.6", "outside"),
        ("day=2027-01-01", "outside"),
        ("day=20260501", "date"),
        ("day=2026-02-30", "date"),
        ("since=2026-05-01T10:00:00", "time"),
        ("open=1", "true or false"),
        ("city=herne", "Herne, Bochum"),
        ("street=%0d%0aX:y", "text"),
        ("street=%00", "text"),
        ("street=" + "x" * 21, "too long"),
        ("street=%FF", "UTF-8"),
        ("street", "name=value"),
        ("&".join(["street=x"] * 40), "name=value"),
    ],
)
def test_what_is_not_allowed_is_refused_in_a_sentence(query: str, reason: str) -> None:
    with pytest.raises(BadParameters, match=reason):
        choose(ADDRESS, query)


def test_data_without_parameters_takes_no_query_and_an_operator_chooses_nothing_else() -> None:
    assert choose({"kind": "file", "path": "a"}, "") == {"kind": "file", "path": "a"}
    with pytest.raises(BadParameters, match="has no parameters"):
        choose({"kind": "file", "path": "a"}, "a=1")
    with pytest.raises(SourceError, match="outside"):
        read_choices({**ADDRESS, "chosen": {"count": "101"}})


@pytest.mark.parametrize(
    "parameter",
    [
        {"type": "sql"},
        {"type": "integer", "default": "x"},
        {"type": "integer", "least": "many"},
        {"type": "date", "values": ["soon"]},
        {"type": "integer", "least": 5, "default": 1},
        {"values": ["a"], "default": "b"},
        {"compare": "LIKE"},
        {"longest": 100_000},
        {"unknown": 1},
        7,
    ],
)
def test_a_parameter_that_is_not_well_defined_is_refused_when_the_asset_is_added(parameter: object) -> None:
    with pytest.raises(SourceError):
        check_parameters({"kind": "http", "parameters": {"x": parameter}})


def test_a_name_of_a_parameter_is_plain_and_there_are_few() -> None:
    for parameters in ({"a b": {}}, {"": {}}, {"x" * 65: {}}, {f"p{n}": {} for n in range(33)}, ["x"]):
        with pytest.raises(SourceError):
            check_parameters({"kind": "http", "parameters": parameters})


@given(st.text(max_size=30), st.text(max_size=200))
def test_whatever_is_sent_is_refused_or_comes_back_as_it_was_meant(name: str, value: str) -> None:
    for query in (f"{name}={value}", urlencode({name: value}, quote_via=quote, errors="replace")):
        try:
            found = read_choices(choose(ADDRESS, query))
        except BadParameters:
            continue
        for key, choice in found.items():
            assert key in ADDRESS["parameters"]
            assert choice.text.isprintable()
            assert len(choice.text) <= 40
            assert read_choices(choose(ADDRESS, urlencode({key: choice.text})))[key].text == choice.text
