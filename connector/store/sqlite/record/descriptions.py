"""The SQL of pushed self-descriptions. A description and the entry of its dataset are written in one transaction."""

import sqlite3
from collections.abc import Sequence
from functools import partial

import msgspec

from connector.ports.broker_store import CrawlSource, Delta, Entry
from connector.ports.descriptions import DescribingKey, NamedList, PushedDescription
from connector.ports.store_errors import Unavailable
from connector.protocol.credential import DescriptionKind
from connector.protocol.dcp.claims import StatusEntry
from connector.store.rules import check_pushed, is_same_entry
from connector.store.sqlite.record.record import SqliteBrokerStore, apply_delta
from connector.store.sqlite.record.rows import COLUMNS, to_stored

KEYS = 100

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PushedDescription).decode
_source = msgspec.msgpack.Decoder(CrawlSource).decode

_ONE = "SELECT body FROM descriptions WHERE name = ?"
_PUT = """
INSERT INTO descriptions (name, participant, subject, key, size, expires_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name)
DO UPDATE SET key = excluded.key, size = excluded.size, expires_at = excluded.expires_at, body = excluded.body
"""
_DROP = "DELETE FROM descriptions WHERE name = ?"
_HELD = "SELECT count(*), coalesce(sum(size), 0) FROM descriptions WHERE participant = ?"
_OF_ONE = "SELECT body FROM descriptions WHERE participant = ? AND subject > ? ORDER BY subject LIMIT ?"
_EXPIRING = "SELECT body FROM descriptions WHERE expires_at > 0 ORDER BY expires_at LIMIT ?"
_NEXT_KEY = """
SELECT participant, key FROM descriptions WHERE (participant, key) > (?, ?) ORDER BY participant, key LIMIT 1
"""
_SIGNED = "SELECT name FROM descriptions WHERE participant = ? AND key = ? LIMIT ?"
_NAME = "INSERT OR IGNORE INTO description_statuses (participant, list, name, purpose, bit) VALUES (?, ?, ?, ?, ?)"
_UNNAME = "DELETE FROM description_statuses WHERE name = ?"
_LISTS = """
SELECT count(DISTINCT list) FROM description_statuses JOIN descriptions USING (name)
WHERE descriptions.participant = ? AND description_statuses.participant = descriptions.participant
"""
_NEXT_LIST = """
SELECT participant, list FROM description_statuses
WHERE (participant, list) > (?, ?) ORDER BY participant, list LIMIT 1
"""
_ON_LIST = "SELECT name, purpose, bit FROM description_statuses WHERE participant = ? AND list = ? ORDER BY name"
_SOURCE = "SELECT body FROM sources WHERE participant = ?"
_OFFERED = f"""
SELECT {COLUMNS} FROM entries WHERE participant = ? AND id = ? AND (removed_at IS NULL OR held > 0)
"""  # noqa: S608 - constants


