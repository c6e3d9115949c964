"""Links that open a letter in the mail program of a reader."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from connector.web.letters import make_letter


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_subject_and_no_text_adds_a_field_or_a_receiver(subject: str, body: str) -> None:
    subject, body = (text.encode("utf-8", "ignore").decode() for text in (subject, body))
    parts = urlsplit(make_letter("daten@stadt.example", subject, body))
    assert (parts.scheme, parts.path, parts.fragment) == ("mailto", "daten@stadt.example", "")
    assert set(parse_qs(parts.query, keep_blank_values=True)) == ({"subject", "body"} if body else {"subject"})


def test_lines_are_those_of_letters() -> None:
    assert make_letter("a@b.example", "x", "one\ntwo").endswith("&body=one%0D%0Atwo")
