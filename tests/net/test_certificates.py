"""The certificate of a listener is looked at before peers do: key, time, name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from connector.net.certificates import SOON, CertificateState, examine_certificate
from connector.net.errors import KeyProtected
from connector.net.tls import server_context
from tests.net.test_tls import Authority

NOW = datetime.now(UTC)


@pytest.fixture
def city(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "city")


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("city.example", "city.example", True),
        ("city.example", "CITY.example", True),
        ("*.city.example", "data.city.example", True),
        ("*.city.example", "city.example", False),
        ("*.city.example", "a.data.city.example", False),
        ("city.example", "data.city.example", False),
        ("city.example", "127.0.0.1", False),
    ],
)
def test_a_certificate_is_for_its_names_only(city: Authority, name: str, host: str, fits: bool) -> None:
    fault = examine_certificate(*city.issue(name), host, NOW).fault
    assert fits == (fault is None)
    assert fits or f"not for {host}" in (fault or "")


def test_a_certificate_out_of_its_time_is_named_with_the_date(city: Authority) -> None:
    files = city.issue("city.example")

    def examine(days: int) -> CertificateState:
        return examine_certificate(*files, "city.example", NOW + timedelta(days=days))

    assert "expired on" in (examine(2).fault or "")
    assert "valid from" in (examine(-2).fault or "")
    assert "expires on" in (examine(0).ending or "")
    assert examine(0).fault is None


def test_a_certificate_that_lasts_is_no_matter(city: Authority) -> None:
    certificate, key = city.issue("city.example", days=SOON.days + 2)
    assert examine_certificate(certificate, key, "city.example", NOW) == CertificateState()


def test_a_key_of_another_certificate_and_files_that_are_none_are_named(city: Authority, tmp_path: Path) -> None:
    certificate, key = city.issue("city.example")
    _, other = city.issue("other.example")
    (tmp_path / "text").write_text("no certificate")
    assert "does not belong" in (examine_certificate(certificate, other, "city.example", NOW).fault or "")
    for pair, words in (
        ((tmp_path / "text", key), "text contains no certificate in PEM form"),
        ((certificate, tmp_path / "text"), "text contains no private key in PEM form"),
        ((tmp_path / "none", key), "none cannot be read: No such file or directory"),
    ):
        assert words in (examine_certificate(*pair, "city.example", NOW).fault or "")


def test_a_key_with_a_pass_phrase_is_named_as_such_and_nobody_is_asked(city: Authority, tmp_path: Path) -> None:
    certificate, key = city.issue("city.example")
    private = load_pem_private_key(Path(key).read_bytes(), None)
    closed = tmp_path / "closed.pem"
    closed.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    fault = examine_certificate(certificate, closed, "city.example", NOW).fault or ""
    assert fault.startswith(f"The key {closed} is protected by a pass phrase")
    with pytest.raises(KeyProtected):
        server_context(certificate, closed)
