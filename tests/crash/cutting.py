"""What happens to a connector on PostgreSQL without a kill: an answer to COMMIT is lost, and silence is short."""

import os
from collections.abc import Callable
from typing import Any

from connector.store.postgres import replicas

VARIABLE = "DATENKONTOR_CRASH_SILENT"


class _CutConnection:
    """A connection that the server loses after it has done a COMMIT that `is_cut` names."""

    def __init__(self, connection: Any, is_cut: Callable[[], bool]) -> None:
        self._connection, self._is_cut = connection, is_cut

    async def execute(self, statement: str, *values: object) -> str:
        done: str = await self._connection.execute(statement, *values)
        if statement == "COMMIT" and self._is_cut():
            self._connection.terminate()
            raise ConnectionResetError("the connection is lost")
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def cut_commits(store: Any, event: Callable[[str], bool]) -> None:
    """Let the writer of a store lose the answer to a COMMIT where `event` says so."""
    writer = store._writer
    connect = writer._connect

    async def connect_anew() -> _CutConnection:
        return _CutConnection(await connect(), lambda: event("the answer to COMMIT"))

    writer._connect = connect_anew


def shorten_silence() -> None:
    """Let replicas be replaced after a silence of so many seconds as the variable says: a matrix has hundreds."""
    if seconds := os.environ.get(VARIABLE):
        replicas.BEAT_S, replicas.SILENT_S = float(seconds) / 6, float(seconds)
        replicas._LATE_S = replicas.SILENT_S - 2 * replicas.BEAT_S
