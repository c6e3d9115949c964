"""A search is saved as the broker takes it, and is the same search when it is opened again."""

from hypothesis import given
from hypothesis import strategies as st

from connector.web.showing.results import FILTERS, AskedSearch
from connector.web.showing.saved import read_parameters, write_parameters

WORDS = st.text("abcäöü ", min_size=1).map(lambda text: " ".join(text.split())).filter(bool)


@given(
    words=st.none() | WORDS,
    since=st.sampled_from(["", "2026-01-01"]),
    near=st.sampled_from([{}, {"laenge": "8.4", "breite": "49.0", "km": "5"}]),
    filters=st.dictionaries(st.sampled_from(sorted(FILTERS)), st.lists(WORDS, min_size=1, max_size=3, unique=True)),
)
def test_a_saved_search_is_the_search_that_was_saved(
    words: str | None, since: str, near: dict[str, str], filters: dict[str, list[str]]
) -> None:
    plain = {name: value for name, value in {"q": words or "", "von": since, **near}.items() if value}
    asked = AskedSearch(plain, {name: tuple(values) for name, values in filters.items()})
    found = read_parameters(write_parameters(asked))
    assert (dict(found.plain), dict(found.filters)) == (dict(asked.plain), dict(asked.filters))


def test_what_the_pages_have_no_words_for_is_left_out() -> None:
    found = read_parameters({"q": "Rad", "like": "urn:x", "data_class": ["open"], "near": "x", "offset": "7"})
    assert found == AskedSearch({"q": "Rad", "laenge": "x"}, {})
