"""RDF statements as simple values, and the IRIs and literals that may stand in them.

RDF 1.1 Concepts and Abstract Syntax, section 3; RFC 3987, section 2.2. What is accepted here is accepted by every
serialisation: no space, mark-up or sign that cannot be printed is part of an IRI.

Pure: standard library and msgspec only.
"""

import re
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from unicodedata import is_normalized

import msgspec

from connector.semantic.dates import mend_date

LONGEST_IRI = 2048

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = RDF + "type"


class IriTerm(msgspec.Struct, frozen=True):
    """A node that is named by an IRI; `is_iri` is true of it."""

    iri: str


class BlankTerm(msgspec.Struct, frozen=True):
    """A node without a name; `label` tells it from others in one set of statements (letters and digits)."""

    label: str


class LiteralTerm(msgspec.Struct, frozen=True):
    """A literal: a text, with a language tag or the IRI of a datatype."""

    text: str
    language: str = ""
    datatype: str = ""


RdfNode: TypeAlias = IriTerm | BlankTerm
RdfTerm: TypeAlias = RdfNode | LiteralTerm


class Statement(NamedTuple):
    """One RDF triple; `predicate` is an IRI."""

    subject: RdfNode
    predicate: str
    value: RdfTerm


_LETTERS = r"A-Za-z0-9._~\-\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd"
_PERCENT = "%[0-9A-Fa-f]{2}"
_PATH = rf"(?:[{_LETTERS}!$&'()*+,;=:@/]|{_PERCENT})*"
_REST = rf"(?:[{_LETTERS}!$&'()*+,;=:@/?]|{_PERCENT})*"
_IRI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:"
    rf"(?://(?:[{_LETTERS}!$&'()*+,;=]|{_PERCENT})*(?::[0-9]{{0,5}})?(?:/{_PATH})?|(?!//){_PATH})"
    rf"(?:\?{_REST})?(?:\#{_REST})?"
)
# A percent sign without two digits, and what may stand nowhere in an IRI.
_NO_SIGN = re.compile(rf"%(?![0-9A-Fa-f]{{2}})|[^{_LETTERS}!$&'()*+,;=:@/?#%]")
_PARTS = re.compile(
    r"(?P<scheme>[^:/?#]+):(?://(?P<authority>[^/?#]*))?(?P<path>[^?#]*)(?:\?[^#]*)?(?:#.*)?", re.DOTALL
)
_PORTS = {"http": ":80", "https": ":443"}
# Letters, digits, `-`, `.`, `_` and `~`.
_CODED = re.compile(r"%(?:2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)", re.IGNORECASE)
_WEB = re.compile(r"https?://[^/?#:]", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?")
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# The forms of a time with their types, and where the part that a calendar checks ends.
_TIMES = (
    (re.compile(r"[0-9]{4}"), "gYear", "-01-01"),
    (re.compile(r"[0-9]{4}-[0-9]{2}"), "gYearMonth", "-01"),
    (re.compile(_DAY + _ZONE), "date", ""),
    (re.compile(_DAY + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?" + _ZONE), "dateTime", ""),
)


def is_usual_spelling(iri: str) -> bool:
    """Return whether an IRI is written as every program may write it anew (RFC 3986, 6.2.2 and 6.2.3).

    Another spelling names the same: letters of scheme and host in capitals, the usual port, segments of dots, plain
    letters and digits as percent codes, an empty query or fragment at the end, letters in parts (RFC 3987, 5.3.2.2).

    >>> [is_usual_spelling(iri) for iri in ("https://a.example/1", "https://A.example/1", "https://a.example/%31")]
    [True, False, False]
    """
    found = _PARTS.fullmatch(iri)
    if found is None or not is_normalized("NFC", iri):
        return False
    scheme, authority, path = found["scheme"], found["authority"] or "", found["path"]
    namespace = path.partition(":")[0] if scheme == "urn" else ""
    usual = scheme + authority.rpartition("@")[2] + namespace
    port = _PORTS.get(scheme, "") if authority else ""
    dots = path.startswith("/") and not {".", ".."}.isdisjoint(path.split("/"))
    ends = (":", port) if port else (":",)
    return not (usual != usual.lower() or authority.endswith(ends) or dots or iri[-1] in "?#" or _CODED.search(iri))


def is_iri(text: str) -> bool:
    """Return whether a text is an absolute IRI that every serialisation can contain.

    >>> is_iri("urn:uuid:7f0c"), is_iri("HttpData-PULL"), is_iri("https://a.example/<b>")
    (True, False, False)
    """
    return len(text) <= LONGEST_IRI and text.isprintable() and _IRI.fullmatch(text) is not None


def mend_iri(text: str) -> str:
    """Return an address as browsers read it, with the signs that no IRI has percent-encoded; empty if it is none then.

    WHATWG URL, sections 1.3 and 4.4.

    >>> mend_iri(" https://a.example/l\u00e4rm karte[1].csv\\n"), mend_iri("www.a.example")
    ('https://a.example/l\u00e4rm%20karte%5B1%5D.csv', '')
    """
    mended = _NO_SIGN.sub(_encode_sign, text.strip()) if len(text) <= LONGEST_IRI else ""
    return mended if is_iri(mended) else ""


def _encode_sign(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))


def is_web_address(text: str) -> bool:
    """Return whether a text is an IRI with the scheme http or https, and a host."""
    return is_iri(text) and _WEB.match(text) is not None


def make_text(text: str, language: str = "") -> LiteralTerm:
    """Return a text with its language tag; a tag that is none, or `und`, is left out (BCP 47)."""
    known = _LANGUAGE.fullmatch(language) and language != "und"
    return LiteralTerm(text, language=language if known else "")


def read_time(text: str) -> LiteralTerm | None:
    """Return a year, a month, a day or an instant as a literal with its type of XML Schema, or None if it is none.

    >>> read_time("2024-02-30"), read_time("2024-05").datatype == XSD + "gYearMonth", read_time("27.03.2019").text
    (None, True, '2019-03-27')
    """
    text = mend_date(text)
    form = next(((kind, rest) for pattern, kind, rest in _TIMES if pattern.fullmatch(text)), None)
    if form is None:
        return None
    kind, rest = form
    try:
        datetime.fromisoformat(text) if kind == "dateTime" else date.fromisoformat((text + rest)[:10])
    except ValueError:
        return None
    return LiteralTerm(text, datatype=XSD + kind)
