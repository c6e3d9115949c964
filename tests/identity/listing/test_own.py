"""What a process says of its own entry: who is suspended, unknown or newly keyed hears it by itself."""

from connector.identity.listing.own import find_own_warning


def _warn(*, has_entry: bool = True, is_suspended: bool = False, has_key: bool = True) -> str | None:
    return find_own_warning("urn:us", "k1", has_entry=has_entry, is_suspended=is_suspended, has_key=has_key)


def test_who_is_listed_with_the_key_in_use_hears_nothing() -> None:
    assert _warn() is None


def test_who_is_suspended_hears_that_before_anything_else() -> None:
    assert "suspended this participant" in str(_warn(is_suspended=True, has_key=False))


def test_a_key_that_is_not_listed_and_a_missing_entry_are_told_apart() -> None:
    assert "does not contain the key k1" in str(_warn(has_key=False))
    assert "urn:us is not on the participant list" in str(_warn(has_entry=False))
