"""What the codes of PostgreSQL say of a write; the writes themselves are tried with a real server."""

import pytest

from connector.dataplane.databases.postgres_target import TYPES, _describe
from connector.dataplane.databases.sqlite_target import TYPES as OF_SQLITE
from connector.ports.flow import Cause


@pytest.mark.parametrize(
    ("state", "cause", "words"),
    [
        ("53100", Cause.NO_SPACE, "no space"),
        ("25006", Cause.UNAVAILABLE, "read-only"),
        ("40P01", Cause.UNAVAILABLE, "at present"),
        ("22003", None, "does not fit"),
        ("23505", None, "does not fit"),
        ("42P10", None, "no unique key"),
        ("42501", None, "grant INSERT"),
    ],
)
def test_a_code_becomes_a_sentence_and_says_whether_another_attempt_is_worth_it(
    state: str, cause: Cause | None, words: str
) -> None:
    found = _describe(state)
    assert found is not None
    assert found.cause is cause
    assert words in str(found)


def test_another_code_is_that_of_the_connection_and_both_databases_make_the_same_tables() -> None:
    assert _describe("08006") is None
    assert TYPES.keys() == OF_SQLITE.keys()
