"""The SQL of the consent register: entries are only appended; the latest for each purpose is marked."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import RecordConsent
from connector.ports.entities import Consent, PageBounds
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_consent = msgspec.msgpack.Decoder(Consent).decode
# SQLite takes a bounded number of values in one statement.
_BATCH = 500

_RECORD = "INSERT INTO consents (owner, subject, dataset, purpose, body) VALUES (?, ?, ?, ?, ?)"
_STAND = """
INSERT INTO consent_standing (owner, subject, dataset, purpose, place, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (owner, subject, dataset, purpose) DO UPDATE SET place = excluded.place, body = excluded.body
"""
_OF = """
SELECT place, subject, body FROM consent_standing
WHERE owner = ? AND subject IN (SELECT value FROM json_each(?)) AND (? = '' OR dataset IN ('', ?))
"""
_REVISION = "SELECT max(place) FROM consents WHERE owner = ?"


def record(connection: sqlite3.Connection, change: RecordConsent) -> None:
    """Append an entry."""
    entry = change.consent
    key, body = (entry.owner, entry.subject, entry.dataset, entry.purpose), _encode(entry)
    place = connection.execute(_RECORD, (*key, body)).lastrowid
    connection.execute(_STAND, (*key, place, body))


def consents(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, subject: str | None, dataset: str | None
) -> tuple[Sequence[Consent], str | None]:
    """List the entries, newest first."""
    rows, after = page(connection, "consents", bounds, {"owner": owner, "subject": subject, "dataset": dataset})
    return [_consent(body) for (body,) in rows], after


def of(
    connection: sqlite3.Connection, owner: str, subjects: Sequence[str], dataset: str
) -> Mapping[str, Sequence[Consent]]:
    """Return by subject the latest entries for each purpose, oldest first."""
    found: dict[str, list[Consent]] = {}
    for at in range(0, len(subjects), _BATCH):
        wanted = msgspec.json.encode(subjects[at : at + _BATCH]).decode()
        for _, subject, body in sorted(fetch_many(connection, _OF, (owner, wanted, dataset, dataset))):
            found.setdefault(subject, []).append(_consent(body))
    return found


def revision(connection: sqlite3.Connection, owner: str) -> int:
    """Return a number that grows with every entry."""
    row = fetch_one(connection, _REVISION, (owner,))
    return row[0] or 0 if row else 0
