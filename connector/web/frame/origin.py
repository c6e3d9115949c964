"""The address of the pages, and which requests of browsers come from it. Pure.

Cookies are shared by all ports of a host, so their name carries the address. A request that changes something has to
come from a page of this address: Fetch Metadata says so (`Sec-Fetch-Site`), or else `Origin` (RFC 6454, section 7).
"""

import hashlib
from collections.abc import Mapping
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN = frozenset({"same-origin", "none"})
_PORTS = {"http": 80, "https": 443}


class PagesOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The origin of the pages. `hosts` are the values of `Host` that mean it, `cookie` is the name of the session's.

    `secure` is whether the address is https; if it is not, it is one of this machine.
    """

    origin: str
    hosts: frozenset[str]
    secure: bool
    cookie: str


def read_origin(address: str) -> PagesOrigin:
    """Return the origin of an address such as `https://daten.example.org`.

    >>> read_origin("https://daten.example.org").hosts
    frozenset({'daten.example.org'})
    """
    parts = urlsplit(address.lower())
    host, scheme = parts.hostname or "", parts.scheme
    port = "" if parts.port in {None, _PORTS.get(scheme)} else f":{parts.port}"
    names = _LOOPBACK if host in _LOOPBACK and scheme == "http" else {host}
    written = {f"[{name}]" if ":" in name else name for name in names}
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    return PagesOrigin(
        origin=f"{scheme}://{f'[{host}]' if ':' in host else host}{port}",
        hosts=frozenset(f"{name}{port}" for name in written),
        secure=scheme == "https",
        cookie=f"dk-{digest}",
    )


def is_own_request(here: PagesOrigin, headers: Mapping[str, str]) -> bool:
    """Return whether a request that changes something comes from a page of this origin, or from nowhere else.

    >>> here = read_origin("https://daten.example.org")
    >>> is_own_request(here, {"sec-fetch-site": "cross-site"}), is_own_request(here, {"origin": here.origin})
    (False, True)
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in _OWN
    scheme, _, host = (origin or "").partition("://")
    return scheme == ("https" if here.secure else "http") and host in here.hosts


def find_local_path(wanted: str) -> str:
    """Return a path of these pages to go on to; the first page in place of anything that leads elsewhere.

    >>> find_local_path("/eingang?nach=5"), find_local_path("//evil.example"), find_local_path("/\\\\evil.example")
    ('/eingang?nach=5', '/', '/')
    """
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") and len(wanted) < 2000 else "/"


def split_address(said: str) -> SplitResult:
    """Return the parts of an address that a browser says; no parts of one that cannot be read.

    >>> split_address("https://daten.example.org/suche?q=Rad").path, split_address("http://[").path
    ('/suche', '')
    """
    try:
        return urlsplit(said)
    except ValueError:
        return SplitResult("", "", "", "", "")


CookiePlace = Literal["host", "plain"]


def list_cookies(here: PagesOrigin) -> dict[CookiePlace, str]:
    """Return the names under which the session's cookie is set, the safest first.

    `__Host-` binds a cookie to this host and to secure connections (RFC 6265bis, section 4.1.3.2). Some browsers do not
    take it from http on this machine, so there is a second one there.
    """
    names: dict[CookiePlace, str] = {"host": f"__Host-{here.cookie}"}
    return names if here.secure else names | {"plain": here.cookie}
