"""RDF documents of others: the same statements as were written, and what would cost more than its bytes."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.semantic import parsing
from connector.semantic.parsing import UnreadableDocument, parse_statements
from connector.semantic.statements import BlankTerm, IriTerm, LiteralTerm, Statement
from connector.semantic.writing import RdfForm, write_statements
from tests.semantic.test_writing import EX, STATEMENTS

BASE = "https://ex.example/catalog"
FORMS = (RdfForm.TURTLE, RdfForm.RDF_XML, RdfForm.JSON_LD)
XML = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/terms/">'


def read(body: bytes, form: RdfForm = RdfForm.TURTLE) -> list[Statement]:
    return [statement for part in parse_statements(body, form, BASE) for statement in part]


def name(statements: list[Statement]) -> set[tuple[object, ...]]:
    """Return statements with one name for all nodes that have none."""
    hidden = BlankTerm("b")
    return {tuple(hidden if isinstance(term, BlankTerm) else term for term in statement) for statement in statements}


@settings(deadline=None, max_examples=60)
@given(STATEMENTS, st.sampled_from(FORMS))
def test_what_was_written_is_read(statements: list[Statement], form: RdfForm) -> None:
    assert name(read(write_statements(statements, form, {"ex": EX}), form)) == name(statements)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200) | st.text(alphabet='<>@"[]{}(). \n:abcpx/#', max_size=80).map(str.encode))
def test_whatever_the_bytes_are_they_are_statements_or_refused(body: bytes) -> None:
    for form in FORMS:
        with contextlib.suppress(UnreadableDocument):
            assert isinstance(read(body, form), list)


@pytest.mark.parametrize(
    ("form", "body", "reason"),
    [
        (RdfForm.TURTLE, b"<urn:a> <urn:b> " + b"<<( <urn:a> <urn:b> " * 100_000, "terms that consist of terms"),
        (RdfForm.TURTLE, b"<urn:a> <urn:b> " + b"[ <urn:c> " * 100_000, "not text/turtle"),
        (RdfForm.RDF_XML, XML + b"<d:x>" * 100_000, "nested deeper than 64"),
        (
            RdfForm.RDF_XML,
            b"<GetRecordsResponse><a>1</a></GetRecordsResponse>",
            "root element GetRecordsResponse and not",
        ),
        (RdfForm.RDF_XML, XML + b"<d:x d:y='1'>text</d:x></rdf:RDF>", "not application/rdf.xml: "),
        (RdfForm.RDF_XML, b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'>" + XML, "document type"),
        (RdfForm.RDF_XML, "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".encode("utf-16"), "document type"),
        *(
            (RdfForm.RDF_XML, b"<!DOCTYPE a [" + declared + b"]>" + XML, "document type that does more")
            for declared in (
                b'<!ENTITY a SYSTEM "file:///etc/passwd">',
                b'<!ENTITY a PUBLIC "p" "https://o.example/">',
                b'<!ENTITY % a "urn:x">',
                b'<!ENTITY a "urn:x"><!ENTITY b "&a;&a;">',
                b'<!ENTITY a "urn:&#38;a;">',
                b'<!ENTITY a "<b/>">',
                b"<!ELEMENT a ANY>",
                b'<!ATTLIST a b CDATA "c">',
                b'<!NOTATION a SYSTEM "b">',
                b'<!ENTITY a "urn:' + b"x" * 300 + b'">',
                b"".join(b'<!ENTITY a%d "urn:x">' % number for number in range(65)),
            )
        ),
        (
            RdfForm.RDF_XML,
            b'<!DOCTYPE a [<!ENTITY a "urn:' + b"x" * 290 + b'">]>' + XML + b"&a;" * 10_000,
            "many times as long",
        ),
        (RdfForm.RDF_XML, b'<!DOCTYPE a [<!ENTITY a "urn:x">]>' + XML + b"&b;</rdf:RDF>", "not XML: undefined entity"),
        (RdfForm.RDF_XML, b"<?xml version='1.0' encoding='nonsense'?><a/>", "encoding nonsense is not read"),
        (
            RdfForm.RDF_XML,
            b"<?xml version='1.0' encoding='unicode_escape'?><a/>",
            "encoding unicode_escape is not read",
        ),
        (RdfForm.RDF_XML, b"<?xml version='1.0'?><a>\xe4</a>", "not XML"),
        (RdfForm.TURTLE, b'<urn:a> <urn:b> "' + b"x" * (17 << 20) + b'" .', "longer than 16 MB"),
        (RdfForm.JSON_LD, b'{"@id":' * 100_000, "not JSON-LD: The body is nested too deeply"),
        (RdfForm.JSON_LD, b"[" * 150 + b"]" * 150, "not JSON-LD"),
        (RdfForm.JSON_LD, b'{"@context": "https://o.example/c"}', r"not loaded \(https://o.example/c\)"),
        (RdfForm.JSON_LD, b'{"a": {"@context": [{}, "c"]}}', "context that is not loaded"),
        (RdfForm.JSON_LD, b'{"@context": {"@version": 1.1, "@import": "c"}}', "context that is not loaded"),
        (RdfForm.JSON_LD, b'{"@context": {"t": {"@id": "urn:t", "@context": "c"}}}', "context that is not loaded"),
    ],
)
def test_what_costs_more_than_its_bytes_or_leads_elsewhere_is_refused(form: RdfForm, body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read(body, form)


def test_a_document_type_gives_namespaces_short_names() -> None:
    body = (
        b"<?xml version='1.0'?><!-- a -->\n<!DOCTYPE rdf:RDF [\n<!-- names --><!ENTITY d 'http://purl.org/dc/terms/'>\n"
        b'<!ENTITY e "urn:e:"><!ENTITY e "urn:later:">]>\n'
        + XML.replace(b'"http://purl.org/dc/terms/"', b'"&d;"')
        + b'<rdf:Description rdf:about="&e;a"><d:x>&e;&amp;</d:x></rdf:Description></rdf:RDF>'
    )
    for encoded in (body, body.decode().encode("utf-16")):
        (found,) = read(encoded, RdfForm.RDF_XML)
        assert found == Statement(IriTerm("urn:e:a"), "http://purl.org/dc/terms/x", LiteralTerm("urn:e:&"))
    assert read(b"<!DOCTYPE rdf:RDF>" + XML + b"</rdf:RDF>", RdfForm.RDF_XML) == []


@pytest.mark.parametrize(
    "label", ["Verkehr &amp; Straße", "\n", "&d;", "<![CDATA[ <b> ]]>", "a<!-- b -->c<![CDATA[d]]>", "<?e f?>g"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_label_inside_of_a_reference_is_left_out_and_the_rest_is_read(label: str, encoding: str) -> None:
    reference = f'<d:theme rdf:resource="urn:t">{label}</d:theme>'
    body = (
        f"<!DOCTYPE rdf:RDF [<!ENTITY d 'urn:d:'>]>{XML.decode()}"
        f'<rdf:Description rdf:about="urn:a">{reference}<d:x>ä &lt; b</d:x>{reference}<d:x/></rdf:Description>'
        "</rdf:RDF>"
    )
    found = read(body.encode(encoding), RdfForm.RDF_XML)
    theme, text, empty = IriTerm("urn:t"), LiteralTerm("ä < b"), LiteralTerm("")
    assert [statement.value for statement in found] == [theme, text, theme, empty]


def test_a_wrong_address_is_mended_or_left_out_and_the_rest_is_read() -> None:
    turtle = b"<urn:a> <urn:p> <https://f.example/a b|c.csv>, <no address> . <urn:b c> <urn:p> 1 . <urn:d> <urn:p> 2 ."
    xml = (
        XML
        + b'<rdf:Description rdf:about="urn:a"><d:p rdf:resource="https://f.example/a b"/></rdf:Description></rdf:RDF>'
    )
    found = read(turtle)
    assert [statement.value for statement in found[:2]] == [
        IriTerm("https://f.example/a%20b%7Cc.csv"),
        IriTerm("https://ex.example/no%20address"),
    ]
    assert [statement.subject for statement in found[2:]] == [IriTerm("urn:b%20c"), IriTerm("urn:d")]
    assert [statement.value for statement in read(xml, RdfForm.RDF_XML)] == [IriTerm("https://f.example/a%20b")]
    assert read(b'{"@id": "urn:' + b"a" * 3000 + b'", "urn:p": 1}', RdfForm.JSON_LD) == []


def test_a_document_has_a_bounded_number_of_statements_and_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"".join(b"<urn:a> <urn:b> %d .\n" % number for number in range(2000))
    parts = list(parse_statements(body, RdfForm.TURTLE, BASE))
    assert [len(part) for part in parts] == [500, 500, 500, 500, 0]
    monkeypatch.setattr(parsing, "MOST_STATEMENTS", 1999)
    with pytest.raises(UnreadableDocument, match="more than 1999 statements"):
        read(body)
