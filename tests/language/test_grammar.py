"""Lists, quotations, sentences, numbers, dates and lengths of time."""

from datetime import date
from decimal import Decimal

import pytest

from connector.language.catalogue import Language, read_grammar


@pytest.mark.parametrize(
    ("language", "number", "money", "day", "time", "length"),
    [
        ("de", "-1.234.567,5", "49,90", "1. März 2027", "08:30 Uhr", "1,5 Stunden"),
        ("en", "-1,234,567.5", "49.90", "1 March 2027", "08:30", "1.5 hours"),
    ],
)
def test_a_language_has_its_own_signs(
    language: Language, number: str, money: str, day: str, time: str, length: str
) -> None:
    grammar = read_grammar(language)
    assert grammar.write_number(Decimal("-1234567.50")) == number
    assert grammar.write_money(Decimal("49.9")) == money
    assert grammar.write_day(date(2027, 3, 1)) == day
    assert grammar.write_time("08:30") == time
    assert grammar.write_length(Decimal("1.5"), "hour") == length


@pytest.mark.parametrize(("amount", "text"), [("50", "50"), ("0.5", "0.50"), ("0.125", "0.125"), ("1000", "1,000")])
def test_money_has_two_decimals_if_it_has_any(amount: str, text: str) -> None:
    assert read_grammar("en").write_money(Decimal(amount)) == text


@pytest.mark.parametrize(("count", "text"), [("0", "0 Tage"), ("1", "1 Tag"), ("2", "2 Tage")])
def test_one_and_several_differ(count: str, text: str) -> None:
    assert read_grammar("de").write_length(Decimal(count), "day") == text


def test_lists_and_sentences() -> None:
    grammar = read_grammar("en")
    assert grammar.join(["a"], "and") == "a"
    assert grammar.join(["a", "b"], "or") == "a or b"
    assert grammar.join(["a", "b", "c"], "nor") == "a, b nor c"
    assert grammar.end_sentence("read the data") == "Read the data."
    assert grammar.end_sentence("") == "."


def test_a_foreign_text_cannot_end_its_quotation() -> None:
    assert read_grammar("de").quote("a“ b\\") == "„a\\“ b\\\\“"
    assert read_grammar("en").quote("a\u202e\n”") == "“a\\u{202e}\\u{a}\\””"


def test_brackets_in_brackets_have_the_other_shape() -> None:
    german, english = read_grammar("de"), read_grammar("en")
    assert german.bracket("ab 08:00 Uhr (UTC)") == "(ab 08:00 Uhr [UTC])"
    assert english.bracket(english.bracket("from 08:00 (UTC)")) == "([from 08:00 (UTC)])"


def test_brackets_in_a_quotation_stay_as_they_are() -> None:
    german, english = read_grammar("de"), read_grammar("en")
    assert german.bracket(german.quote("a (b“) [c]") + " (d)") == "(„a (b\\“) [c]“ [d])"
    assert english.bracket(english.quote("a (b”\\) [c]") + " (d)") == "(“a (b\\”\\\\) [c]” [d])"
