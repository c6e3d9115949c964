"""The choice of a form by the Accept header (RFC 9110, section 12.5.1)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.api.frame.errors import ApiError
from connector.api.portals.frame import choose_form

FORMS = {"text/turtle": "turtle", "application/ld+json": "json", "application/rdf+xml": "xml"}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "turtle"),
        ("application/*", "json"),
        ("application/rdf+xml;q=1.0;v=b3,*/*;q=0.1", "xml"),
        ("TEXT/TURTLE;Q=0.5, application/ld+json;q=0.4", "turtle"),
        ("text/turtle;q=x, application/ld+json;q=0.4", "turtle"),
        ("application/*, application/ld+json;q=0", "xml"),
    ],
)
def test_the_most_wanted_form_is_chosen(accept: str, expected: str) -> None:
    assert choose_form(accept, FORMS) == expected


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "text/turtle;q=0"])
def test_no_form_is_refused(accept: str) -> None:
    with pytest.raises(ApiError, match="None of the accepted forms"):
        choose_form(accept, FORMS)


@given(st.text(st.sampled_from("texurl/*;,q=0.19 ")))
def test_no_header_is_too_odd(accept: str) -> None:
    with suppress(ApiError):
        assert choose_form(accept, FORMS) in FORMS.values()
