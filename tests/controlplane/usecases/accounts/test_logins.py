"""Users who come with a login: their roles and their names. What they meet on the pages is in tests/web."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import logins
from connector.controlplane.usecases.accounts.logins import RoleClaim, read_roles
from connector.ports.entities import UserRole
from connector.ports.login import LoggedIn, LoginFailed, LoginFault
from connector.ports.store_errors import Conflict
from tests.support.plane import OWNER, Desk

CLAIM = RoleClaim(
    path="realm_access.roles", roles={"a": (UserRole.RELEASE, UserRole.PROVIDER), "b": (UserRole.AUDITOR,)}
)


def came(**claims: Any) -> LoggedIn:
    return LoggedIn(issuer="https://i", subject="s", claims={"realm_access": {"roles": ["b"]}, **claims}, hint="")


@pytest.mark.parametrize(
    ("path", "claims", "roles"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["b", "a", "x"]}}, ["provider", "release", "auditor"]),
        ("realm_access.roles", {"realm_access.roles": ["b"]}, ["auditor"]),
        ("groups", {"groups": "b"}, ["auditor"]),
        ("https://city.example/roles", {"https://city.example/roles": ["b"]}, ["auditor"]),
        ("groups", {"groups": {"b": True}}, []),
        ("groups", {"groups": ["b " * 3, 7, None, ["b"]]}, []),
        ("a.b.c", {"a": {"b": ["c"]}}, []),
        ("groups", {}, []),
    ],
)
def test_roles_are_those_that_the_settings_name(path: str, claims: dict[str, Any], roles: list[str]) -> None:
    assert list(read_roles(claims, RoleClaim(path=path, roles=CLAIM.roles))) == roles


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["roles", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON)
def test_no_claim_breaks_the_reading_or_gives_a_role_that_was_not_named(value: Any) -> None:
    given_roles = read_roles({"realm_access": value}, CLAIM)
    assert set(given_roles) <= {UserRole.RELEASE, UserRole.PROVIDER, UserRole.AUDITOR}


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@city.example"}, "a@city.example"),
        ({"email": "a@city.example", "email_verified": False}, ""),
        ({"email": "a@city.example\r\nBcc: all@city.example"}, ""),
        ({"email": "Aylin <a@city.example>"}, ""),
        ({"email": ["a@city.example"]}, ""),
    ],
)
async def test_an_address_is_taken_over_only_as_one(tmp_path: Path, claims: dict[str, Any], email: str) -> None:
    register = Desk(tmp_path).values.users
    assert (await logins.sign_in(register, CLAIM, came(**claims))).user.email == email


async def test_a_user_who_is_changed_at_the_same_time_signs_in_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    commit, failures = desk.store.commit, [Conflict("changed")] * 2

    async def refuse_first(group: Any) -> None:
        if failures:
            raise failures.pop()
        await commit(group)

    monkeypatch.setattr(desk.store, "commit", refuse_first)
    assert (await logins.sign_in(desk.values.users, CLAIM, came())).token
    failures.extend([Conflict("changed")] * 99)
    with pytest.raises(LoginFailed) as failed:
        await logins.sign_in(desk.values.users, CLAIM, came(name="Other"))
    assert failed.value.fault is LoginFault.OVER


async def test_a_user_of_the_login_gets_no_link_for_a_password(tmp_path: Path) -> None:
    register = Desk(tmp_path).values.users
    user = (await logins.sign_in(register, CLAIM, came())).user
    with pytest.raises(users.NotAllowed, match="password is changed there"):
        await users.invite(register, user.name, by="test")
    assert (await register.context.store.user(OWNER, user.name)).link_hash == ""  # type: ignore[union-attr]  # known
