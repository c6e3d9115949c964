"""The filter of a catalogue request: themes, keywords, publishers and a page, and nothing else."""

from typing import Any

import pytest

from connector.protocol.dsp.catalog_filter import ENTRIES, OFFSET, TEXT, TEXTS, Wanted, read_filter
from connector.protocol.dsp.common import EDC
from connector.protocol.dsp.errors import RemoteProtocolError

ROADS = {"themes": ["urn:theme:roads"], "keywords": ["Straße", "Karte"], "publisher": "urn:participant:city"}


@pytest.mark.parametrize(
    ("entries", "matches"),
    [
        ([], True),
        ([{"theme": "urn:theme:roads"}], True),
        ([{"theme": "urn:theme:trees"}], False),
        ([{"keyword": ["kARTE", "other"]}], True),
        ([{"keyword": "STRASSE"}], True),
        ([{"keyword": "Karte", "publisher": "urn:participant:city"}], True),
        ([{"keyword": "Karte"}, {"publisher": "urn:participant:firm"}], False),
    ],
)
def test_every_member_of_every_entry_has_to_match(entries: list[Any], matches: bool) -> None:
    assert read_filter(entries).takes(**ROADS) is matches


@pytest.mark.parametrize("kind", ["QuerySpec", "edc:QuerySpec", f"{EDC}QuerySpec"])
def test_a_query_without_conditions_selects_a_page(kind: str) -> None:
    query = {"@type": kind, "limit": 5, "offset": 10, "sortOrder": "ASC", "filterExpression": []}
    assert read_filter([query]) == Wanted(limit=5, offset=10)


@pytest.mark.parametrize(
    "entry",
    [
        "text",
        {},
        {"title": "x"},
        {"theme": ""},
        {"theme": []},
        {"theme": 5},
        {"theme": ["x"] * (TEXTS + 1)},
        {"theme": "x" * (TEXT + 1)},
        {"@type": "QuerySpec", "sortOrder": "DESC"},
        {"@type": "QuerySpec", "filterExpression": [{}]},
        {"@type": "QuerySpec", "limit": 0},
        {"@type": "QuerySpec", "limit": True},
        {"@type": "QuerySpec", "offset": OFFSET + 1},
        {"@type": "QuerySpec", "range": {}},
    ],
)
def test_every_other_filter_is_refused(entry: Any) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read_filter([entry])
    assert (caught.value.status, caught.value.code) == (400, "filter")


def test_the_number_of_entries_is_bounded() -> None:
    entry = {"theme": "urn:theme:roads"}
    assert read_filter([entry] * ENTRIES).takes(**ROADS)
    with pytest.raises(RemoteProtocolError):
        read_filter([entry] * (ENTRIES + 1))
