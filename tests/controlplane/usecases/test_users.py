"""The users of the pages: added, invited, disabled; passwords and sessions under races."""

import asyncio
import dataclasses

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases import users
from connector.ports.entities import UserRole
from connector.views.users import FIRST_USER, UserOrder
from tests.support.plane import NOW, Desk

ORDER = UserOrder(name="a.kaya", person="Aylin Kaya", roles=(UserRole.PROVIDER,))
PASSWORD = "sieben bunte Kiesel"


async def _choose(desk: Desk, link: str, name: str = "a.kaya") -> users.SignedIn:
    return await users.choose_password(desk.values.users, name, link.rpartition("=")[2], PASSWORD)


async def test_a_name_is_taken_once_and_a_role_named_once(desk: Desk) -> None:
    register = desk.values.users
    await users.add(register, ORDER, by="admin")
    with pytest.raises(NotAllowed, match="already exists"):
        await users.add(register, ORDER, by="admin")
    with pytest.raises(Invalid, match="named twice"):
        await users.add(register, UserOrder(name="b", person="B", roles=(UserRole.AUDITOR,) * 2), by="admin")
    with pytest.raises(NoSuchEntity):
        await users.invite(register, "nobody", by="admin")


async def test_nobody_is_invited_to_pages_that_do_not_exist(desk: Desk) -> None:
    without = users.UserRegister(desk.values.users.context, desk.values.users.passwords)
    with pytest.raises(NotAllowed, match=r"web\.port"):
        await users.add(without, ORDER, by="admin")


async def test_a_guessed_link_costs_no_hash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register = desk.values.users
    await users.add(register, ORDER, by="admin")
    monkeypatch.setattr(register.passwords, "hash", None)
    with pytest.raises(NotAllowed, match="link"):
        await users.choose_password(register, "a.kaya", "guess", PASSWORD)


async def test_the_first_user_is_invited_until_somebody_has_a_password(desk: Desk) -> None:
    register = desk.values.users
    first = await users.invite_first(register)
    again = await users.invite_first(register)
    assert first
    assert again
    assert first.user.roles == tuple(UserRole)
    assert await users.find_invited(register, FIRST_USER, first.link.rpartition("=")[2]) is None
    await _choose(desk, again.link, FIRST_USER)
    assert await users.invite_first(register) is None


async def test_nobody_is_invited_by_a_start_after_another_user_was_added(desk: Desk) -> None:
    await users.add(desk.values.users, ORDER, by="admin")
    assert await users.invite_first(desk.values.users) is None


async def test_a_link_that_two_use_at_once_works_for_one(desk: Desk) -> None:
    link = (await users.add(desk.values.users, ORDER, by="admin")).link
    done = await asyncio.gather(_choose(desk, link), _choose(desk, link), return_exceptions=True)
    assert sum(isinstance(result, users.SignedIn) for result in done) == 1
    assert sum(isinstance(result, NotAllowed) for result in done) == 1


async def test_a_sign_in_that_overlaps_with_a_reset_has_no_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register = desk.values.users
    await _choose(desk, (await users.add(register, ORDER, by="admin")).link)
    verify = register.passwords.verify

    async def verify_and_reset(password: str, stored: str) -> bool:
        right = await verify(password, stored)
        await users.invite(register, "a.kaya", by="admin")
        return right

    monkeypatch.setattr(register.passwords, "verify", verify_and_reset)
    assert await users.sign_in(register, "a.kaya", PASSWORD) is None


async def test_a_request_does_not_bring_back_a_session_that_was_ended(desk: Desk) -> None:
    register = desk.values.users
    signed_in = await _choose(desk, (await users.add(register, ORDER, by="admin")).link)
    await users.sign_out(register, signed_in.token)
    assert await users.find_session(register, signed_in.token) is None


async def test_a_session_too_many_ends_the_one_that_was_used_longest_ago(desk: Desk) -> None:
    register = desk.values.users
    begun = [await _choose(desk, (await users.add(register, ORDER, by="admin")).link)]
    while len(begun) < users.MOST_SESSIONS:
        begun.append(await users.begin_session(register, begun[0].user))
    later = dataclasses.replace(register, context=dataclasses.replace(register.context, now=lambda: NOW + 120_000))
    assert await users.find_session(later, begun[0].token)
    assert await users.sign_in(later, "a.kaya", PASSWORD)
    left = [await users.find_session(later, one.token, seen=False) is not None for one in begun]
    assert left[0]
    assert left.count(False) == 1


@pytest.mark.parametrize("password", ["kurz", "x" * 201, "aaaaaaaaaaaaaa", "mein a.kaya passwort"])
def test_a_password_that_is_short_long_or_easy_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        users.check_password(password, "a.kaya")
    users.check_password(PASSWORD, "a.kaya")
