"""What the server says becomes what the chapters and the callers of the store know."""

import sqlite3

import asyncpg
import pytest

from connector.ports.store_errors import StoreFull, Unavailable
from connector.store.postgres.statements.connection import FAULTS, to_error


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (asyncpg.UniqueViolationError("duplicate key"), sqlite3.IntegrityError),
        (asyncpg.DataError("invalid input"), OverflowError),
        (asyncpg.DiskFullError("no space left on device"), StoreFull),
        (asyncpg.ConnectionDoesNotExistError("closed"), Unavailable),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), Unavailable),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"), Unavailable),
        (asyncpg.ProgramLimitExceededError("index row size 2872 exceeds maximum 2704"), OverflowError),
        (asyncpg.InternalClientError("another operation is in progress"), Unavailable),
        (ConnectionResetError("reset"), Unavailable),
        (TimeoutError(), Unavailable),
    ],
)
def test_an_error_of_the_server_has_the_kind_that_the_store_knows(fault: BaseException, kind: type[Exception]) -> None:
    assert type(to_error(fault)) is kind


@pytest.mark.parametrize("fault", [asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError])
def test_a_pooler_between_is_told_with_the_setting_that_helps(fault: type[asyncpg.PostgresError]) -> None:
    error = to_error(fault('prepared statement "__asyncpg_stmt_1__" does not exist\nHINT: canary'))
    assert (type(error), "store.prepared" in str(error), "canary" in str(error)) == (Unavailable, True, False)


def test_a_sentence_for_people_has_no_details_of_the_server() -> None:
    said = str(to_error(asyncpg.QueryCanceledError("canceling statement\nDETAIL: canary-4711")))
    assert "canceling statement" in said
    assert "canary" not in said
    assert "no answer in time" in str(to_error(TimeoutError()))


def test_a_connection_that_ends_while_it_prepares_a_statement_is_a_fault_of_the_server() -> None:
    with pytest.raises(FAULTS):
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
