"""The certificate of the listeners, looked at before peers do: readable, with its key, in time, for its name."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connector.net.errors import KeyProtected

SOON = timedelta(days=14)
FILE_BYTES = 1024 * 1024
_MOST_NAMES = 5


class CertificateState(msgspec.Struct, frozen=True):
    """What is wrong with a certificate, one sentence each: peers refuse it (`fault`), or it ends within `SOON`."""

    fault: str | None = None
    ending: str | None = None


def examine_certificate(certificate: Path, key: Path, host: str, now: datetime) -> CertificateState:
    """Read a certificate (PEM) and its private key (PEM, may be the same file), and judge it for `host` at `now`."""
    path = certificate
    try:
        found = x509.load_pem_x509_certificates(_read(certificate))[0]
        path = key
        private = load_pem_private_key(_read(key), None)
    except OSError as error:
        return CertificateState(fault=f"{path} cannot be read: {error.strerror}.")
    except TypeError:
        return CertificateState(fault=str(KeyProtected(key)))
    except (ValueError, UnsupportedAlgorithm):
        what = "certificate" if path is certificate else "private key"
        return CertificateState(fault=f"{path} contains no {what} in PEM form: set net.certificate and net.key.")
    if private.public_key() != found.public_key():
        reason = f"The key {key} does not belong to the certificate {certificate}: set both from the same request."
        return CertificateState(fault=reason)
    fault = _find_fault(found, certificate, host, now)
    end = found.not_valid_after_utc
    if fault is not None or end > now + SOON:
        return CertificateState(fault=fault)
    return CertificateState(ending=f"The certificate {certificate} expires on {_format(end)}: renew it, then restart.")


def read_certificate_end(certificate: Path) -> tuple[str, datetime] | None:
    """Return the names of a certificate (PEM) as a text, and the instant of its end; None if it cannot be read."""
    try:
        found = x509.load_pem_x509_certificates(_read(certificate))[0]
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None
    return ", ".join(_list_names(found)[:_MOST_NAMES]), found.not_valid_after_utc


def _find_fault(found: x509.Certificate, certificate: Path, host: str, now: datetime) -> str | None:
    if found.not_valid_after_utc <= now:
        return f"The certificate {certificate} expired on {_format(found.not_valid_after_utc)}: renew it, then restart."
    if found.not_valid_before_utc > now:
        return (
            f"The certificate {certificate} is valid from {_format(found.not_valid_before_utc)} on: "
            "compare the clock of this machine."
        )
    names = _list_names(found)
    if not any(_covers(name, host.lower()) for name in names):
        listed = ", ".join(names[:_MOST_NAMES]) or "no name"
        return f"The certificate {certificate} is for {listed}, not for {host}: request one for the public name."
    return None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(FILE_BYTES)


def _format(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _list_names(certificate: x509.Certificate) -> list[str]:
    """Return the host names and addresses that the certificate is for (RFC 9525: subjectAltName alone counts)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return [name.lower() for name in names.get_values_for_type(x509.DNSName)] + addresses


def _covers(name: str, host: str) -> bool:
    """Return whether a name of a certificate covers a host: equal, or `*` for its first label (RFC 9525, section 6)."""
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    first, _, rest = host.partition(".")
    return name == host or (name.startswith("*.") and bool(first) and name[2:] == rest)
