"""What the first bytes of data show of its kind, against the media type that was stated or guessed from its name.

A file that is named `.csv` and is compressed, a saved error page or JSON would be delivered under a wrong type, and no
receiver could read it. Only what the bytes show for certain contradicts a type, and mostly a type of text: many formats
are archives inside. What a backend states of its answer never contradicts by itself, as many state `text/html` for
everything; it tells how to read bytes that may be both.
"""

import re
from collections.abc import Sequence
from itertools import islice

from connector.ports.flow import SourceError

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ\0", "compressed by xz"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"PK\x03\x04", "a ZIP archive, or a document of an office program"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an older office program"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\0", "a database"),
    (b"PAR1", "Parquet"),
    (b"\xff\xfe\0\0", "in UTF-32, which is not read"),
    (b"\0\0\xfe\xff", "in UTF-32, which is not read"),
)
# Portals put comments, a licence or an XML declaration before a page, and leave out what HTML allows to leave out.
_ASIDE = rb"(?:(?:<!--(?:[^-]|-(?!->))*-->|<\?xml\b[^>]*>)\s*)*"
# Another root than `html` may be any XML.
_HTML_ROOT = re.compile(rb"(?:<!--(?:[^-]|-(?!->))*-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE)
_HTML = re.compile(_ASIDE + rb"<(!doctype\s+html\b|(html|head|body)(?=[\s>]))", re.IGNORECASE)
_TAG = re.compile(rb"<[!?a-z]", re.IGNORECASE)
_SCRIPT = re.compile(
    rb"\(?(?:window|document|location|self|top|parent)\s*(?:\.\s*[a-z]|\[|=)|!?\(?function\b[\s\w]*\(|\(?\(\)\s*=>|"
    rb"(?:var|let|const)\s+[\w$]+\s*[=;]|if\s*\(|['\"]use strict['\"]|//|/\*",
)
_XML = re.compile(rb"<\?xml\s")
_JSON = re.compile(rb'(\[\s*)?\{\s*("|\})')
_JSON_BEGINS = b'{["-0123456789tfn'
_HEAD = 4096
_SHORT = 64
_TABLES = frozenset({"text/csv", "application/csv", "text/tab-separated-values"})
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_SCRIPTS = frozenset(
    {"application/javascript", "text/javascript", "application/x-javascript", "application/ecmascript"}
)
_BINARY = frozenset({"application/pdf", "application/zip", "application/gzip", "application/vnd.apache.parquet"})


def find_contradiction(head: bytes, media_type: str, stated: str = "") -> str | None:
    """Return what data is by its first bytes, if it cannot be of the media type; None if it can.

    `stated` is the media type that a backend states of its answer; less than 64 bytes are all of the data.

    >>> find_contradiction(bytes.fromhex("1f8b0800"), "text/csv")
    'compressed by gzip'
    >>> find_contradiction(b"PK" + bytes([3, 4]), "application/vnd.oasis.opendocument.spreadsheet")
    >>> find_contradiction(b"<title>Login", "text/csv", "text/html")
    'a web page'
    """
    kind, answer = _read_kind(media_type), _read_kind(stated)
    if kind in _PAGES:
        return None
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:_HEAD]
    return _find_mark(head, text, kind) or _find_page(text, kind, answer)


