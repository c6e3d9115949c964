"""What the first bytes of data show of its kind, against the media type that was stated or guessed from its name.

A file that is named `.csv` and is compressed, a saved error page or JSON would be delivered under a wrong type, and no
receiver could read it. Only what the bytes show for certain contradicts a type, and only a type of text: many formats
are archives inside.
"""

import re

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
_HTML = re.compile(rb"<(!doctype\s+html|html)\b", re.IGNORECASE)
_XML = re.compile(rb"<\?xml\s")
_JSON = re.compile(rb'(\[\s*)?\{\s*("|\})')
_JSON_BEGINS = b'{["-0123456789tfn'
_HEAD = 1000
_TABLES = frozenset({"text/csv", "application/csv", "text/tab-separated-values"})


def find_contradiction(head: bytes, media_type: str) -> str | None:
    """Return what data is by its first bytes, if it cannot be of the media type; None if it can.

    >>> find_contradiction(bytes.fromhex("1f8b0800"), "text/csv")
    'compressed by gzip'
    >>> find_contradiction(b"PK" + bytes([3, 4]), "application/vnd.oasis.opendocument.spreadsheet")
    """
    kind = media_type.partition(";")[0].strip().lower()
    table, lines = kind in _TABLES, kind in {"application/x-ndjson", "application/jsonl"}
    json = lines or kind == "application/json" or kind.endswith("+json")
    xml = kind in {"application/xml", "text/xml"} or kind.endswith("+xml")
    if not (table or json or xml or kind.startswith("text/")):
        return None
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:_HEAD]
    if (table or json or kind == "application/xml") and _HTML.match(text):
        return "a web page"
    if (table or json) and _XML.match(text):
        return "XML"
    if (table or xml) and _JSON.match(text):
        return "JSON"
    if json and text and text[0] not in _JSON_BEGINS and not _is_wide(head):
        return "no JSON"
    return None


def check_type(head: bytes, media_type: str) -> None:
    """Raise SourceError if data with these first bytes cannot be of the media type."""
    other = find_contradiction(head, media_type)
    if other:
        raise SourceError(
            f"The data is {other}, but its media type is {media_type[:100]}: rename the file, or state its media type."
        )


def _is_wide(head: bytes) -> bool:
    """Return whether the first bytes may be a text in UTF-16."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:2]
