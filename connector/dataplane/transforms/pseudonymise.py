"""`dk:pseudonymise`: replace values by keyed pseudonyms (HMAC-SHA256, RFC 2104).

Each agreement has its own key. Under one agreement a person has the same pseudonym in every delivery, so that records
can be counted and joined. Under another agreement the pseudonym is another one, so that two recipients cannot compare.
"""

from collections.abc import Callable
from typing import Any

from connector.dataplane.columns.fieldwise import Fieldwise
from connector.dataplane.formats.keyed import make_codes
from connector.dataplane.formats.values import to_text
from connector.ports.flow import Transform
from connector.ports.treatment import TransformStep

# 128 bits: a collision of two persons is practically impossible.
_LENGTH = 32


def build(step: TransformStep, key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Fieldwise(dict.fromkeys(step.fields, make_pseudonyms(key)), "pseudonymise it")


def make_pseudonyms(key: bytes) -> Callable[[Any], str]:
    """Return the function that replaces a value by its pseudonym; values with the same text have the same one."""
    compute = make_codes(key)
    return lambda value: compute(value if isinstance(value, str) else to_text(value))[:_LENGTH]