class SqliteDescriptionStore:
    """A `DescriptionStore` in the file of a record, which has to be open."""

    def __init__(self, record: SqliteBrokerStore) -> None:
        self._record = record

    async def description(self, name: str) -> PushedDescription | None:
        """Return one description."""
        return next(iter(self._read(_ONE, (name,))), None)

    async def put_description(self, description: PushedDescription, entry: Entry | None, now: int) -> bool:
        """Store a description and the entry of its dataset; return whether the entry has changed."""
        job = partial(_put, description=description, entry=entry, now=now)
        return await self._record.write(job, description.participant)

    async def drop_descriptions(self, names: Sequence[str], now: int) -> int:
        """Remove descriptions, with the entries of their datasets; return how many entries were removed."""
        return await self._record.write(partial(_drop_all, names=names, now=now))

    async def descriptions_of(self, participant: str, after: str, limit: int) -> Sequence[PushedDescription]:
        """Return descriptions of a participant with a subject after `after`, in that order."""
        return self._read(_OF_ONE, (participant, after, max(limit, 0)))

    async def expiring_descriptions(self, limit: int) -> Sequence[PushedDescription]:
        """Return the descriptions that expire first."""
        return self._read(_EXPIRING, (max(limit, 0),))

    async def describing_keys(self, after: DescribingKey | None = None) -> Sequence[DescribingKey]:
        """Return a page of the keys with which the present descriptions are signed, in the order of participants."""
        found: list[DescribingKey] = []
        place = (after.participant, after.key) if after else ("", "")
        # From key to key: what a participant has signed with one is not passed.
        while len(found) < KEYS and (rows := self._record.read(_NEXT_KEY, place)):
            place = rows[0]
            found.append(DescribingKey(*place))
        return found

    async def signed_descriptions(self, signer: DescribingKey, limit: int) -> Sequence[str]:
        """Return names of descriptions that a key of a participant signed."""
        rows = self._record.read(_SIGNED, (signer.participant, signer.key, max(limit, 0)))
        return [name for (name,) in rows]

    async def named_lists(self, issuer: str | None = None) -> Sequence[NamedList]:
        """Return the status lists on which the present descriptions stand, of all issuers or of one, in order."""
        found: list[NamedList] = []
        place = (issuer or "", "")
        # From list to list: what is on one is not passed.
        while rows := self._record.read(_NEXT_LIST, place):
            place = rows[0]
            if issuer is not None and place[0] != issuer:
                break
            found.append(NamedList(*place))
        return found

    async def named_on(self, named: NamedList) -> Sequence[tuple[str, StatusEntry]]:
        """Return the names of the descriptions on a status list, each with its bit."""
        rows = self._record.read(_ON_LIST, (named.issuer, named.url))
        return [(name, StatusEntry(purpose, bit, named.url)) for name, purpose, bit in rows]

    def _read(self, statement: str, values: Sequence[object]) -> list[PushedDescription]:
        return [_decode(body) for (body,) in self._record.read(statement, values)]


def _put(connection: sqlite3.Connection, description: PushedDescription, entry: Entry | None, now: int) -> bool:
    key = (description.name, description.participant, description.subject, description.key)
    size = len(description.secured)
    connection.execute(_PUT, (*key, size, description.expires_at, _encode(description)))
    connection.execute(_UNNAME, (description.name,))
    for status in description.stands_on:
        # The participant of a status is the issuer of its list.
        place = (status.issuer, status.entry.list_url, description.name)
        connection.execute(_NAME, (*place, status.entry.purpose, status.entry.bit))
    held = connection.execute(_HELD, (description.participant,)).fetchone()
    check_pushed(*held, *connection.execute(_LISTS, (description.participant,)).fetchone())
    if entry is None:
        return False
    rows = [to_stored(row) for row in connection.execute(_OFFERED, (entry.participant, entry.id)).fetchall()]
    same = any(is_same_entry(row, entry) for row in rows)
    source = _find_source(connection, entry.participant)
    changes = {"verified": (entry.id,)} if same else {"upserts": (entry,)}
    apply_delta(connection, Delta(source=source, **changes), now)
    return not same


def _drop_all(connection: sqlite3.Connection, names: Sequence[str], now: int) -> int:
    removed = 0
    for name in names:
        row = connection.execute(_ONE, (name,)).fetchone()
        if row is None:
            continue
        description = _decode(row[0])
        connection.execute(_DROP, (name,))
        connection.execute(_UNNAME, (name,))
        if description.kind is DescriptionKind.DATASET:
            source = _find_source(connection, description.participant)
            apply_delta(connection, Delta(source=source, removed=(description.subject,)), now)
            removed += 1
    return removed


def _find_source(connection: sqlite3.Connection, participant: str) -> CrawlSource:
    row = connection.execute(_SOURCE, (participant,)).fetchone()
    if row is None:
        raise Unavailable("The participant is not a source of this record yet: try again in a moment.")
    return _source(row[0])
