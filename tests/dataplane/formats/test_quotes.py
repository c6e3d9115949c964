from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.formats.quotes import count_lines, find_last_end, find_stray_quote
from tests.dataplane.formats.test_csv import has_stray_quote

TEXTS = st.text('ab",;\n\r', max_size=12)


@given(text=TEXTS, delimiter=st.sampled_from(",;"))
def test_a_stray_quote_is_found_where_the_grammar_has_none(text: str, delimiter: str) -> None:
    place = find_stray_quote(text, delimiter)
    assert (place is not None) is has_stray_quote(text, delimiter)
    if place is not None:
        assert text[place] == '"'
        assert find_stray_quote(text[:place], delimiter) is None, "it is the first one"


@given(
    records=st.lists(st.sampled_from(["a,b\n", '"x\ny",2\n', '"""",\n', "\n"])),
    rest=st.sampled_from(["", "c", '"c\n', 'c,"\n\n']),
)
def test_complete_records_end_before_the_one_that_goes_on(records: list[str], rest: str) -> None:
    assert find_last_end("".join(records) + rest) == len("".join(records))


@given(text=TEXTS)
def test_lines_are_counted_as_python_splits_them(text: str) -> None:
    assert count_lines(text) == len(f"{text}x".splitlines()) - 1
