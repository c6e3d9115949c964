"""TLS contexts for both directions: 1.2 at least, certificates always checked, the operator's own CA where given."""

import ssl
from pathlib import Path


def client_context(
    *, ca_file: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Build the context for dialling.

    `ca_file` (PEM) replaces the system's trust anchors; put those into it too where both are meant. `certificate` and
    `key` (PEM) are shown to servers that ask for them. Raises OSError or ssl.SSLError on unreadable files.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def server_context(certificate: Path, key: Path, *, client_ca: Path | None = None) -> ssl.SSLContext:
    """Build the context for listening; with `client_ca` (PEM) only clients with a certificate of that CA get in."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
