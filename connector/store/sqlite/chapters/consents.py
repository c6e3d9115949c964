"""The SQL of the consent register: entries are only appended; the latest for each purpose is marked.

It also has the links with which persons see their own consents.
"""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from connector.ports.changes import DropConsentLink, PutConsentLink, RecordConsent
from connector.ports.entities import Consent, ConsentLink, PageBounds
from connector.store.sqlite.engine.rows import SqlRow, fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_consent = msgspec.msgpack.Decoder(Consent).decode
# SQLite takes a bounded number of values in one statement.
_BATCH = 500

_RECORD = "INSERT INTO consents (owner, subject, dataset, purpose, body) VALUES (?, ?, ?, ?, ?) RETURNING place"
_STAND = """
INSERT INTO consent_standing (owner, subject, dataset, purpose, state, place, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (owner, subject, dataset, purpose)
DO UPDATE SET state = excluded.state, place = excluded.place, body = excluded.body
"""
_OF = """
SELECT place, subject, body FROM consent_standing
WHERE owner = ? AND subject IN (SELECT value FROM json_each(?)) AND (? = '' OR dataset IN ('', ?))
"""
_LINKS_OVER = "DELETE FROM consent_links WHERE owner = ? AND until <= ?"
_PUT_LINK = "INSERT OR REPLACE INTO consent_links (owner, subject, token_hash, until) VALUES (?, ?, ?, ?)"
_DROP_LINK = "DELETE FROM consent_links WHERE owner = ? AND subject = ?"
_LINK = "SELECT owner, subject, token_hash, until FROM consent_links WHERE owner = ? AND subject = ?"
_LINK_BY_HASH = "SELECT owner, subject, token_hash, until FROM consent_links WHERE owner = ? AND token_hash = ?"
_REVISION = "SELECT max(place) FROM consents WHERE owner = ?"


def record(connection: sqlite3.Connection, change: RecordConsent) -> None:
    """Append an entry."""
    entry = change.consent
    key, body = (entry.owner, entry.subject, entry.dataset, entry.purpose), _encode(entry)
    (place,) = connection.execute(_RECORD, (*key, body)).fetchone()
    connection.execute(_STAND, (*key, entry.state, place, body))


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


def standing(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, dataset: str | None, state: str | None
) -> tuple[Sequence[Consent], str | None]:
    """List the latest entry for each person, dataset and purpose, newest first."""
    rows, after = page(connection, "consent_standing", bounds, {"owner": owner, "dataset": dataset, "state": state})
    return [_consent(body) for (body,) in rows], after


def put_link(connection: sqlite3.Connection, change: PutConsentLink) -> None:
    """Store the link of a person, and remove the links that are over."""
    link = change.link
    connection.execute(_LINKS_OVER, (link.owner, change.now))
    connection.execute(_PUT_LINK, (link.owner, link.subject, link.token_hash, link.until))


def drop_link(connection: sqlite3.Connection, change: DropConsentLink) -> None:
    """Remove the link of a person, if there is one."""
    connection.execute(_DROP_LINK, (change.owner, change.subject))


def link(connection: sqlite3.Connection, owner: str, subject: str) -> ConsentLink | None:
    """Return the link of a person."""
    return _read_link(fetch_one(connection, _LINK, (owner, subject)))


def link_of_token(connection: sqlite3.Connection, owner: str, token_hash: str) -> ConsentLink | None:
    """Return the link with this secret."""
    return _read_link(fetch_one(connection, _LINK_BY_HASH, (owner, token_hash)))


def _read_link(row: SqlRow | None) -> ConsentLink | None:
    return ConsentLink(owner=row[0], subject=row[1], token_hash=row[2], until=row[3]) if row else None
