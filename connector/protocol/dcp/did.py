"""Decentralized identifiers of the method `web`, by a grammar without second readings (W3C CCG, did:web, 2.1, 2.5.2).

Only the `%3A` before a port is decoded. To decode the rest would let an identifier name one host and reach another.

Pure: standard library only.
"""

import re
from typing import NamedTuple

from connector.protocol.dcp.errors import ClaimFault

PREFIX = "did:web:"
LOCAL_HOST = "localhost"
"""The name of the own machine in an identifier."""
MAX_DID = 512
"""The longest identifier, in characters: that of a participant list."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_WEB = re.compile(rf"did:web:({_LABEL}(?:\.{_LABEL})*)(?:%3[Aa]([1-9][0-9]{{0,4}}))?((?::[A-Za-z0-9._-]+)*)")
# A host whose last label is a number is an IPv4 address in some spelling (WHATWG URL, 3.5).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_FRAGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]{1,256}")
_MAX_HOST = 253
_MAX_SEGMENTS = 16
_MAX_PORT = 65_535


class WebDid(NamedTuple):
    """An identifier taken apart: the host with its port if one is named, and the segments of the path."""

    text: str
    authority: str
    path: tuple[str, ...]

    def locate_document(self, scheme: str = "https") -> str:
        """Return the URL of its document. Any other scheme than https is for a test on the same machine."""
        place = "/".join(self.path) if self.path else ".well-known"
        return f"{scheme}://{self.authority}/{place}/did.json"

    @property
    def is_local(self) -> bool:
        """Whether it names this machine, whoever reads it: only there a document needs no TLS."""
        return self.authority.partition(":")[0] == LOCAL_HOST


def parse_web_did(text: str) -> WebDid:
    """Read an identifier; raises ClaimFault for every text with a second reading.

    The host is a name in lower case, never an IP address. Segments of the path are letters, digits, `.`, `_` and `-`.

    >>> parse_web_did("did:web:daten.stadt.example%3A8443:verkehr").locate_document()
    'https://daten.stadt.example:8443/verkehr/did.json'
    >>> parse_web_did("did:web:stadt.example").locate_document()
    'https://stadt.example/.well-known/did.json'
    """
    found = _WEB.fullmatch(text) if len(text) <= MAX_DID else None
    if found is None:
        raise ClaimFault(f"{text[:100]!r} is not an identifier of the method did:web: expected did:web:host:path.")
    host, port, rest = found.groups()
    path = tuple(rest.split(":")[1:])
    if len(host) > _MAX_HOST or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ClaimFault(f"{text[:100]!r} does not name a host: expected a name, and not an IP address.")
    if port and int(port) > _MAX_PORT:
        raise ClaimFault(f"{text[:100]!r} names port {port}: expected a port up to {_MAX_PORT}.")
    if len(path) > _MAX_SEGMENTS or any(segment in (".", "..") for segment in path):
        raise ClaimFault(
            f"{text[:100]!r} has a path with dots, or with more than {_MAX_SEGMENTS} segments: "
            "use a shorter one, without dots."
        )
    return WebDid(text, f"{host}:{port}" if port else host, path)


def write_web_did(host: str, port: int | None = None, path: tuple[str, ...] = ()) -> str:
    """Return the identifier of a place; raises ClaimFault if no identifier can name it.

    >>> write_web_did("stadt.example", 8443, ("verkehr",))
    'did:web:stadt.example%3A8443:verkehr'
    """
    return parse_web_did(":".join((f"{PREFIX}{host}{f'%3A{port}' if port else ''}", *path))).text


class KeyName(NamedTuple):
    """The name of a verification method: the identifier whose document has it, and its fragment."""

    did: str
    fragment: str


def parse_key_name(text: str) -> KeyName:
    """Read a DID URL that names a verification method (DID Core 1.0, 3.2); raises ClaimFault.

    A DID URL with a path or a query of its own is refused: it could name a key of another version of the document.

    >>> parse_key_name("did:web:stadt.example#k1")
    KeyName(did='did:web:stadt.example', fragment='k1')
    """
    did, mark, fragment = text.partition("#")
    if not mark or not did.startswith("did:") or len(did) > MAX_DID or set(did) & set("/?# ") or not did.isascii():
        raise ClaimFault(f"{text[:100]!r} does not name a key: expected an identifier, # and a name.")
    if not _FRAGMENT.fullmatch(fragment):
        raise ClaimFault(f"{text[:100]!r} does not name a key: expected up to 256 letters and digits after #.")
    return KeyName(did, fragment)
