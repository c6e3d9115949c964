"""The SQL of products and of the measured quality of data."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.entities import MeasuredQuality, Product
from connector.ports.product_store import DropProduct, PutProduct, PutQuality
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.rows import fetch_many, fetch_one

_encode = msgspec.msgpack.Encoder().encode
_product = msgspec.msgpack.Decoder(Product).decode
_quality = msgspec.msgpack.Decoder(MeasuredQuality).decode

_INSERT = "INSERT INTO products (version, body, owner, asset) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UPDATE = "UPDATE products SET version = ?, body = ? WHERE owner = ? AND asset = ? AND version = ?"
_DROP = "DELETE FROM products WHERE owner = ? AND asset = ?"
_BY_ASSET = "SELECT body FROM products WHERE owner = ? AND asset = ?"
_ALL = "SELECT body FROM products WHERE owner = ? ORDER BY asset"
_PUT_QUALITY = "INSERT OR REPLACE INTO qualities (owner, asset, body) VALUES (?, ?, ?)"
_DROP_QUALITY = "DELETE FROM qualities WHERE owner = ? AND asset = ?"
_QUALITY = "SELECT body FROM qualities WHERE owner = ? AND asset = ?"


def _put(connection: sqlite3.Connection, change: PutProduct) -> None:
    new = change.product
    row = (new.version, _encode(new), new.owner, new.asset)
    if change.expected is None:
        done = connection.execute(_INSERT, row)
    else:
        done = connection.execute(_UPDATE, (*row, change.expected))
    if done.rowcount != 1:
        raise Conflict(f"The product {new.asset} has not version {change.expected}: read it again.")


def _drop(connection: sqlite3.Connection, change: DropProduct) -> None:
    connection.execute(_DROP, (change.owner, change.asset))
    connection.execute(_DROP_QUALITY, (change.owner, change.asset))


def _put_quality(connection: sqlite3.Connection, change: PutQuality) -> None:
    measured = change.measured
    connection.execute(_PUT_QUALITY, (measured.owner, measured.asset, _encode(measured)))


def product(connection: sqlite3.Connection, owner: str, asset: str) -> Product | None:
    """Return one product."""
    row = fetch_one(connection, _BY_ASSET, (owner, asset))
    return _product(row[0]) if row else None


def products(connection: sqlite3.Connection, owner: str) -> Sequence[Product]:
    """Return all products, ordered by asset."""
    return [_product(body) for (body,) in fetch_many(connection, _ALL, (owner,))]


def quality(connection: sqlite3.Connection, owner: str, asset: str) -> MeasuredQuality | None:
    """Return the measured quality of the data of an asset."""
    row = fetch_one(connection, _QUALITY, (owner, asset))
    return _quality(row[0]) if row else None


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    PutProduct: _put,
    DropProduct: _drop,
    PutQuality: _put_quality,
}
"""How each change is applied."""
