"""Filters of CKAN as harvesters write them: read strictly, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.describing.ckan_filters import MOST_ORGANIZATIONS, FilterRefused, PackageFilter, read_filter


def of(*names: str, without: str = "", since: int | None = None) -> PackageFilter:
    return PackageFilter(organizations=frozenset(names) if names else None, without=frozenset(without), since=since)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", of()),
        ("+dataset_type:dataset state:active *:*", of()),
        ("organization:a", of("a")),
        ('owner_org:"a"', of("a")),
        ("organization:a OR organization:b metadata_modified:[1970-01-01T00:00:01Z TO *]", of("a", "b", since=1000)),
        ("-organization:a -organization:b", of(without="ab")),
        ("!organization:a AND NOT organization:b", of(without="ab")),
        ("organization:(a OR b)", of("a", "b")),
        ("(organization:a OR organization:b) AND -organization:b", of("a", "b", without="b")),
        ("NOT organization:(a OR b)", of(without="ab")),
        ("-(organization:a OR organization:b)", of(without="ab")),
    ],
)
def test_what_harvesters_write_is_read(text: str, found: PackageFilter) -> None:
    assert read_filter(text) == found


def test_organisations_that_must_both_hold_are_none() -> None:
    assert read_filter("organization:a AND organization:b").organizations == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "groups:x",
        "-groups:x",
        "tags:x",
        "luft",
        "organization:a OR tags:b",
        "organization:a OR",
        "OR organization:a",
        "NOT",
        "AND",
        "organization:a AND AND organization:b",
        "-organization:a OR organization:b",
        "organization:a OR -organization:b",
        "(-organization:a)",
        "organization:()",
        "organization:(a b)",
        "((organization:a))",
        "(((",
        ")",
        "metadata_modified:[soon TO *]",
        "-metadata_modified:[2026-01-01 TO *]",
        "-state:active",
        "x" * 20_000,
        " OR ".join(f"organization:o{number}" for number in range(MOST_ORGANIZATIONS + 1)),
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(FilterRefused):
        read_filter(text)


@given(st.text(max_size=200) | st.text(alphabet='organiz:()-+! ANDORNOT"[]*', max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_filter(text)
    except FilterRefused:
        return
    assert isinstance(found, PackageFilter)
