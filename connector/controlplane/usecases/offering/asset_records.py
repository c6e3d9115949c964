"""Checks the description of the records of an asset: format, fields, and the fields of facts and persons."""

import re
from collections.abc import Sequence

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.treating.known_data import CONSENT, LEVEL
from connector.controlplane.judging.treating.transform_steps import LARGEST_GROUP
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Registry
from connector.ports.hierarchy import find_fault
from connector.ports.treatment import Records
from connector.views.assets import AssetOrder, find_record_format

_CRS = re.compile(r"EPSG:\d{4,6}|OGC:CRS84", re.ASCII)
MOST_NAMES, LONGEST_NAME = 2_000, 200
MOST_TABLES = 5
# Media types that fit every record format.
_UNTYPED = frozenset({"application/octet-stream", "text/plain"})
# Media types of many formats: what is inside, the owner states or the data shows.
_WRAPPED = frozenset(
    {
        ("application/zip", "shapefile"),
        ("application/zip", "gtfs"),
        ("application/xml", "datex"),
        ("text/xml", "datex"),
    }
)


def check_records(operands: Registry, records: Records, media_type: str) -> Records:
    """Return the description of records with full IRIs. Raises Invalid."""
    if (
        find_record_format(media_type) != records.format
        and (kind := media_type.partition(";")[0].strip().lower()) not in _UNTYPED
        and (kind, records.format) not in _WRAPPED
    ):
        raise Invalid(
            "records",
            f"The media type {media_type[:100]} does not match the record format {records.format}: correct one.",
        )
    if records.delimiter and (records.format != "csv" or len(records.delimiter) != 1 or records.delimiter in '"\r\n'):
        raise Invalid(
            "records", "The delimiter is not valid: use one character, only for CSV, and not a quote or a line end."
        )
    facts = {expand(name, {}): field for name, field in records.facts.items()}
    for iri in facts:
        operand = operands.operands.get(iri)
        if operand is None or not operand.per_record:
            near = ", ".join(sorted(known for known, row in operands.operands.items() if row.per_record))
            raise Invalid("records", f"{iri[:200]} is not a fact of a record: use one of {near}.")
    if records.subject and CONSENT in facts:
        raise Invalid("records", "Consent is given both as a field and by the subject: name only one of them.")
    if records.level and records.level not in operands.operands[LEVEL].values:
        raise Invalid("records", f"Unknown level: use one of {', '.join(operands.operands[LEVEL].values)}.")
    if not 0 <= records.smallest_group <= LARGEST_GROUP:
        raise Invalid("records", f"The smallest group is out of range: use a number from 0 to {LARGEST_GROUP}.")
    _check_places(records)
    _check_hierarchies(records)
    named = (
        *facts.values(),
        *([records.subject] if records.subject else []),
        *records.groups,
        *records.measures,
        *records.geometry,
        *records.hierarchies,
    )
    _names(records.fields, named)
    return msgspec.structs.replace(records, facts=facts)


def _check_places(records: Records) -> None:
    """Check how the places of records are stated. Raises Invalid."""
    if len(records.geometry) > 2:
        raise Invalid("records", "The geometry has more than two fields: name one, or the fields of east and north.")
    if records.crs and not _CRS.fullmatch(records.crs):
        raise Invalid("records", "The reference system cannot be read: write it as EPSG:25832 or OGC:CRS84.")


def _check_hierarchies(records: Records) -> None:
    """Check the tables by which values are generalised. Raises Invalid."""
    if len(records.hierarchies) > MOST_TABLES:
        raise Invalid("records", f"More than {MOST_TABLES} fields have a table of levels: give fewer.")
    for table in records.hierarchies.values():
        if fault := find_fault(table):
            raise Invalid("records", fault)


def check_forms(draft: AssetOrder) -> None:
    """Check that data can be taken in forms: one file with rows, at a data plane that takes leases. Raises Invalid."""
    if not draft.forms:
        return
    known = draft.records is not None or find_record_format(draft.media_type) is not None
    if not known or "glob" in draft.source:
        raise Invalid("forms", "The data has no rows, so it has no forms: offer one file with rows, without `forms`.")
    if draft.source.get("kind") == "plane":
        raise Invalid("forms", "Data at another data plane has no forms: offer it as it is, without `forms`.")


def _names(fields: Sequence[str], named: Sequence[str]) -> None:
    if len(fields) > MOST_NAMES or len(named) > MOST_NAMES or any(not 0 < len(name) <= LONGEST_NAME for name in named):
        raise Invalid(
            "records",
            f"Too many or too long field names: use at most {MOST_NAMES} names of 1 to {LONGEST_NAME} characters.",
        )
    for name in named:
        if fields and name not in fields:
            raise Invalid("records", f"Unknown field {name!r}: name one of the listed fields.")
