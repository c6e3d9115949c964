"""Lengths of time and lines, as people type them."""

from hypothesis import given
from hypothesis import strategies as st

from connector.web.offering.controls import join_length, read_answer, split_length, split_lines


@given(st.integers(0, 10**8), st.sampled_from("DWMYHN"))
def test_a_length_of_time_comes_back_as_it_was_typed(number: int, unit: str) -> None:
    assert split_length(join_length(str(number), unit)) == (str(number), unit)


@given(st.text(max_size=30), st.text(max_size=3))
def test_any_text_is_kept_in_a_length(text: str, unit: str) -> None:
    assert isinstance(join_length(text, unit), str)
    assert split_length(text)[0] if text else True


@given(st.text(max_size=200))
def test_an_answer_is_one_printable_line(text: str) -> None:
    answer = read_answer({"titel": text}, "titel")
    assert answer.isprintable()
    assert answer == " ".join(answer.split())
    assert all(line == line.strip() and line for line in split_lines(text, most=5))
    assert len(split_lines(text, most=5)) <= 5
