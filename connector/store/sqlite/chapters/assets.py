"""The SQL of assets, and of every offer identifier that they had."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from connector.ports.changes import Conflict, DropAsset, PutAsset
from connector.ports.entities import Asset, AssetStatus, PageBounds
from connector.store.sqlite.engine.foreign import reading_foreign
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page

_encode = msgspec.msgpack.Encoder().encode
_asset = msgspec.msgpack.Decoder(Asset).decode

_INSERT = "INSERT INTO assets (status, version, body, owner, id) VALUES (?, ?, ?, ?, ?)"
_UPDATE = "UPDATE assets SET status = ?, version = ?, body = ? WHERE owner = ? AND id = ? AND version = ?"
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


def put(connection: sqlite3.Connection, change: PutAsset) -> None:
    """Insert or update an asset. Raises Conflict if the stored version is not the expected one."""
    asset = change.asset
    row = (asset.status.value, asset.version, _encode(asset), asset.owner, asset.id)
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


def read_published(path: Path, owner: str) -> Sequence[Asset]:
    """Return the published assets in the store at `path`, which another process may be using; nothing is written.

    Raises SchemaRefused if the file is not a store of this release.
    """
    with reading_foreign(path) as connection:
        rows = connection.execute(_PUBLISHED, (owner, AssetStatus.PUBLISHED.value))
        return [_asset(body) for (body,) in rows]
