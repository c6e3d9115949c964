from connector.broker import search


def test_a_question_is_cleaned_and_bounded() -> None:
    asked = search.make_query("a\x00b  " + "w " * 99, publisher="\n", limit=10**6, offset=10**9)
    assert asked.text.split() == ["a", "b", *["w"] * 14]
    assert (asked.publisher, asked.limit, asked.offset) == (None, search.LIMIT, search.OFFSET)
