"""Two connectors that speak TLS to each other, with certificates of an authority that only they trust."""

import hashlib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.e2e.live import Live, environment

pytestmark = pytest.mark.e2e


def certificate(
    subject: str, issuer: x509.Certificate | None, signer: EllipticCurvePrivateKey, key: EllipticCurvePrivateKey
) -> x509.Certificate:
    """Return the certificate of a test authority (without an issuer), or of a listener at 127.0.0.1."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
    )
    usage = {"digital_signature": issuer is not None, "key_cert_sign": issuer is None, "crl_sign": issuer is None}
    none = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return made.add_extension(x509.KeyUsage(**usage, **none, decipher_only=False), critical=True).sign(signer, SHA256())


def written(folder: Path) -> dict[str, str]:
    """Write an authority, a certificate and its key; return the settings that name them."""
    root_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    root = certificate("Test authority", None, root_key, root_key)
    leaf = certificate("Listener", root, root_key, key)
    files = {
        "CA": root.public_bytes(Encoding.PEM),
        "CERTIFICATE": leaf.public_bytes(Encoding.PEM),
        "KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }
    for name, content in files.items():
        (folder / f"{name.lower()}.pem").write_bytes(content)
    (folder / "key.pem").chmod(0o600)
    return {f"DATENKONTOR_NET__{name}": str(folder / f"{name.lower()}.pem") for name in files}


def test_contract_and_data_travel_over_tls_alone(tmp_path: Path) -> None:
    live = Live(tmp_path, scheme="https")
    content = b"street;cars\n" * 1000
    (live.data / "counts.csv").write_bytes(content)
    with environment(**written(tmp_path), DATENKONTOR_NET__HOSTS='["127.0.0.1:*"]'):
        live.start("city", "firm")
    try:
        agreement = live.agree(live.offer("counts.csv"))
        for push in (False, True):
            begun = live.firm.transfers.start(agreement, push=push)
            live.completed(begun.id)
            saved = live.firm.transfers.download(begun.id, tmp_path / f"{push}.csv")
            assert saved.files[0].sha256 == hashlib.sha256(content).hexdigest()
        for listener in ("protocol", "data"):
            port = live.stage.actors["city"].ports[listener]
            assert b"HTTP" not in plain(port), f"{listener} answers without TLS"
            with pytest.raises(ssl.SSLCertVerificationError):
                shaken(port)
    finally:
        live.close()


def plain(port: int) -> bytes:
    """Return what a listener answers to a request without TLS."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"GET /.well-known/dspace-version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            return connection.recv(100)
        except ConnectionError:
            return b""


def shaken(port: int) -> None:
    """Shake hands as somebody who trusts the system's authorities only."""
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", port), 5) as connection,
        context.wrap_socket(connection, server_hostname="127.0.0.1"),
    ):
        pass
