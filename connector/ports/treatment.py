"""The treatment of records before they leave, as values that a data plane can apply without the policy.

The control plane makes a `Treatment` from the transforms and the row filter of a decision and puts it into the lease.
Without a treatment, the bytes leave unchanged.
"""

import re
from typing import Any

import msgspec

from connector.policy.model.decision import RowFilter
from connector.ports.hierarchy import LEVEL, LEVEL_NAME
from connector.views.assets import RecordFormat as RecordFormat
from connector.views.assets import Records as Records
from connector.views.assets import RowForm as RowForm

PRECISION = re.compile(
    r"hour|day|week|month|quarter|year|(decimals|prefix)-\d{1,2}|(?=.*[1-9])\d{1,9}(\.\d{1,9})?"
    rf"|at-(most|least)--?\d{{1,9}}(\.\d{{1,9}})?|{LEVEL}(?u:{LEVEL_NAME})",
    re.ASCII,
)
"""The precisions of generalised values: a part of an instant, decimals, characters, a multiple of a number, a bound, a
level of a table."""
NUMERIC = re.compile(r"decimals-\d{1,2}|[0-9.]+|at-(most|least)-[0-9.-]+")
"""Those of numbers."""
DATED = frozenset({"hour", "day", "week", "month", "quarter", "year"})
"""Those of dates and times."""


_UNREADABLE = "The treatment in the lease cannot be read: run the data plane and the control plane in the same release."


class TransformStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One transform with its parameters: fields, precision, conversion, size of the smallest group, summed measures.

    `decimal` and `thousands` are the signs in the numbers of the data, `certain` the fields whose numbers show them, as
    in `Records`. `places` has for each field what becomes of its values, if the precision is a level of a table.
    """

    name: str
    fields: tuple[str, ...] = ()
    precision: str = ""
    conversion: str = ""
    smallest_group: int = 1
    measures: tuple[str, ...] = ()
    decimal: str = ""
    thousands: str = ""
    certain: tuple[str, ...] = ()
    places: dict[str, dict[str, str]] = {}


class Consenting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The use for which consent is looked up: a dataset, and a purpose by its IRIs.

    A consent to one of `covering` (the purpose and broader ones) allows this use. A consent that is withdrawn, refused
    or expired for one of `touching` (the purpose, broader and narrower ones) forbids it: the person's records are left
    out.
    """

    dataset: str
    covering: tuple[str, ...]
    touching: tuple[str, ...]


class Treatment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The treatment of the data of one flow: the records that leave, and the transforms applied to them.

    Without `consent`, the consent of every person is unknown. `forms` are the forms in which the consumer may take the
    treated records; with nothing but them, the bytes leave unchanged unless a form is chosen.
    """

    records: Records
    steps: tuple[TransformStep, ...] = ()
    rows: RowFilter | None = None
    consent: Consenting | None = None
    forms: tuple[RowForm, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether other bytes than those of the source leave, also if no form is chosen."""
        return bool(self.steps) or self.rows is not None


def read_treatment(document: bytes) -> Treatment | None:
    """Return the treatment in a lease; None if it has none. Raises ValueError if it cannot be read.

    A lease of a newer release can contain a member that this data plane does not know: then no byte leaves.
    """
    if not document:
        return None
    try:
        treatment = msgspec.json.decode(document, type=Treatment)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ValueError(_UNREADABLE) from error
    # Views and policies ignore unknown members; a lease must not, or more would leave than its release meant.
    if not _is_whole(treatment, msgspec.json.decode(document)):
        raise ValueError(_UNREADABLE)
    return treatment


def _is_whole(value: object, document: Any) -> bool:
    """Return whether a decoded value has every member that its document has."""
    if isinstance(value, msgspec.Struct):
        names = {*value.__struct_fields__, value.__struct_config__.tag_field}
        return document.keys() <= names and all(
            _is_whole(getattr(value, name, None), member) for name, member in document.items()
        )
    if isinstance(value, tuple):
        return all(_is_whole(*pair) for pair in zip(value, document, strict=True))
    return True
