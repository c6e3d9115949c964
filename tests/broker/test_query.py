"""What people and programs ask for is read within bounds."""

from connector.broker import query
from connector.ports.search_index import Facet


def test_a_question_is_cleaned_and_bounded() -> None:
    asked = query.make_query("a\x00b  " + "w " * 99, filters={Facet.PUBLISHER: ["\n"]}, limit=10**6, offset=10**9).query
    assert asked.text.split() == ["a", "b", *["w"] * 14]
    assert (asked.filters, asked.limit, asked.offset) == ({}, query.LIMIT, query.OFFSET)
    many = query.make_query(filters={Facet.KEYWORD: [str(number) for number in range(99)]}).query
    assert len(many.filters[Facet.KEYWORD]) == query.VALUES
