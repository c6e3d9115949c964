"""Access tokens: bound to who may bring them, to what they open, and to minutes."""

import pytest

from connector.identity.dcp.access import LIFETIME_MS, MAX_KEPT, USED_MS, AccessTokens
from connector.identity.jws import Rejected
from connector.identity.tokens import issue
from connector.protocol.dcp.scopes import Scope, ScopeKind
from tests.identity.dcp.places import FIRM, KEYS, NOW_MS, NOW_S, STRANGER, US

SCOPES = (Scope(ScopeKind.TYPE, "MembershipCredential"), Scope(ScopeKind.ID, "urn:uuid:1"))


class Clock:
    now = NOW_MS

    def __call__(self) -> int:
        return self.now


def test_an_access_token_opens_what_it_names_for_whom_it_was_made() -> None:
    access = AccessTokens(KEYS[FIRM], Clock())
    assert access.read(access.issue(US, SCOPES), US) == SCOPES
    with pytest.raises(Rejected, match="another participant"):
        access.read(access.issue(US, SCOPES), STRANGER)


def test_it_ends_after_minutes_and_is_made_anew_before() -> None:
    clock = Clock()
    access = AccessTokens(KEYS[FIRM], clock)
    first = access.issue(US, SCOPES)
    clock.now += USED_MS - 1
    assert access.issue(US, SCOPES) == first
    clock.now += 1
    assert access.issue(US, SCOPES) != first
    assert access.read(first, US) == SCOPES
    clock.now = NOW_MS + LIFETIME_MS
    with pytest.raises(Rejected, match="expired"):
        access.read(first, US)


def test_a_clock_that_was_set_back_opens_nothing_for_longer() -> None:
    clock = Clock()
    access = AccessTokens(KEYS[FIRM], clock)
    token = access.issue(US, SCOPES)
    clock.now -= 1
    with pytest.raises(Rejected, match="expired"):
        access.read(token, US)


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "opaque",
        "a.b.c",
        "ü",
        issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="j", now_s=NOW_S),
        AccessTokens(KEYS[STRANGER], Clock()).issue(US, SCOPES),
    ],
    ids=["none", "empty", "opaque", "segments", "not ascii", "a token of the participant", "of another key"],
)
def test_what_was_not_made_here_opens_nothing(token: str | None) -> None:
    with pytest.raises(Rejected, match="access-token"):
        AccessTokens(KEYS[FIRM], Clock()).read(token, US)


def test_few_access_tokens_are_kept() -> None:
    access = AccessTokens(KEYS[FIRM], Clock())
    for number in range(MAX_KEPT + 1):
        access.issue(f"did:web:peer{number}.example", SCOPES[:1])
    assert len(access._made) == MAX_KEPT
