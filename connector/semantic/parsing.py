"""RDF documents of others as statements: Turtle, RDF/XML and JSON-LD, parsed by pyoxigraph within bounds.

Nothing is ever fetched: a context of JSON-LD stands in the document, and a document type of XML only gives short names
to namespaces.
What would cost the parser more than its bytes is refused before it reads: depth, and terms that consist of terms.
pyoxigraph loads on first use.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any
from xml.parsers import expat

from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.semantic.decoding import decode_document
from connector.semantic.statements import (
    RDF,
    XSD,
    BlankTerm,
    IriTerm,
    LiteralTerm,
    RdfTerm,
    Statement,
    is_iri,
    mend_iri,
)
from connector.semantic.writing import RdfForm

MOST_STATEMENTS = 500_000
PART = 500
"""The statements of one part: they take about a millisecond."""

_DEEPEST_XML = 64
_MOST_ENTITIES, _LONGEST_ENTITY = 64, 300
# What entities may add to a document, for each byte of it.
_MOST_GROWTH = 2
_PIECE = 64 * 1024
# pyoxigraph 0.5 ends the process for a term that contains terms some thousand deep; texts rarely have these signs.
_MOST_TERMS = 500
_STRING = XSD + "string"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_IS_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>&%\"']*")


class UnreadableDocument(Exception):
    """A document is refused; `reason` is one sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_statements(body: bytes, form: RdfForm, base: str, charset: str = "") -> Iterator[list[Statement]]:
    """Yield the statements of a document in parts, so that nobody waits longer than for one part; a part can be empty.

    `base` is the address of the document, which makes relative names absolute (RFC 3986, section 5.1.3), `charset` the
    parameter of its media type. A name with signs that no IRI has is mended, or its statement left out: one wrong
    address in a catalogue of thousands keeps nobody from the rest. Statements about statements (RDF 1.2) are left
    out. Raises UnreadableDocument, also after some parts.
    """
    try:
        body = decode_document(body, form, charset)
    except ValueError as error:
        raise UnreadableDocument(str(error)) from None
    if form is RdfForm.RDF_XML:
        body = yield from _check_xml(body)
    elif form is RdfForm.JSON_LD:
        yield from _check_json(body)
    elif body.count(b"<<") > _MOST_TERMS:
        raise UnreadableDocument(f"The document has more than {_MOST_TERMS} terms that consist of terms.")
    yield from _parse(body, form, base)


def _parse(body: bytes, form: RdfForm, base: str) -> Iterator[list[Statement]]:
    import pyoxigraph as ox

    kind = ox.RdfFormat.from_media_type(form.value)
    part: list[Statement] = []
    count = 0
    try:
        for quad in ox.parse(input=body, format=kind, base_iri=base, lenient=True):
            count += 1
            if count > MOST_STATEMENTS:
                raise UnreadableDocument(f"The document has more than {MOST_STATEMENTS} statements.")
            statement = _read_statement(quad)
            if statement is not None:
                part.append(statement)
            if len(part) == PART:
                yield part
                part = []
    except (SyntaxError, ValueError) as error:
        why, root = clean(str(error), 200), _ROOT.search(body) if form is RdfForm.RDF_XML else None
        if root and RDF.encode() not in body:
            # Often the answer of another service, as a CSW gives it.
            name = clean(root[1].decode(errors="replace"), 80)
            raise UnreadableDocument(
                f"The document is XML with the root element {name} and not RDF/XML ({why}): give the address of the "
                "catalogue in DCAT."
            ) from None
        raise UnreadableDocument(f"The document is not {form}: {why}.") from None
    except MemoryError:
        # The bound of the parser itself, for what it has to hold at once.
        raise UnreadableDocument("The document has a name or a text that is longer than 16 MB.") from None
    yield part


def _read_statement(quad: Any) -> Statement | None:
    subject, value = _read_term(quad.subject), _read_term(quad.object)
    if value is None or not isinstance(subject, IriTerm | BlankTerm):
        return None
    return Statement(subject, quad.predicate.value, value)


def _read_term(term: Any) -> RdfTerm | None:
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        iri = term.value if is_iri(term.value) else mend_iri(term.value)
        return IriTerm(iri) if iri else None
    if isinstance(term, ox.BlankNode):
        return BlankTerm(term.value)
    if isinstance(term, ox.Literal):
        datatype = "" if term.language or term.datatype.value == _STRING else term.datatype.value
        return LiteralTerm(term.value, language=term.language or "", datatype=datatype)
    return None


