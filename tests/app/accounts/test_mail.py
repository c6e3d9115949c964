"""The e-mails to people as the settings have them."""

from pathlib import Path

import pytest

from connector.app.accounts.mail import build_server
from connector.settings import SettingsError, load
from tests.settings.least import LEAST, written

MAIL = '[mail]\nhost = "mail.city.example"\nsender = "datenkontor@city.example"\n'


def test_without_a_host_no_mail_is_sent(tmp_path: Path) -> None:
    assert build_server(load(written(tmp_path), {})) is None


def test_a_server_has_the_account_and_the_secret_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "mail.secret").write_text("geheim-4711\n")
    (tmp_path / "mail.secret").chmod(0o600)
    account = 'user = "datenkontor"\nsecret_file = "mail.secret"\n'
    server = build_server(load(written(tmp_path, LEAST + MAIL + account), {}))
    assert server is not None
    assert (server.port, server.security, server.user, server.password) == (
        587,
        "starttls",
        "datenkontor",
        "geheim-4711",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mail]\nhost = "mail.city.example"', "mail.sender is missing"),
        (MAIL + 'security = "none"', "another machine"),
        (MAIL + 'user = "datenkontor"', "belong together"),
        (MAIL + 'secret_file = "a"', "belong together"),
        (MAIL.replace("datenkontor@", "Datenkontor <a@"), "mail.sender"),
    ],
)
def test_settings_that_send_no_mail_or_a_password_in_the_clear_are_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        load(written(tmp_path, LEAST + text), {})
