"""Scopes have two or three parts, and a type is itself and nothing that contains it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.scopes import EDC_TYPE, MAX_SCOPE, Scope, ScopeKind, parse_scope, parse_scopes

TYPE, ID = str(ScopeKind.TYPE), str(ScopeKind.ID)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        (f"{TYPE}:Member", Scope(ScopeKind.TYPE, "Member")),
        (f"{TYPE}:Member:read", Scope(ScopeKind.TYPE, "Member")),
        (f"{TYPE}:Member:*", Scope(ScopeKind.TYPE, "Member")),
        (f"{TYPE}:https://stadt.example/ns#Member:read", Scope(ScopeKind.TYPE, "https://stadt.example/ns#Member")),
        (f"{ID}:urn:uuid:8247b87d", Scope(ScopeKind.ID, "urn:uuid:8247b87d")),
        (f"{TYPE}:*", Scope(ScopeKind.TYPE, "*")),
        (f"{EDC_TYPE}:Member:read", Scope(ScopeKind.TYPE, "Member")),
    ],
)
def test_a_scope_has_two_or_three_parts(text: str, scope: Scope) -> None:
    assert parse_scope(text) == scope


@pytest.mark.parametrize(
    "text",
    [
        "",
        TYPE,
        f"{TYPE}:",
        f"{TYPE}::read",
        f"{TYPE}:Member:write",
        "org.example.vc.type:Member",
        f"{TYPE}x:Member",
        f"{TYPE}:a b",
        f"{TYPE}:a\n",
        f"{TYPE}:{'a' * MAX_SCOPE}",
    ],
)
def test_a_scope_that_names_no_credential_to_read_is_refused(text: str) -> None:
    with pytest.raises(ClaimFault):
        parse_scope(text)


def test_a_scope_of_another_data_space_is_left_out_beside_known_ones_and_refused_alone() -> None:
    member, other = f"{TYPE}:Member", "org.example.vc.type:Member"
    assert parse_scopes([other, member, f"{member}:read"]) == (Scope(ScopeKind.TYPE, "Member"),)
    with pytest.raises(ClaimFault, match="unknown"):
        parse_scopes([other])


def test_a_type_is_written_as_edc_wants_it_and_an_identifier_as_the_standard_has_it() -> None:
    assert Scope(ScopeKind.TYPE, "Member").write(of_edc=True) == f"{EDC_TYPE}:Member:read"
    assert Scope(ScopeKind.TYPE, "Member").write(of_edc=True, three_parts=True) == f"{TYPE}:Member:read"
    assert Scope(ScopeKind.ID, "urn:1").write(of_edc=True) == f"{ID}:urn:1"


@given(st.text(max_size=60), st.booleans())
def test_what_is_written_is_read_again(rest: str, three_parts: bool) -> None:
    try:
        scope = parse_scope(f"{TYPE}:{rest}")
    except ClaimFault:
        return
    if not scope.value.endswith((":read", ":*", ":all", ":write")):
        assert parse_scope(scope.write(three_parts=three_parts)) == scope
