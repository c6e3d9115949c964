"""The TLS contexts of both directions: at least TLS 1.2, certificates always checked, optionally an own CA."""

import asyncio
import os
import ssl
from functools import partial
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

from connector.net.errors import KeyProtected


def client_context(
    *, ca_file: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Build the context for connections to servers.

    `ca_file` (PEM) replaces the trust anchors of the system; to use both, add those to it. `certificate` and `key`
    (PEM) are for servers that request them. Raises OSError or ssl.SSLError if a file cannot be read.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def database_context(address: str) -> ssl.SSLContext | None:
    """Build the context for a PostgreSQL server that has to be verified, by the trust anchors of the system.

    The driver knows only a file: `sslrootcert`, or one in the home of the user, which a service has seldom. Without
    both, or with the word `system` of libpq 16, the anchors of the system count. None leaves all else to the driver.
    """
    said = parse_qs(urlsplit(address).query)
    mode, anchors = (said.get(name, [""])[-1] for name in ("sslmode", "sslrootcert"))
    if mode not in {"verify-ca", "verify-full"} or anchors not in {"", "system"}:
        return None
    if not anchors and (os.environ.get("PGSSLROOTCERT") or _has_root_certificate()):
        return None
    context = client_context()
    context.check_hostname = mode == "verify-full"
    if certificate := said.get("sslcert"):
        # The driver leaves a context as it is: what the address names for the client is given to it here.
        context.load_cert_chain(certificate[-1], said.get("sslkey", certificate)[-1])
    return context


def _has_root_certificate() -> bool:
    try:
        return Path("~/.postgresql/root.crt").expanduser().exists()
    except RuntimeError:  # a user that a cluster has drawn has no home
        return False


class TrustAnchors:
    """The context for connections to servers, built when the first of them needs it.

    To read the trust anchors of the system takes as long as a tenth of a start, and a start opens no connection.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._reading = asyncio.Lock()

    async def find(self) -> ssl.SSLContext:
        """Return the given context, else that of `client_context`."""
        async with self._reading:
            if self._context is None:
                self._context = await asyncio.to_thread(client_context)
        return self._context


def server_context(certificate: Path, key: Path, *, client_ca: Path | None = None) -> ssl.SSLContext:
    """Build the context for a listener; with `client_ca` (PEM), clients need a certificate of that CA.

    Raises KeyProtected if the key needs a pass phrase, else OSError or ssl.SSLError if a file cannot be used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca)
    # A second handshake on a connection costs the same again and is counted by nothing.
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key, password=partial(_refuse_pass_phrase, key))
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _refuse_pass_phrase(key: Path) -> NoReturn:
    raise KeyProtected(key)


def find_tls_fault(error: BaseException) -> str | None:
    """Return why TLS failed in words of the library, if that is what an error of a connection stems from."""
    cause: BaseException | None = error
    # The error of a client may be of this kind by inheritance alone; only that of the library has a reason.
    while cause is not None and not (isinstance(cause, ssl.SSLError) and hasattr(cause, "reason")):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    return str(getattr(cause, "verify_message", "") or cause.reason or "the handshake was cut off").removesuffix(".")
