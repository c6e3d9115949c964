"""The SQL of subscriptions: standing orders for the data of agreements."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.ports.changes import DropSubscription, PutSubscription
from connector.ports.entities import PageBounds, Subscription
from connector.ports.store_errors import Conflict
from connector.store.sqlite.engine.rows import fetch_many, fetch_one, page
from connector.views.subscriptions import SubscriptionState

_encode = msgspec.msgpack.Encoder().encode
_subscription = msgspec.msgpack.Decoder(Subscription).decode

_INSERT = """
INSERT INTO subscriptions (version, state, due_at, body, agreement, owner, id)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_UPDATE = """
UPDATE subscriptions SET version = ?, state = ?, due_at = ?, body = ?, agreement = ?
WHERE owner = ? AND id = ? AND version = ?
"""
_DROP = "DELETE FROM subscriptions WHERE owner = ? AND id = ? AND version = ?"
_BY_ID = "SELECT body FROM subscriptions WHERE owner = ? AND id = ?"
_NEXT = "SELECT body FROM subscriptions WHERE owner = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT ?"


def put(connection: sqlite3.Connection, change: PutSubscription) -> None:
    """Insert or update a subscription. Raises Conflict."""
    new = change.subscription
    row = (new.version, new.state, new.due_at, _encode(new), new.agreement, new.owner, new.id)
    if change.expected is None:
        done = connection.execute(_INSERT, row)
    else:
        done = connection.execute(_UPDATE, (*row, change.expected))
    if done.rowcount != 1:
        raise Conflict(f"The subscription {new.id} has not version {change.expected}: read it again.")


def drop(connection: sqlite3.Connection, change: DropSubscription) -> None:
    """Remove a subscription. Raises Conflict."""
    if connection.execute(_DROP, (change.owner, change.id, change.expected)).rowcount != 1:
        raise Conflict(f"The subscription {change.id} has not version {change.expected}: read it again.")


def subscription(connection: sqlite3.Connection, owner: str, id: str) -> Subscription | None:
    """Return one subscription."""
    row = fetch_one(connection, _BY_ID, (owner, id))
    return _subscription(row[0]) if row else None


def subscriptions(
    connection: sqlite3.Connection,
    owner: str,
    bounds: PageBounds,
    state: SubscriptionState | None,
    agreement_key: str | None,
) -> tuple[Sequence[Subscription], str | None]:
    """List subscriptions, newest first."""
    wanted = {"owner": owner, "state": state, "agreement": agreement_key}
    rows, after = page(connection, "subscriptions", bounds, wanted)
    return [_subscription(body) for (body,) in rows], after


def next_subscriptions(connection: sqlite3.Connection, owner: str, limit: int) -> Sequence[Subscription]:
    """Return the subscriptions that are due first."""
    return [_subscription(body) for (body,) in fetch_many(connection, _NEXT, (owner, limit))]


APPLY: dict[type, Callable[[sqlite3.Connection, Any], None]] = {PutSubscription: put, DropSubscription: drop}
