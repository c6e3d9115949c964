"""The SQL of assets, of every offer identifier that they had, and of what was pushed of them to a broker."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from connector.ports.changes import DropAsset, DropPush, PutAsset, PutPush
from connector.ports.entities import Asset, AssetStatus, PageBounds, Push, PushState
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.foreign import reading_foreign
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_asset = msgspec.msgpack.Decoder(Asset).decode
_push = msgspec.msgpack.Decoder(Push).decode

_INSERT = "INSERT INTO assets (status, version, personal, body, owner, id) VALUES (?, ?, ?, ?, ?, ?)"
_UPDATE = """
UPDATE assets SET status = ?, version = ?, personal = ?, body = ? WHERE owner = ? AND id = ? AND version = ?
"""
_DELETE = "DELETE FROM assets WHERE owner = ? AND id = ? AND version = ?"
_OFFER = """
INSERT INTO offers (owner, offer_id, asset_id) VALUES (?, ?, ?)
ON CONFLICT (owner, offer_id) DO UPDATE SET asset_id = excluded.asset_id
"""
_BY_ID = "SELECT body FROM assets WHERE owner = ? AND id = ?"
_BY_IDS = "SELECT body FROM assets WHERE owner = ? AND id IN (SELECT value FROM json_each(?))"
_PUBLISHED = "SELECT body FROM assets WHERE owner = ? AND status = ? ORDER BY place"
_BY_OFFER = """
SELECT body FROM offers JOIN assets ON assets.owner = offers.owner AND assets.id = offers.asset_id
WHERE offers.owner = ? AND offers.offer_id = ?
"""
_PUT_PUSH = "INSERT OR REPLACE INTO pushes (owner, subject, state, renew_at, body) VALUES (?, ?, ?, ?, ?)"
_DROP_PUSH = "DELETE FROM pushes WHERE owner = ? AND subject = ?"
_PUSH = "SELECT body FROM pushes WHERE owner = ? AND subject = ?"
_PUSHES = "SELECT body FROM pushes WHERE owner = ? AND subject > ? ORDER BY subject LIMIT ?"
_NEXT_PUSHES = "SELECT body FROM pushes WHERE owner = ? AND renew_at >= 0 ORDER BY renew_at LIMIT ?"
_PUSHES_IN = "SELECT body FROM pushes WHERE owner = ? AND state = ? LIMIT ?"


def put(connection: sqlite3.Connection, change: PutAsset) -> None:
    """Insert or update an asset. Raises Conflict if the stored version is not the expected one."""
    asset = change.asset
    row = (asset.status.value, asset.version, asset.personal, _encode(asset), asset.owner, asset.id)
    if change.expected is None:
        try:
            connection.execute(_INSERT, row)
        except sqlite3.IntegrityError as fault:
            raise Conflict(f"{asset.id} already exists: read it, then change it.") from fault
    elif connection.execute(_UPDATE, (*row, change.expected)).rowcount != 1:
        raise Conflict(f"Another request changed {asset.id}, version {change.expected}: read it again.")
    connection.execute(_OFFER, (asset.owner, asset.offer_id, asset.id))


def drop(connection: sqlite3.Connection, change: DropAsset) -> None:
    """Remove an asset. Raises Conflict if the stored version is not the expected one."""
    if connection.execute(_DELETE, (change.owner, change.id, change.expected)).rowcount != 1:
        raise Conflict(f"Another request changed {change.id}, version {change.expected}: read it again.")


def asset(connection: sqlite3.Connection, owner: str, id: str) -> Asset | None:
    """Return one asset."""
    row = fetch_one(connection, _BY_ID, (owner, id))
    return _asset(row[0]) if row else None


def assets_of(connection: sqlite3.Connection, owner: str, ids: Sequence[str]) -> Mapping[str, Asset]:
    """Return the assets with these identifiers, with one statement."""
    wanted = msgspec.json.encode(list(ids)).decode()
    found = [_asset(body) for (body,) in fetch_many(connection, _BY_IDS, (owner, wanted))]
    return {asset.id: asset for asset in found}


def of_offer(connection: sqlite3.Connection, owner: str, offer_id: str) -> Asset | None:
    """Return the asset that is or was last offered under this offer identifier."""
    row = fetch_one(connection, _BY_OFFER, (owner, offer_id))
    return _asset(row[0]) if row else None


def assets(
    connection: sqlite3.Connection, owner: str, bounds: PageBounds, status: AssetStatus | None, oldest_first: bool
) -> tuple[Sequence[Asset], str | None]:
    """List assets."""
    wanted = {"owner": owner, "status": status.value if status else None}
    rows, after = page(connection, "assets", bounds, wanted, descending=not oldest_first)
    return [_asset(body) for (body,) in rows], after


def personal(connection: sqlite3.Connection, owner: str, bounds: PageBounds) -> tuple[Sequence[Asset], str | None]:
    """List the assets whose data is about persons, newest first."""
    rows, after = page(connection, "assets", bounds, {"owner": owner}, fixed=("personal = 1",))
    return [_asset(body) for (body,) in rows], after


def read_published(path: Path, owner: str) -> Sequence[Asset]:
    """Return the published assets in the store at `path`, which another process may be using; nothing is written.

    Raises SchemaRefused if the file is not a store of this release.
    """
    with reading_foreign(path) as connection:
        rows = connection.execute(_PUBLISHED, (owner, AssetStatus.PUBLISHED.value))
        return [_asset(body) for (body,) in rows]


def put_push(connection: sqlite3.Connection, change: PutPush) -> None:
    """Store a push, replacing an earlier one of its subject."""
    push = change.push
    connection.execute(_PUT_PUSH, (push.owner, push.subject, push.state.value, push.renew_at, _encode(push)))


def drop_push(connection: sqlite3.Connection, change: DropPush) -> None:
    """Remove the push of a subject, if there is one."""
    connection.execute(_DROP_PUSH, (change.owner, change.subject))


def push(connection: sqlite3.Connection, owner: str, subject: str) -> Push | None:
    """Return the last push of a subject."""
    row = fetch_one(connection, _PUSH, (owner, subject))
    return _push(row[0]) if row else None


def pushes(connection: sqlite3.Connection, owner: str, after: str, limit: int) -> Sequence[Push]:
    """Return pushes with a subject after `after`, in that order."""
    return _read_pushes(connection, _PUSHES, (owner, after, max(limit, 0)))


def next_pushes(connection: sqlite3.Connection, owner: str, limit: int) -> Sequence[Push]:
    """Return the pushes that are renewed first."""
    return _read_pushes(connection, _NEXT_PUSHES, (owner, max(limit, 0)))


def pushes_in(connection: sqlite3.Connection, owner: str, state: PushState, limit: int) -> Sequence[Push]:
    """Return pushes in a state."""
    return _read_pushes(connection, _PUSHES_IN, (owner, state.value, max(limit, 0)))


def _read_pushes(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> list[Push]:
    return [_push(body) for (body,) in fetch_many(connection, statement, values)]
