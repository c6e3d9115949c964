"""The secrets of the operator: by name, for the listed servers, from a private file, the environment or systemd."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.app.accounts.secrets import check_secrets, make_secret_reader
from connector.ports.flow import Cause, SourceError
from connector.settings import ParticipantSettings, ProtocolSettings, Settings, SettingsError

CANARY = "canary-4711"


def settings(*secrets: dict[str, Any]) -> Settings:
    base = Settings(
        participant=ParticipantSettings(id="did:web:city.example", name="City"),
        protocol=ProtocolSettings(public_url="https://city.example"),
    )
    values = msgspec.to_builtins(base, enc_hook=str) | {"secrets": secrets}
    return msgspec.convert(values, Settings, dec_hook=lambda kind, value: kind(value))


def listed(**where: Any) -> dict[str, Any]:
    return {"name": "gis", "hosts": ["DB.city.example:5432"], **where}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "gis"
    made.write_text(CANARY + "\n")
    made.chmod(0o600)
    return made


def test_a_secret_comes_from_a_private_file_anew_each_time(file: Path) -> None:
    chosen = settings(listed(secret_file=str(file)))
    check_secrets(chosen)
    read = make_secret_reader(chosen)
    assert read("gis", "db.city.example:5432") == CANARY
    file.write_text("other\n")
    assert read("gis", "db.city.example:5432") == "other"


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(listed(secret_variable="GIS_PASSWORD"))
    with pytest.raises(SettingsError, match="GIS_PASSWORD"):
        check_secrets(chosen)
    monkeypatch.setenv("GIS_PASSWORD", CANARY)
    check_secrets(chosen)
    assert make_secret_reader(chosen)("gis", "db.city.example:5432") == CANARY


def test_a_secret_comes_from_systemd(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(listed())
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(SettingsError, match="systemd"):
        check_secrets(chosen)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    assert make_secret_reader(chosen)("gis", "db.city.example:5432") == CANARY


@pytest.mark.parametrize(
    ("name", "server", "reason"),
    [
        ("other", "db.city.example:5432", "other is not known"),
        ("gis", "evil.example:5432", "may not be sent"),
        ("gis", "db.city.example:443", "may not be sent"),
    ],
)
def test_a_secret_goes_nowhere_else(file: Path, name: str, server: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        make_secret_reader(settings(listed(secret_file=str(file))))(name, server)
    assert caught.value.cause is Cause.NOT_ALLOWED
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    chosen = settings(listed(secret_file=str(file)))
    with pytest.raises(SettingsError, match="0600"):
        check_secrets(chosen)
    with pytest.raises(SourceError, match="doctor") as caught:
        make_secret_reader(chosen)("gis", "db.city.example:5432")
    assert str(file) not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines", b"\xff", b"x" * 5000, b"a\x00b"])
def test_a_file_without_one_line_is_no_secret(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError):
        check_secrets(settings(listed(secret_file=str(file))))


def test_a_name_stands_once(file: Path) -> None:
    with pytest.raises(SettingsError, match="twice"):
        check_secrets(settings(listed(secret_file=str(file)), listed(secret_file=str(file))))
