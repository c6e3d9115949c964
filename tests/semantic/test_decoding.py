"""Documents in the encodings that deployed portals use, and what is no encoding."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.semantic import decoding
from connector.semantic.decoding import decode_document
from connector.semantic.writing import RdfForm

NAME = "Straßenbäume in Ötigheim"


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(decoding).failed == 0


@pytest.mark.parametrize("form", [RdfForm.TURTLE, RdfForm.JSON_LD, RdfForm.RDF_XML])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_a_document(form: RdfForm, codec: str) -> None:
    assert decode_document(NAME.encode(codec), form) == NAME.encode() or codec == "utf-16"
    assert decode_document("\ufeffä".encode("utf-16-le"), form) == "ä".encode()


@pytest.mark.parametrize("codec", ["ISO-8859-1", "windows-1252", "iso-8859-15", "UTF-16"])
def test_xml_says_its_own_encoding(codec: str) -> None:
    document = f"""<?xml version="1.0" encoding="{codec}" standalone="yes"?><a>{NAME}</a>"""
    expected = f"""<?xml version="1.0" standalone="yes"?><a>{NAME}</a>"""
    assert decode_document(document.encode(codec), RdfForm.RDF_XML) == expected.encode()


def test_the_charset_of_the_answer_comes_before_the_declaration_and_after_the_mark() -> None:
    declared = "<?xml version='1.0' encoding='UTF-8'?><a>ä</a>"
    assert "ä".encode() in decode_document(declared.encode("latin-1"), RdfForm.RDF_XML, "iso-8859-1")
    assert decode_document(b"\xef\xbb\xbf\xc3\xa4", RdfForm.TURTLE, "iso-8859-1") == "ä".encode()
    assert decode_document("– ä €".encode("cp1252"), RdfForm.TURTLE, '"ISO-8859-1"') == "– ä €".encode()


@pytest.mark.parametrize(
    ("body", "charset"), [(b"a", "rot13"), (b"a", "idna"), (b"\xff\xfea", ""), (b"\x81", "latin1")]
)
def test_what_is_in_no_known_encoding_is_refused_in_one_sentence(body: bytes, charset: str) -> None:
    with pytest.raises(ValueError, match=r"encoding .*[.]$"):
        decode_document(body, RdfForm.TURTLE, charset)


@given(st.binary(max_size=60), st.sampled_from([*decoding._ENCODINGS, "", "x"]), st.sampled_from(RdfForm))
def test_whatever_the_bytes_are_they_are_utf_8_or_refused(body: bytes, charset: str, form: RdfForm) -> None:
    try:
        found = decode_document(body, form, charset)
    except ValueError:
        return
    assert found is body or found.decode()[:1] != "\ufeff"