def _read_kind(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _find_page(text: bytes, kind: str, answer: str) -> str | None:
    """Return what a backend answers instead of data: what it states and what the bytes show are looked at together."""
    table = kind in _TABLES
    marked = table or kind.endswith(("json", "jsonl"))
    if answer in _PAGES and (_HTML.match(text) or (marked and _TAG.match(text))):
        return "a web page"
    if kind in _BINARY and _HTML.match(text):
        return "a web page"
    if answer in _SCRIPTS and marked and _SCRIPT.match(text):
        return "a script"
    # A word alone, as "Unauthorized", is at most the head of a table without a line.
    if answer in _PAGES and table and text and len(text) < _SHORT and not re.search(rb"[\r\n\t,;|]", text):
        return "a message"
    return None


def _find_mark(head: bytes, text: bytes, kind: str) -> str | None:
    table, lines = kind in _TABLES, kind in {"application/x-ndjson", "application/jsonl"}
    json = lines or kind == "application/json" or kind.endswith("+json")
    xml = kind in {"application/xml", "text/xml"} or kind.endswith("+xml")
    if not (table or json or xml or kind.startswith("text/")):
        return None
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if (kind == "application/xml" and _HTML_ROOT.match(text)) or ((table or json) and _HTML.match(text)):
        return "a web page"
    if (table or json) and _XML.match(text):
        return "XML"
    if (table or xml) and _JSON.match(text):
        return "JSON"
    # A sequence of GeoJSON texts (RFC 8142) is often called GeoJSON.
    begins = _JSON_BEGINS + b"\x1e" if kind.endswith("geo+json") else _JSON_BEGINS
    if json and text and text[0] not in begins and not _is_wide(head):
        return "no JSON"
    return None


def check_type(head: bytes, media_type: str, stated: str) -> None:
    """Raise SourceError if data with these first bytes and this stated type cannot be of the media type."""
    other = find_contradiction(head, media_type, stated)
    if other:
        raise SourceError(
            f"The data is {other}, but its media type is {media_type[:100]}: rename the file, or state its media type."
        )


def _is_wide(head: bytes) -> bool:
    """Return whether the first bytes may be a text in UTF-16."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:2]


_TEXT_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def find_encoding(sample: bytes) -> str | None:
    """Return the encoding of a text by its first bytes; None for data that is not text."""
    for mark, name in _TEXT_MARKS:
        if sample.startswith(mark):
            return name
    zeros = sample.count(0)
    if zeros:
        # Text of western Europe in UTF-16 has a zero in nearly every second place.
        even = sample[::2].count(0)
        if max(even, zeros - even) * 10 < len(sample) * 3 or min(even, zeros - even) * 20 > len(sample):
            return None
        return "utf-16-be" if even > zeros - even else "utf-16-le"
    try:
        sample[: _cut_utf8(sample)].decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    return _find_code_page(sample)


OLD_ENCODINGS = ("cp850", "macintosh")
"""The encodings of DOS and of the older Mac, which are told by where their letters stand."""
_HIGH = re.compile(rb"[\x80-\xff]")
_MOST_HIGH = 2_000
_CERTAIN = 5
"""How many times as often windows-1252 has to be wrong."""
_UMLAUTS = frozenset("äöüÄÖÜß")
# A trade mark of windows-1252 is a letter in the older ones, but none of these.
_COMMON = _UMLAUTS | frozenset("éèêàçñ")
# Whatever else has a meaning in one of them is rare in a word: a sign between two letters is a wrong reading.
_LETTERS = frozenset("äöüßéèêëàáâåæçñóòôíìîïúùûøãõœšžÿÄÖÜÉÈÊËÀÁÂÅÆÇÑÓÒÔÍÌÎÏÚÙÛØÃÕŒŠŽ")


def _find_code_page(sample: bytes) -> str:
    """Return the encoding of a text that is not UTF-8: windows-1252, unless it is wrong and an older one is right."""
    places = [found.start() for found in islice(_HIGH.finditer(sample), _MOST_HIGH)]
    pieces = [sample[max(at - 1, 0) : at + 3] for at in places]
    before = [1 if at else 0 for at in places]
    wrong = _count_wrong(pieces, before, "windows-1252")
    text = b"".join(sample[at : at + 1] for at in places)
    likely = [
        name
        for name in OLD_ENCODINGS
        if _count_wrong(pieces, before, name) * _CERTAIN < wrong and not _COMMON.isdisjoint(text.decode(name))
    ]
    if likely:
        return max(likely, key=lambda name: sum(sign in _UMLAUTS for sign in text.decode(name)))
    try:
        sample.decode("windows-1252")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "windows-1252"


def _count_wrong(pieces: Sequence[bytes], places: Sequence[int], encoding: str) -> int:
    """Return how many characters make no sense where they stand: a sign in a word, a large letter after a small one."""
    texts = (piece.decode(encoding, "replace") for piece in pieces)
    return sum(_is_wrong(text[:at], text[at], text[at + 1 :]) for text, at in zip(texts, places, strict=True))


def _is_wrong(before: str, sign: str, following: str) -> bool:
    after, second = following[:1], following[1:]
    if sign == "\ufffd":
        return True
    if sign in _LETTERS:
        # A word that begins behind a sign is none: ABC™Plus is read as ABCÖPlus.
        is_joined = before.isupper() and sign.isupper() and after.isupper() and second.islower()
        # An à ends a word: "und…so" is read as "undàso".
        is_inside = sign == "à" and before.isalpha() and after.isalpha()
        # An ß is small in words of large letters too.
        is_mixed = (before.islower() and sign.isupper()) or (sign.islower() and after.isupper() and sign != "ß")
        return is_joined or is_inside or is_mixed
    # A sign may stand between a figure and a letter, never inside a word.
    return before.isalpha() and after.isalpha() and sign not in "\u2019\u00ad\u00b7\u2013\u2014\u00a0"


def _cut_utf8(sample: bytes) -> int:
    """Return the length without a last character that may be cut."""
    for back in range(1, min(4, len(sample)) + 1):
        byte = sample[-back]
        if byte >= 0xC0:
            return len(sample) - back
        if byte < 0x80:
            break
    return len(sample)
