"""The names of file types at EU Vocabularies (authority table `file-type`) and of media types at IANA.

DCAT-AP 3.0.1, `dct:format` and `dcat:mediaType`.
"""

import re

from connector.semantic import codes

FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
MEDIA_TYPE = "http://www.iana.org/assignments/media-types/"

_CODE = re.compile(r"[A-Z0-9_]{1,40}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


def find_file_type(text: str) -> str | None:
    """Return the code of the file type that a text means, or None.

    >>> find_file_type(MEDIA_TYPE + "text/csv"), find_file_type(FILE_TYPE + "LAS"), find_file_type("HttpData-PULL")
    ('CSV', 'LAS', None)
    """
    known = codes.find_file_type(text)
    if known:
        return known.code
    other = text.removeprefix(FILE_TYPE) if text.startswith(FILE_TYPE) else ""
    return other if _CODE.fullmatch(other) else None


def find_media_type(text: str) -> str | None:
    """Return the media type that a text or an IRI at IANA states, without parameters; None if it states none."""
    iri = text.replace("https://", "http://", 1)
    word = iri.removeprefix(MEDIA_TYPE).partition(";")[0].strip().lower()
    return word if _MEDIA_TYPE.fullmatch(word) else None
