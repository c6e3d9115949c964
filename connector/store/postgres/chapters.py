"""The few chapters with texts of their own: what happens with each negotiation is one statement instead of several.

SQLite reads a process before it changes it, because naming a column rewrites its indices there, and has no statement
that writes three tables. PostgreSQL has both, and each statement less is a round trip less.
"""

import sqlite3
from typing import Any

from connector.ports.changes import FinalizeAgreement, PutAgreement, PutProcess
from connector.store.sqlite.chapters import agreements, processes

_GUARDED = f"{processes.UPDATE_ALL.partition('WHERE')[0]}WHERE owner = ? AND kind = ? AND id = ? AND version = ?"
_ADD = """
counted AS (
    INSERT INTO agreement_counts (owner, dataset, in_force)
    SELECT owner, dataset, 1 FROM final WHERE key = id AND withdrawn_at IS NULL
    ON CONFLICT (owner, dataset) DO UPDATE SET in_force = agreement_counts.in_force + 1
)
INSERT INTO usage_months
(owner, month, providing, dataset, counterparty, purposes, agreements, deliveries, bytes_moved, denied)
SELECT owner, local_month(finalized_at), CASE WHEN key = id THEN 1 ELSE 0 END, dataset, counterparty, purposes,
    1, 0, 0, 0
FROM final
ON CONFLICT (owner, providing, month, dataset, counterparty, purposes) DO UPDATE SET
    agreements = usage_months.agreements + 1
"""
_PUT_FINAL = f"WITH final AS ({agreements.PUT} RETURNING *), {_ADD}"
_FINALIZE = f"WITH final AS ({agreements.FINALIZE} RETURNING *), {_ADD}"


def put_process(connection: Any, change: PutProcess) -> None:
    """Insert or update a process. Raises as the chapter."""
    process = change.process
    guarded = (*processes.to_row(process), process.owner, process.kind.value, process.id, change.expected)
    try:
        if change.expected is not None and connection.execute(_GUARDED, guarded).rowcount == 1:
            return
    except sqlite3.IntegrityError as fault:
        raise processes.to_refusal(process, fault) from fault
    processes.put(connection, change)


def put_agreement(connection: Any, change: PutAgreement) -> None:
    """Insert an agreement, and count it if it is final. Raises as the chapter."""
    new = change.agreement
    if new.finalized_at is None or connection.execute(_PUT_FINAL, agreements.to_row(new)).rowcount == 0:
        agreements.put(connection, change)


def finalize_agreement(connection: Any, change: FinalizeAgreement) -> None:
    """Record when an agreement became final, and count it. Raises as the chapter."""
    if connection.execute(_FINALIZE, (change.at, change.owner, change.key)).rowcount == 0:
        agreements.finalize(connection, change)