class _Labels:
    """The texts inside of elements that refer, as in `<dcat:theme rdf:resource="…">Verkehr</dcat:theme>`.

    RDF/XML does not have them; portals of cities write them.
    """

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._begin: int | None = None
        self._places: list[tuple[int, int]] = []

    def enter(self, attributes: Mapping[str, str]) -> None:
        """Look for a text from here on if the element of these attributes refers."""
        self.leave()
        if any(name.endswith(":resource") for name in attributes):
            self._parser.CharacterDataHandler = self._parser.StartCdataSectionHandler = self._find

    def leave(self) -> None:
        """End the text that was found, if there is one."""
        self._parser.CharacterDataHandler = self._parser.StartCdataSectionHandler = None
        if self._begin is not None:
            self._places.append((self._begin, self._parser.CurrentByteIndex))
            self._begin = None

    def _find(self, *_: Any) -> None:
        if self._begin is None:
            self._begin = self._parser.CurrentByteIndex

    def cut(self, body: bytes) -> bytes:
        """Return a document without the texts that were found in it."""
        starts, stops = (0, *(end for _, end in self._places)), (*(begin for begin, _ in self._places), len(body))
        return b"".join(body[begin:end] for begin, end in zip(starts, stops, strict=True))


def _check_xml(body: bytes) -> Generator[list[Statement], None, bytes]:
    """Return a document without its document type, and with the names of namespaces written out.

    Editors write `<!ENTITY dct "http://purl.org/dc/terms/">` and `&dct;title`. Yields an empty part after each piece.
    Raises UnreadableDocument for elements that are too deep, and for a document type that does more than to name.
    """
    depth = root = 0
    entities: dict[str, str] = {}

    def enter(_name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, root
        labels.enter(attributes)
        depth += 1
        if depth > _DEEPEST_XML:
            raise UnreadableDocument(f"The document is nested deeper than {_DEEPEST_XML} elements.")
        if depth == 1:
            root = parser.CurrentByteIndex
            _check_growth(body, entities)

    def leave(_name: str) -> None:
        nonlocal depth
        labels.leave()
        depth -= 1

    def begin_type(_name: str, system: str | None, public: str | None, _internal: int) -> None:
        if system is not None or public is not None:
            _refuse_type()

    def declare(name: str, is_parameter: int, value: str | None, _base: Any, *elsewhere: str | None) -> None:
        plain = value is not None and len(value) <= _LONGEST_ENTITY and _IS_NAMESPACE.fullmatch(value)
        if is_parameter or not plain or any(elsewhere) or len(entities) >= _MOST_ENTITIES:
            _refuse_type()
        entities.setdefault(name, value or "")

    parser = expat.ParserCreate()
    labels = _Labels(parser)
    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = begin_type, declare
    parser.ElementDeclHandler = parser.AttlistDeclHandler = parser.NotationDeclHandler = _refuse_type
    try:
        for begin in range(0, len(body), _PIECE):
            parser.Parse(body[begin : begin + _PIECE], False)
            yield []
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableDocument(f"The document is not XML: {clean(str(error), 200)}.") from None
    body = labels.cut(body)
    for name, value in entities.items():
        body = body[root:].replace(f"&{name};".encode(), value.encode())
        root = 0
    return body


def _refuse_type(*_: Any) -> None:
    raise UnreadableDocument(
        "The document has a document type that does more than to name namespaces: it may lead nowhere else, and "
        f"declare at most {_MOST_ENTITIES} entities, each the address of a namespace."
    )


def _check_growth(body: bytes, entities: Mapping[str, str]) -> None:
    """Raise UnreadableDocument if the entities of a document make it many times as long."""
    added = sum(body.count(f"&{name};".encode()) * len(value) for name, value in entities.items())
    if added > _MOST_GROWTH * len(body):
        raise UnreadableDocument("The entities of the document make it many times as long: write the names out.")


def _check_json(body: bytes) -> Iterator[list[Statement]]:
    """Raise UnreadableDocument for what is no JSON within bounds, and for a context at another address."""
    try:
        document = parse(body)
    except ProtocolError as error:
        raise UnreadableDocument(f"The document is not JSON-LD: {error.reason}") from None
    yield []
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            _refuse_addresses(value.get("@context"))
            if "@import" in value:
                _refuse_addresses(value["@import"])
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    yield []


def _refuse_addresses(context: Any) -> None:
    """Raise UnreadableDocument if a context is, or contains, the address of another one (JSON-LD 1.1, section 3.1)."""
    for entry in context if isinstance(context, list) else [context]:
        if isinstance(entry, str):
            raise UnreadableDocument(
                f"The document needs a context that is not loaded ({clean(entry, 200)}): use Turtle."
            )
