"""The certificate of a listener is looked at before peers do: key, time, name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.net.certificates import SOON, find_certificate_fault, find_end_of_certificate
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
    fault = find_certificate_fault(*city.issue(name), host, NOW)
    assert fits == (fault is None)
    assert fits or f"not for {host}" in (fault or "")


def test_a_certificate_out_of_its_time_is_named_with_the_date(city: Authority) -> None:
    files = city.issue("city.example")
    assert "expired on" in (find_certificate_fault(*files, "city.example", NOW + timedelta(days=2)) or "")
    assert "valid from" in (find_certificate_fault(*files, "city.example", NOW - timedelta(days=2)) or "")
    assert "expires on" in (find_end_of_certificate(files[0], NOW) or "")
    assert "expired on" in (find_end_of_certificate(files[0], NOW + timedelta(days=2)) or "")
    assert find_end_of_certificate(files[0], NOW - SOON - timedelta(days=2)) is None


def test_a_key_of_another_certificate_and_files_that_are_none_are_named(city: Authority, tmp_path: Path) -> None:
    certificate, key = city.issue("city.example")
    _, other = city.issue("other.example")
    (tmp_path / "text").write_text("no certificate")
    assert "does not belong" in (find_certificate_fault(certificate, other, "city.example", NOW) or "")
    for pair in ((tmp_path / "text", key), (certificate, tmp_path / "text"), (tmp_path / "none", key)):
        assert "cannot be read" in (find_certificate_fault(*pair, "city.example", NOW) or "")
    assert "cannot be read" in (find_end_of_certificate(tmp_path / "text", NOW) or "")
