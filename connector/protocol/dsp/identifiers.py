"""Identifiers that a peer chooses: bounded, without control characters, and for agreements URIs.

The standard asks for URIs or strings. Deployed peers send bare UUIDs as pids and base64 as identifiers of offers; their
datasets are named as their users like. The limit counts what is stored and sent: bytes of UTF-8.

Pure: standard library only.
"""

import unicodedata

from connector.protocol.dsp.errors import RemoteProtocolError

ID_LIMIT = 1024
_NO_URI = frozenset(' <>"{}|\\^`')
# Control and format characters, surrogates, and separators of lines and paragraphs.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def check_identifier(value: str, where: str) -> None:
    """Refuse an identifier that is empty, too long, or contains a character that nobody sees.

    :raises RemoteProtocolError: with `where`, the place of the identifier.
    """
    if value.isascii():
        visible, size = value.isprintable(), len(value)
    else:
        visible = not any(unicodedata.category(character) in _HIDDEN for character in value)
        size = len(value.encode(errors="surrogatepass"))
    if not visible or not 1 <= size <= ID_LIMIT:
        raise RemoteProtocolError(
            f"{where} is not an identifier: expected 1 to {ID_LIMIT} bytes without control characters."
        )


def check_uri(value: str, where: str) -> None:
    """Refuse an identifier that is no URI or reference to one, because of a space or a delimiter in it.

    :raises RemoteProtocolError: with `where`, the place of the identifier.
    """
    check_identifier(value, where)
    if not _NO_URI.isdisjoint(value) or (
        not value.isascii() and any(unicodedata.category(character) == "Zs" for character in value)
    ):
        raise RemoteProtocolError(f"{where} is not a URI: expected one without spaces, quotes and brackets.")
