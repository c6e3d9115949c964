"""The mark of a browser belongs to one user and one password."""

import pytest

from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts.browsers import find_browser, make_mark
from connector.ports.entities import UserRole
from tests.support.plane import Desk
from tests.web.office import PASSWORD, Office


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(Desk(tmp_path_factory.mktemp("office")))


async def test_a_mark_is_known_for_its_user_until_the_password_changes(office: Office) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    await office.add_user("b.adler", UserRole.PROVIDER)
    user = await users.find(office.register, "a.kaya")
    first, second = make_mark(user), make_mark(user)
    found = await find_browser(office.register, "a.kaya", first)
    assert found
    assert found == first.partition(".")[0] != await find_browser(office.register, "a.kaya", second)
    assert await find_browser(office.register, "b.adler", first) == ""
    assert await find_browser(office.register, "nobody", first) == ""
    await users.change_password(office.register, user, PASSWORD, "acht graue Steine am Weg")
    assert await find_browser(office.register, "a.kaya", first) == ""


async def test_a_mark_that_was_made_up_is_none_and_a_user_without_a_password_has_none(office: Office) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    user = await users.find(office.register, "a.kaya")
    number, _, signed = make_mark(user).partition(".")
    for mark in (
        "",
        ".",
        number,
        f"{number}x.{signed}",
        f"{number}.{signed[:-1]}",
        f".{signed}",
        f"{number}.\xff",
        "x" * 5000,
    ):
        assert await find_browser(office.register, "a.kaya", mark) == "", mark
    invited = await users.invite(office.register, "a.kaya", by="test")
    assert make_mark(invited.user) == ""
    assert await find_browser(office.register, "a.kaya", f"{number}.{signed}") == ""
