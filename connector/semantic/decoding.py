"""The bytes of an RDF document as UTF-8 without a mark, whatever encoding its sender chose. Pure.

RFC 7303, section 3 (XML: a byte order mark, then `charset`, then the declaration); RFC 8259, section 8.1; the
Turtle and JSON-LD of the W3C are UTF-8, which servers do not always heed. Only encodings of a list are decoded, because
some codecs of Python cost more than their bytes.
"""

import re

from connector.semantic.writing import RdfForm

# By the names that RFC 7303, servers and programs write; `latin-1` and `ascii` are read as browsers read them.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "iso-8859-15": "iso-8859-15",
}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARATION = re.compile(rb"""\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARED = re.compile(r"""\A(\s*<\?xml\b[^>]{0,200}?)\s+encoding\s*=\s*["'][A-Za-z0-9._-]{1,40}["']""")


def decode_document(body: bytes, form: RdfForm, charset: str = "") -> bytes:
    """Return a document in UTF-8, without a byte order mark and without the encoding that its XML declares.

    `charset` is the parameter of its media type. What is UTF-8 as it is comes back unchanged. Raises ValueError if the
    encoding is not known, or the bytes are not in it; the message is one sentence.

    >>> decode_document("<?xml version='1.0' encoding='ISO-8859-1'?><ä/>".encode("latin-1"), RdfForm.RDF_XML).decode()
    "<?xml version='1.0'?><ä/>"
    """
    named = next((codec for mark, codec in _MARKS if body.startswith(mark)), "")
    declared = _DECLARATION.match(body) if form is RdfForm.RDF_XML and not named else None
    stated = charset.strip().strip("\"'").lower() or (declared[1].decode().lower() if declared else "")
    codec = named or _ENCODINGS.get(stated or "utf-8", "")
    if not codec:
        raise ValueError(f"The encoding {stated[:40]} is not read: use UTF-8.")
    if codec == "utf-8" and (declared is None or declared[1].lower() in {b"utf-8", b"utf8"}):
        return body
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        raise ValueError(f"The document is not in the encoding that it states ({stated or codec}).") from None
    return (_DECLARED.sub(r"\1", text) if form is RdfForm.RDF_XML else text).encode("utf-8", "replace")
