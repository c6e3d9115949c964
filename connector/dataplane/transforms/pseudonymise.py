"""`dk:pseudonymise`: replace values by keyed pseudonyms (HMAC-SHA256, RFC 2104).

Each agreement has its own key. Under one agreement a person has the same pseudonym in every delivery, so that records
can be counted and joined. Under another agreement the pseudonym is another one, so that two recipients cannot compare.
"""

import hmac
from collections.abc import Iterable

from connector.dataplane.formats.values import MISSING, require_fields, to_text
from connector.ports.flow import Record, Transform
from connector.ports.treatment import TransformStep

# 128 bits: a collision of two persons is practically impossible.
_LENGTH = 32


def build(step: TransformStep, key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Pseudonymise(step, key)


class Pseudonymise:
    """Replaces the values of the named fields."""

    most_bytes = None

    def __init__(self, step: TransformStep, key: bytes) -> None:
        self._fields = step.fields
        self._key = key

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        require_fields(self._fields, fields, "pseudonymise it")
        return fields

    def take(self, record: Record) -> Record:
        """Return the record with pseudonyms; a missing value, which names nobody, remains as it is written."""
        for name in self._fields:
            if (written := to_text(record.get(name))).strip() not in MISSING:
                record[name] = hmac.digest(self._key, written.encode("utf-8", "surrogatepass"), "sha256").hex()[
                    :_LENGTH
                ]
        return record

    def finish(self) -> Iterable[Record]:
        """Return no record: none was held back."""
        return ()
