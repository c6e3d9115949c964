"""What may stand in a statement: every accepted IRI is one for the libraries that read and write RDF."""

import pyoxigraph
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rdflib import URIRef

from connector.semantic.statements import (
    XSD,
    LiteralTerm,
    is_iri,
    is_usual_spelling,
    is_web_address,
    make_text,
    read_time,
)

SIGNS = st.sampled_from([*"abZ09:/?#[]@!$&'()*+,;=%-._~ <>\"{}|\\^`", "ä", "\u200b", "\ufffe", "\u0000", "🌳", "%41"])


@given(st.one_of(st.text(), st.lists(SIGNS).map(lambda parts: "a:" + "".join(parts))))
@example("http://a.example:80/x?y#z")
@example("urn:a#b#c")
@example("a://[::1]/")
@example("a://host:port")
@example("a:////b")
def test_what_is_an_iri_here_is_one_everywhere(text: str) -> None:
    if is_iri(text):
        assert pyoxigraph.NamedNode(text).value == text
        assert URIRef(text).n3() == f"<{text}>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urn:uuid:7f0c", True),
        ("https://stadt.example/daten/bäume?a=%C3%A4#x", True),
        ("did:web:stadt.example%3A8443:x", True),
        ("HttpData-PULL", False),
        ("", False),
        ("https://a.example/<b>", False),
        ("https://a.example/a b", False),
        ("https://a.example/%zz", False),
        ("https://a.example/\u202e", False),
        ("YQ==:YQ==:Yg==", False),
        ("a:" + "x" * 2048, False),
    ],
)
def test_an_iri_has_a_scheme_and_no_mark_up(text: str, expected: bool) -> None:
    assert is_iri(text) is expected


def test_a_web_address_has_a_host() -> None:
    assert is_web_address("HTTPS://a.example")
    assert not any(map(is_web_address, ("urn:a", "https:a", "https:///a", "javascript:alert(1)", "http://")))


def test_a_tag_that_is_none_leaves_a_plain_text() -> None:
    assert make_text("Luft", "de") == LiteralTerm("Luft", language="de")
    assert {make_text("Luft", tag) for tag in ("und", "a1234567890", "", "x")} == {LiteralTerm("Luft")}


@pytest.mark.parametrize(
    ("text", "written", "kind"),
    [
        ("2024", "2024", "gYear"),
        ("2024-05", "2024-05", "gYearMonth"),
        ("2024-05-01", "2024-05-01", "date"),
        ("2024-05-01+02:00", "2024-05-01+02:00", "date"),
        ("1.5.2024", "2024-05-01", "date"),
        ("01.05.2024, 8:30 Uhr", "2024-05-01T08:30:00", "dateTime"),
        ("2024-05-01 08:30:00 UTC", "2024-05-01T08:30:00Z", "dateTime"),
    ],
)
def test_a_time_has_its_type_however_exact_it_is(text: str, written: str, kind: str) -> None:
    assert read_time(text) == LiteralTerm(written, datatype=XSD + kind)


@pytest.mark.parametrize("text", ["2024-02-30", "0000", "2024-13", "31.02.2024", "2024-01-01T25:00:00Z", ""])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


def test_a_day_and_an_instant_have_their_types() -> None:
    assert read_time("2024-02-29") == LiteralTerm("2024-02-29", datatype=XSD + "date")
    assert read_time("2024-02-29T10:00:00+01:00") == LiteralTerm("2024-02-29T10:00:00+01:00", datatype=XSD + "dateTime")


USUAL = [
    "https://a.example/Datens\u00e4tze/1?b=%C3%A4#C",
    "https://a.example:8443/..x/.y/%2F",
    "https://User@a.example/",
    "http://a.example:443/1",
    "urn:uuid:7F0C",
    "did:web:a.example:1",
    "https://[2001:db8::1]/1",
]


@pytest.mark.parametrize("iri", USUAL)
def test_an_iri_is_written_as_usual(iri: str) -> None:
    assert is_usual_spelling(iri)


@pytest.mark.parametrize(
    "iri",
    [
        "Https://a.example/1",
        "https://A.example/1",
        "https://a.example:443/1",
        "http://a.example:80/1",
        "https://a.example:/1",
        "https://a.example/./1",
        "https://a.example/x/../1",
        "https://a.example/%31",
        "https://a.example/%7e",
        "https://a.example/1?",
        "https://a.example/1#",
        "https://a.example/Datensa\u0308tze",
        "URN:uuid:1",
        "urn:UUID:1",
        "a",
        "",
    ],
)
def test_another_spelling_of_an_iri_is_told(iri: str) -> None:
    assert not is_usual_spelling(iri)
