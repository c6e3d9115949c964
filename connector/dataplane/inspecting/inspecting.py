"""The inspection of rows: what a sighting says of its fields, of their place and time, and what is wrong with them."""

from collections.abc import Sequence

import msgspec

from connector.dataplane.inspecting.area import find_area
from connector.dataplane.inspecting.columns import Column, make_columns
from connector.dataplane.inspecting.rows import find_series, inspect_rows
from connector.dataplane.inspecting.units import find_quantity
from connector.dataplane.inspecting.values import inspect_values
from connector.dataplane.tabular.opened import FileRemark
from connector.language.catalogue import LANGUAGES, say
from connector.ports.flow import Record
from connector.ports.treatment import Records
from connector.views.sightings import DataFinding, FieldKind, SeenField, Sighting

MOST_FINDINGS = 200


def inspect_records(
    seen: Sighting, records: Sequence[Record], stated: Records, crs: str = "", remarks: Sequence[FileRemark] = ()
) -> Sighting:
    """Return a sighting with what an inspection of the records that were looked at finds.

    Parameters:
        seen: what was seen of each field.
        records: the records, as they were read.
        stated: what the owner states about them.
        crs: the reference system that the file names, if it does.
        remarks: what is remarkable about the file itself.
    """
    of = len(records)
    columns = make_columns(records, [field.name for field in seen.fields], seen.decimal, seen.thousands)
    area = find_area(records, columns, stated.crs, crs)
    series = find_series(columns, of)
    found = [
        *(DataFinding(code=remark.code, level="remark", detail=remark.detail) for remark in remarks),
        *(finding for column in columns if column.name not in area.fields for finding in inspect_values(column, of)),
        *inspect_rows(columns, of, area.fields),
        *area.findings,
    ]
    by_name = {column.name: column for column in columns}
    return msgspec.structs.replace(
        seen,
        fields=tuple(_describe(field, by_name[field.name], area.fields) for field in seen.fields),
        findings=tuple(map(word_finding, found[:MOST_FINDINGS])),
        box=area.box or seen.box,
        crs=area.crs,
        geometry=area.fields,
        time=series.name if series else _find_time(columns),
    )


def _describe(field: SeenField, column: Column, places: tuple[str, ...]) -> SeenField:
    kind = _find_kind(column, places)
    quantity = find_quantity(column.name) if kind in {"whole", "number"} else None
    return msgspec.structs.replace(field, kind=kind, unit=quantity.unit if quantity else "")


def _find_kind(column: Column, places: tuple[str, ...]) -> FieldKind:
    if places == (column.name,):
        return "geometry"
    if not column.known:
        return "empty"
    if column.nested:
        return "object"
    if {column.texts[at].casefold() for at in column.known} <= {"true", "false"}:
        return "truth"
    if column.is_numeric:
        # A number with a zero before it is a key, such as a postal code.
        if any(text[:1] == "0" and text[1:].isdigit() for text in column.texts):
            return "text"
        whole = all(number == number.to_integral_value() for number in column.numbers.values())
        return "whole" if whole and not any(column.decimal in column.texts[at] for at in column.known) else "number"
    if column.is_dated:
        return "date" if all(len(column.texts[at]) <= len("2026-05-01") for at in column.known) else "time"
    return "text"


def _find_time(columns: Sequence[Column]) -> str:
    """Return the only field of instants; empty if there are several, which could each mean something else."""
    dated = [column.name for column in columns if column.is_dated]
    return dated[0] if len(dated) == 1 else ""


def word_finding(finding: DataFinding) -> DataFinding:
    """Return a finding with its sentence in all languages."""
    texts = {
        language: say(
            language,
            f"inspecting.{finding.code}",
            name=finding.field or say(language, "inspecting.nameless"),
            count=finding.count,
            of=finding.of,
            example=finding.example,
            detail=finding.detail,
            extra=finding.extra,
        )
        for language in LANGUAGES
    }
    return msgspec.structs.replace(finding, texts=texts)
