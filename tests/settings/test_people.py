"""The settings of the pages, as a file has them."""

from pathlib import Path

from connector.settings import load
from tests.settings.least import LEAST, written


def test_without_settings_people_sign_in_with_passwords_only(tmp_path: Path) -> None:
    web = load(written(tmp_path), {}).web
    assert (web.port, web.passwords, web.oidc.issuer, web.oidc.roles) == (None, True, None, {})


def test_a_secret_beside_the_settings_is_found_there(tmp_path: Path) -> None:
    login = '[web.oidc]\nissuer = "https://login.example"\nsecret_file = "a.secret"\nroles = { a = ["operator"] }\n'
    assert load(written(tmp_path, LEAST + login), {}).web.oidc.secret_file == tmp_path / "a.secret"
