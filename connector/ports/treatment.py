"""What an asset says of its records, and what is done to them on the way: values that a data plane can work from alone.

The control plane makes a `Treatment` of a decision's transforms and row filter and puts it into the lease; a data plane
needs nothing else of the policy. An empty treatment is none: the bytes leave as they lie there.
"""

import re

import msgspec

from connector.policy.model.decision import RowFilter
from connector.views.assets import RecordFormat as RecordFormat
from connector.views.assets import Records as Records

PRECISION = re.compile(r"hour|day|month|year|(decimals|prefix)-\d{1,2}|(?=.*[1-9])\d{1,9}(\.\d{1,9})?")
"""How coarse values may be made: a part of an instant, decimals, characters, or the multiple of a number."""


class TransformStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One transform with its parameters: which fields, how coarse, how large the smallest group, what is added up."""

    name: str
    fields: tuple[str, ...] = ()
    precision: str = ""
    smallest_group: int = 1
    measures: tuple[str, ...] = ()


class Consenting(msgspec.Struct, frozen=True, kw_only=True):
    """For which use consent is looked up: a dataset, and a purpose by its IRIs.

    A consent to one of `covering` (the purpose and what is broader) is one to this use. One that is withdrawn, refused
    or has expired counts against it for each of `touching` (what is broader or narrower): whom it concerns is left out.
    """

    dataset: str
    covering: tuple[str, ...]
    touching: tuple[str, ...]


class Treatment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done to the data of one flow: which records leave, and what of them.

    Without `consent`, no consent is known of anybody.
    """

    records: Records
    steps: tuple[TransformStep, ...] = ()
    rows: RowFilter | None = None
    consent: Consenting | None = None


def read_treatment(document: bytes) -> Treatment | None:
    """Return the treatment that a lease carries; None where it carries none. Raises ValueError for an unreadable one.

    A lease of a newer release may name what this data plane does not know: then no byte leaves.
    """
    if not document:
        return None
    try:
        return msgspec.json.decode(document, type=Treatment)
    except msgspec.MsgspecError as error:
        raise ValueError("The lease names a treatment of the data that this data plane cannot read.") from error
