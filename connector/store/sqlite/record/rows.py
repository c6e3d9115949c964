"""The rows of entries in the broker's record, as they are read."""

from collections.abc import Iterable
from typing import Any

import msgspec

from connector.ports.broker_store import Entry

COLUMNS = "body, place, seq, change, verified_at, changed_at, first_seen, removed_at"
SHOWN_COLUMNS = "body, place, change, change, verified_at, changed_at, first_seen, removed_at"
"""What a view reads: the change number within the class in place of the record's."""

decode_entry = msgspec.msgpack.Decoder(Entry).decode


def to_entry(row: Iterable[Any]) -> Entry:
    """Return the entry of a row of `COLUMNS` or `SHOWN_COLUMNS`: the stored value with the current columns."""
    body, place, seq, change, verified_at, changed_at, first_seen, removed_at = row
    times = {"verified_at": verified_at, "changed_at": changed_at, "first_seen": first_seen, "removed_at": removed_at}
    return msgspec.structs.replace(decode_entry(body), row=place, seq=seq, change=change, **times)
