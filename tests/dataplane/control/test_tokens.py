import pytest

from connector.dataplane.control.tokens import hash_token, make_token, matches, parse_token


def test_a_token_is_found_in_both_forms_and_kept_as_a_hash() -> None:
    token = make_token()
    assert len(token) == 43
    assert parse_token(f"Bearer {token}") == parse_token(token) == parse_token(f"bearer  {token} ") == token
    assert matches(token, hash_token(token))
    assert not matches(token, hash_token(make_token()))
    assert not matches(token, None)


@pytest.mark.parametrize("value", [None, "", "Basic abc", "Bearer a b", "x" * 600, "Bearer ü"])
def test_what_cannot_be_a_token_is_none(value: str | None) -> None:
    assert parse_token(value) is None
