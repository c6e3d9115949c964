"""The users of the pages from the command line."""

from datetime import UTC, datetime
from typing import Any

from connector.views.users import InvitedUserView, UserRole, UserView
from tests.cli.conftest import Cli
from tests.cli.management import Management

LINK = "https://daten.example.org/willkommen?name=a.kaya&link=secret"


def user(**other: Any) -> UserView:
    at = datetime(2026, 5, 4, 10, tzinfo=UTC)
    values: dict[str, Any] = {
        "name": "a.kaya", "person": "Aylin Kaya", "roles": (UserRole.PROVIDER, UserRole.RELEASE), "created_at": at,
        "has_password": False, "link_until": at,
    }  # fmt: skip
    return UserView(**(values | other))


def test_a_user_is_added_and_the_link_printed(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/users", InvitedUserView(user=user(), link=LINK), status=201)
    done = cli(
        "user", "add", "a.kaya", "--person", "Aylin Kaya", "--role", "provider", "--role", "release", "--lang", "de"
    )
    assert done.code == 0
    assert "wählt Aylin Kaya ein Passwort" in done.out
    assert LINK in done.out
    assert management.bodies("POST", "/v1/users") == [
        {"name": "a.kaya", "person": "Aylin Kaya", "roles": ["provider", "release"]}
    ]
    assert cli("user", "add", "a", "--person", "A", "--role", "chief").code == 2


def test_users_are_listed_with_their_roles_in_words(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/users", [user(disabled_at=datetime(2026, 5, 5, tzinfo=UTC))])
    done = cli("user", "list", "--lang", "de")
    assert "Datenkoordination" in done.out
    assert "2026-05-05" in done.out


def test_a_reset_and_a_disabling_are_asked_about(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/users/a.kaya/reset", InvitedUserView(user=user(), link=LINK))
    management.answer("POST", "/v1/users/a.kaya/disable", user())
    for verb in ("reset", "disable"):
        asked = cli("user", verb, "a.kaya")
        assert (asked.code, "--yes" in asked.err) == (2, True)
    assert LINK in cli("user", "reset", "a.kaya", "--yes").out
    assert "a.kaya is disabled" in cli("user", "disable", "a.kaya", "--yes").out
