"""`dk:pseudonymise`: a keyed pseudonym in the place of a value (HMAC-SHA256, RFC 2104).

The key is made for one agreement: the same person has the same pseudonym in every delivery under it, so that records
can be counted and joined, and another one under every other agreement, so that two recipients cannot compare.
"""

import hmac
from collections.abc import Iterable

from connector.dataplane.formats.values import demand, text
from connector.ports.flow import Record
from connector.ports.treatment import TransformStep

# 128 bits: two persons with one pseudonym do not happen.
_LENGTH = 32


class Pseudonymise:
    """Replaces the values of the named fields."""

    most_bytes = None

    def __init__(self, step: TransformStep, key: bytes) -> None:
        self._fields = step.fields
        self._key = key

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        demand(self._fields, fields, "put a pseudonym in its place")
        return fields

    def take(self, record: Record) -> Record:
        """Return the record with pseudonyms; an empty value stays empty."""
        for name in self._fields:
            if written := text(record.get(name)):
                record[name] = hmac.digest(self._key, written.encode("utf-8", "surrogatepass"), "sha256").hex()[
                    :_LENGTH
                ]
        return record

    def finish(self) -> Iterable[Record]:
        """Nothing was held back."""
        return ()
