"""What an operator may do with the accounts of people, and what everybody chooses."""

from pathlib import Path

import pytest

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import people
from connector.controlplane.usecases.users import UserRegister
from connector.ports.entities import PageBounds, User, UserRole
from connector.views.users import UserOrder
from tests.support.plane import OWNER, Desk

OPERATOR, AUDITOR = UserRole.OPERATOR, UserRole.AUDITOR


@pytest.fixture
def register(tmp_path: Path) -> UserRegister:
    return Desk(tmp_path).values.users


async def add(register: UserRegister, name: str, *roles: UserRole) -> User:
    return (await users.add(register, UserOrder(name=name, person=name, roles=roles), by="test")).user


async def test_other_roles_are_kept_in_their_order_with_who_gave_them(register: UserRegister) -> None:
    await add(register, "b", AUDITOR)
    changed = await people.change_roles(register, "b", [OPERATOR, UserRole.PROVIDER], by="a")
    assert changed.roles == (UserRole.PROVIDER, OPERATOR)
    assert await people.change_roles(register, "b", changed.roles, by="a") == changed
    leaves, _ = await register.context.store.leaves(OWNER, PageBounds(limit=9))
    assert [leaf.kind for leaf in leaves] == ["user added", "user got other roles"]


async def test_a_user_has_a_role_and_one_of_the_login_has_those_of_the_login(register: UserRegister) -> None:
    await add(register, "b", AUDITOR)
    with pytest.raises(Invalid, match="at least one role"):
        await people.change_roles(register, "b", [], by="a")


async def test_nobody_changes_the_own_account_and_the_last_operator_stays(register: UserRegister) -> None:
    chief, other = await add(register, "chief", OPERATOR), await add(register, "other", OPERATOR)
    with pytest.raises(NotAllowed, match="own roles"):
        await people.check_by_operator(register, chief, "chief", [OPERATOR])
    assert await people.check_by_operator(register, chief, "other") == other
    await users.disable(register, "chief", by="key")
    for roles in ([], [AUDITOR]):
        with pytest.raises(NotAllowed, match="last account that operates"):
            await people.check_by_operator(register, chief, "other", roles)
    assert await people.check_by_operator(register, chief, "other", [OPERATOR, AUDITOR]) == other


async def test_a_language_is_kept_and_the_session_goes_on(register: UserRegister) -> None:
    user = await add(register, "b", AUDITOR)
    changed = await people.choose_language(register, user, "en")
    assert changed.language == "en"
    assert await people.choose_language(register, changed, "en") == changed
    with pytest.raises(NotAllowed, match="Another request"):
        await people.choose_language(register, user, "de")
