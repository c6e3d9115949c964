"""What a person typed, as parts."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from connector.store.index import typed
from connector.store.index.typed import WORDS, TypedPart, parse


def test_quotes_minus_and_the_last_word_have_a_meaning() -> None:
    assert parse('Müll "blaue Tonne" -Sack -"alte Kleider" karls') == (
        TypedPart(("mull",)),
        TypedPart(("blau", "tonne"), phrase=True),
        TypedPart(("sack",), excluded=True),
        TypedPart(("alte", "kleider"), excluded=True, phrase=True),
        TypedPart(("karls",), prefix=True),
    )
    assert parse("e-mail - 2024/25") == (
        TypedPart(("e",)),
        TypedPart(("mail",)),
        TypedPart(("2024",)),
        TypedPart(("25",), prefix=True),
    )
    assert parse('"offen bis zum Ende') == (TypedPart(("offen", "bis", "zum", "ende"), phrase=True),)
    assert parse('" " -"" * ()') == ()


def test_few_letters_with_figures_behind_them_are_one_word_or_two() -> None:
    one, two = (TypedPart(("pm", "10"), phrase=phrase, prefix=True, joined="pm10") for phrase in (True, False))
    assert parse("PM10") == parse("PM₁₀") == (one,)
    assert parse("pm 10") == parse("PM-10") == (two,)
    assert parse("U3 Linien") == (TypedPart(("u", "3"), phrase=True, joined="u3"), TypedPart(("linien",), prefix=True))
    for other in ("Haushalt 2024", "Karlsruhe 1", "10 pm", "pm -10", '"pm10"', "1000 m", "abcd12"):
        assert not any(part.joined for part in parse(other))


@given(st.text(alphabet=st.sampled_from('aä1"- *(\u0308\u00df'), max_size=60))
def test_any_text_has_parts_within_bounds(text: str) -> None:
    parts = parse(text * 20)
    assert sum(len(part.words) for part in parts) <= WORDS
    assert all(part.words and all(part.words) for part in parts)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(typed).failed == 0
