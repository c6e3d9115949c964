"""Certificates for listeners of tests at 127.0.0.1 and localhost, by an authority of their own."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAMES = (x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost"))


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
        .add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
    )
    usage = {"digital_signature": issuer is not None, "key_cert_sign": issuer is None, "crl_sign": issuer is None}
    none = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return made.add_extension(x509.KeyUsage(**usage, **none, decipher_only=False), critical=True).sign(signer, SHA256())


def write_certificates(folder: Path) -> dict[str, str]:
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
