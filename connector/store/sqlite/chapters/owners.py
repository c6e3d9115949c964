"""The SQL of an owner as a whole: all its rows, when it leaves an installation that others stay in."""

import sqlite3
from collections.abc import Callable
from typing import Any

from connector.ports.changes import ForgetOwner

TABLES = (
    "agreement_counts",
    "agreements",
    "assets",
    "backoffs",
    "blocks",
    "consent_links",
    "consent_standing",
    "consents",
    "credential_requests",
    "credentials",
    "deadlines",
    "duties",
    "events",
    "flows",
    "holds",
    "issuances",
    "issued_credentials",
    "journals",
    "late_duties",
    "leases",
    "leaves",
    "notice_marks",
    "notice_readers",
    "notices",
    "offer_forms",
    "offers",
    "owed",
    "payments",
    "planes",
    "processes",
    "products",
    "pushes",
    "qualities",
    "recent_uses",
    "replay_keys",
    "sessions",
    "status_lists",
    "subscriptions",
    "usage",
    "usage_months",
    "use_parts",
    "users",
    "uses",
)
"""Every table with a column `owner`."""

_ENTRIES = "DELETE FROM journal_entries WHERE journal IN (SELECT number FROM journals WHERE owner = ?)"


def forget(connection: sqlite3.Connection, change: ForgetOwner) -> None:
    """Remove all rows of an owner."""
    # These alone name their owner by their journal.
    connection.execute(_ENTRIES, (change.owner,))
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE owner = ?", (change.owner,))  # noqa: S608 - a name from the list


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {ForgetOwner: forget}
