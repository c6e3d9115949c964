"""The own private key: opened by a secret that the settings refer to."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.accounts.keys import CREDENTIAL, load_own_key, read_passphrase, read_secret
from connector.identity.keys import KeyFault, generate, is_protected, load_private, protect_private, save_private
from connector.settings import IdentitySettings, Settings, SettingsError
from connector.settings.model import ParticipantSettings, ProtocolSettings

SECRET = "canary horse battery"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    save_private(tmp_path / "key.pem", generate(), password=SECRET.encode())
    return Settings(
        participant=ParticipantSettings(id="urn:me", name="Me"),
        protocol=ProtocolSettings(public_url="https://me.example"),
        identity=IdentitySettings(key=tmp_path / "key.pem"),
    )


def write(path: Path, mode: int = 0o600) -> Path:
    path.write_text(SECRET + "\n")
    path.chmod(mode)
    return path


def test_a_key_opens_with_a_file_a_variable_or_a_credential_of_systemd(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid = load_private(tmp_path / "key.pem", password=SECRET.encode()).kid
    file = replace(settings, identity=replace(settings.identity, secret_file=write(tmp_path / "secret")))
    assert load_own_key(file).kid == kid
    monkeypatch.setenv("PASS", SECRET)
    assert load_own_key(replace(settings, identity=replace(settings.identity, secret_variable="PASS"))).kid == kid
    write(tmp_path / CREDENTIAL)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load_own_key(settings).kid == kid


def test_without_its_secret_a_key_is_refused_and_the_sentence_says_what_to_set(settings: Settings) -> None:
    with pytest.raises(KeyFault, match=r"identity\.secret_file"):
        load_own_key(settings)


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_secret_that_others_can_read_is_refused_and_never_repeated(
    settings: Settings, tmp_path: Path, mode: int
) -> None:
    shown = replace(settings, identity=replace(settings.identity, secret_file=write(tmp_path / "secret", mode)))
    with pytest.raises(KeyFault, match="0600") as fault:
        load_own_key(shown)
    assert SECRET not in str(fault.value)
    assert SECRET not in repr(shown)


def test_a_wrong_secret_opens_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASS", "another-canary")
    with pytest.raises(KeyFault) as fault:
        load_own_key(replace(settings, identity=replace(settings.identity, secret_variable="PASS")))
    assert "another-canary" not in str(fault.value)


def test_a_key_without_a_pass_phrase_needs_no_secret(settings: Settings, tmp_path: Path) -> None:
    save_private(tmp_path / "plain.pem", generate("EdDSA"))
    plain = replace(settings, identity=replace(settings.identity, key=tmp_path / "plain.pem"))
    assert (load_own_key(plain).algorithm, read_passphrase(plain)) == ("EdDSA", None)


def test_protecting_a_key_changes_the_file_and_not_the_key(tmp_path: Path) -> None:
    key = generate("EdDSA")
    save_private(tmp_path / "plain.pem", key)
    assert not is_protected(tmp_path / "plain.pem")
    assert protect_private(tmp_path / "plain.pem", b"secret").kid == key.kid
    assert is_protected(tmp_path / "plain.pem")
    assert (tmp_path / "plain.pem").stat().st_mode & 0o777 == 0o600
    assert load_private(tmp_path / "plain.pem", password=b"secret").kid == key.kid


def test_a_variable_that_is_not_set_is_said() -> None:
    with pytest.raises(SettingsError, match=r"identity\.secret_variable names NO_SUCH"):
        read_secret("identity", None, "NO_SUCH")
