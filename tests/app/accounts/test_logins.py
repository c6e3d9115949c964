"""The login of the organisation as the settings have it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.accounts.logins import build_client
from connector.app.checking import list_faults
from connector.settings import Settings, SettingsError, load
from tests.settings.least import LEAST, written

LOGIN = '[web.oidc]\nissuer = "https://login.city.example/realms/stadt"\nroles = { chief = ["operator", "auditor"] }\n'


def read(folder: Path, more: str = "") -> Settings:
    return load(written(folder, LEAST + LOGIN + more), {})


def test_without_an_issuer_there_is_no_login(tmp_path: Path) -> None:
    assert build_client(load(written(tmp_path), {})) is None


def test_a_secret_is_in_a_private_file_or_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "login.secret"
    secret.write_text("geheim-4711\n")
    secret.chmod(0o600)
    client = build_client(read(tmp_path, 'secret_file = "login.secret"'))
    assert client is not None
    assert client.secret == "geheim-4711"
    monkeypatch.setenv("CITY_LOGIN", "geheim-4712")
    client = build_client(read(tmp_path, 'secret_variable = "CITY_LOGIN"'))
    assert client is not None
    assert client.secret == "geheim-4712"
    public = build_client(read(tmp_path))
    assert public is not None
    assert public.secret == ""


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [("geheim-4711", 0o644, "Other users"), ("", 0o600, "no secret"), ("geheim-4711\nmore", 0o600, "no secret"),
     (None, 0, "cannot be read"), ("x" * 5000, 0o600, "larger")],
)  # fmt: skip
def test_a_secret_that_cannot_be_used_is_told_without_it(
    tmp_path: Path, content: str | None, mode: int, said: str
) -> None:
    if content is not None:
        (tmp_path / "login.secret").write_text(content)
        (tmp_path / "login.secret").chmod(mode)
    settings = read(tmp_path, 'secret_file = "login.secret"')
    told = [str(fault) for fault in list_faults(settings, is_broker=False)]
    assert any("web.oidc.secret_file" in text and said in text for text in told)
    assert not any("geheim-4711" in text for text in told)


def test_a_variable_that_is_not_set_is_told(tmp_path: Path) -> None:
    settings = read(tmp_path)
    oidc = replace(settings.web.oidc, secret_variable="NOT_SET_4711")
    with pytest.raises(SettingsError, match="NOT_SET_4711"):
        build_client(replace(settings, web=replace(settings.web, oidc=oidc)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[web]\npasswords = false\n", "no other way to sign in"),
        ('[web.oidc]\nissuer = "http://login.city.example"\nroles = { a = ["operator"] }', "plain HTTP"),
        ('[web.oidc]\nissuer = "https://login.city.example"', "nobody could sign in"),
        (LOGIN + 'secret_file = "a"\nsecret_variable = "B"', "give one of them"),
        (LOGIN + 'scope = "profile"', "openid"),
        (LOGIN.replace("operator", "chief"), "web.oidc.roles"),
    ],
)
def test_settings_with_which_nobody_signs_in_safely_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(written(tmp_path, LEAST + text), {})


def test_the_settings_of_a_login_may_come_from_the_environment(tmp_path: Path) -> None:
    environment = {
        "DATENKONTOR_WEB__OIDC__ISSUER": "https://login.city.example",
        "DATENKONTOR_WEB__OIDC__ROLES": '{ chief = ["operator"] }',
    }
    settings = load(written(tmp_path), environment)
    assert settings.web.oidc.issuer == "https://login.city.example"
    assert settings.web.oidc.roles == {"chief": ("operator",)}
