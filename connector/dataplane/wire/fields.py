"""The HTTP header fields of the data plane, read strictly and written once (RFC 9110 ranges, RFC 9530 digests,
RFC 6266 file names).

`Upload-Offset`, `Upload-Complete` and `Upload-Version` are used between two Datenkontor connectors only: the received
bytes of a push, and the version of the data that they are the beginning of. So is `Unread-Values`: how many values the
provider could not read when it treated the data, or `some`.
"""

import base64
import binascii
import hashlib
import re
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote

from connector.views.conversion import to_ms

UPLOAD_OFFSET = "Upload-Offset"
UPLOAD_COMPLETE = "Upload-Complete"
UPLOAD_VERSION = "Upload-Version"
REPR_DIGEST = "Repr-Digest"
UNREAD_VALUES = "Unread-Values"

_DIGEST = re.compile(r"(?:^|,\s*)sha-256=:([A-Za-z0-9+/]{43}=):")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.ASCII)
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._ -]{1,200}")
_FILENAME = re.compile(
    r";\s*filename=(?:\"([^\"\\\x00-\x1f]{1,255})\"|([A-Za-z0-9!#$&+.^_`|~-]{1,255}))\s*(?:;|$)", re.IGNORECASE
)
_EXTENDED = re.compile(
    r";\s*filename\*=UTF-8'[A-Za-z-]{0,20}'([A-Za-z0-9!#$&+.^_`|~%-]{1,765})\s*(?:;|$)", re.ASCII | re.IGNORECASE
)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_VERSION = re.compile(r"[0-9a-f]{32}")
_LONGEST = 1024
_EMPTY_YEAR = re.compile(r"(?<![\d:+])(?<! -)00\d\d(?![\d:])", re.ASCII)
_LONGEST_MEDIA_TYPE = 255
_LONGEST_DISPOSITION = 4096


def repr_digest(sha256: str) -> str:
    """Return the value of `Repr-Digest` for a SHA-256 in hex."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def read_repr_digest(value: str | None) -> str | None:
    """Return the SHA-256 (hex) in a `Repr-Digest`, or None."""
    found = _DIGEST.search((value or "")[:_LONGEST])
    if not found:
        return None
    try:
        return base64.b64decode(found[1], validate=True).hex()
    except binascii.Error:
        return None


def read_range(value: str | None) -> tuple[int | None, int | None] | None:
    """Return (first, last) of a single byte range, or None if the header is ignored.

    (None, n) requests the last n bytes, (a, None) all from a on. Several ranges, other units and malformed values are
    ignored, as RFC 9110 section 14.2 allows: the answer then contains all bytes.
    """
    found = _RANGE.fullmatch(value or "")
    if not found or not (found[1] or found[2]):
        return None
    first = int(found[1]) if found[1] else None
    last = int(found[2]) if found[2] else None
    if first is not None and last is not None and last < first:
        return None
    return first, last


def read_content_range(value: str | None) -> tuple[int | None, int | None, int | None] | None:
    """Return (first, end, total) of a `Content-Range`, `end` exclusive; None if it is malformed.

    `bytes */n` gives (None, None, n).
    """
    found = _CONTENT_RANGE.fullmatch(value or "")
    if not found:
        return None
    total = None if found[3] == "*" else int(found[3])
    if found[1] is None:
        return None, None, total
    first, end = int(found[1]), int(found[2]) + 1
    if end <= first or (total is not None and end > total):
        return None
    return first, end, total


def read_number(value: str | None) -> int | None:
    """Return a non-negative number of at most 18 digits, or None."""
    return int(value) if value and _NUMBER.fullmatch(value) else None


def describe_unread(value: str | None) -> str | None:
    """Return the sentence for an `Unread-Values` of the provider; None if it states none."""
    count = read_number(value)
    if not count and value != "some":
        return None
    return (
        f"The provider could not read {count or 'some'} values as the agreement's treatment needs them: "
        "they are in no sum and no mean, their places are empty, or their records were left out."
    )


def read_http_date(value: str | None) -> int | None:
    """Return an HTTP date (RFC 9110 section 5.6.7) in ms since the epoch; None if it is malformed.

    A year such as 0001, an empty date of some backends, is none: the rules of e-mail would read it as 2001.

    >>> read_http_date("Mon, 01 Jan 0001 00:00:00 GMT") is None
    True
    """
    text = (value or "")[:_LONGEST]
    try:
        read = None if _EMPTY_YEAR.search(text) else parsedate_to_datetime(text)
        return to_ms(read) if read and read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_media_type(value: str | None) -> str:
    """Return a media type with its parameters, such as the encoding of a text; for none, that of any bytes."""
    known = (value or "")[:_LONGEST_MEDIA_TYPE]
    return known if known and known.isascii() and known.isprintable() else "application/octet-stream"


def strong_etag(value: str | None) -> str | None:
    """Return a strong entity tag of at most 200 characters, which makes ranges safe, or None.

    An empty one names nothing: backends send it with all of their data.
    """
    return value if value and _STRONG_ETAG.fullmatch(value) else None


def name_versions(etag: str | None, sha256: str | None) -> tuple[str, ...]:
    """Return the names (32 hex digits) that a version of data has by its digest and by its strong entity tag.

    Two answers with a name in common have the same bytes; data with neither has no name, so it is never continued.
    """
    return tuple(hashlib.sha256(fact.encode()).hexdigest()[:32] for fact in (sha256, etag) if fact)


def read_version(value: str | None) -> str | None:
    """Return the name of a version, or None."""
    return value if value and _VERSION.fullmatch(value) else None


def attachment(name: str) -> str:
    """Return the `Content-Disposition` for a file of this name."""
    if _PLAIN_NAME.fullmatch(name):
        return f'attachment; filename="{name}"'
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def read_filename(value: str | None) -> str | None:
    """Return the file name in a `Content-Disposition`, unchecked as a path, or None."""
    text = (value or "")[:_LONGEST_DISPOSITION]
    plain, extended = _FILENAME.search(text), _EXTENDED.search(text)
    if extended:
        try:
            return unquote(extended[1], errors="strict")
        except UnicodeDecodeError:
            pass
    return plain[1] or plain[2] if plain else None
