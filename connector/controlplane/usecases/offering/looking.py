"""What the data of a draft shows, before the draft is stored: completed in its description, or the reason to refuse it.

A description that the data contradicts would fail at each delivery, at somebody else's place and time. So the source is
tried when an asset is added, unless its owner asks not to.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.treating.transform_steps import find_dated_fields, find_numeric_fields
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.policy.compiling.compiled import Compiled
from connector.ports.treatment import Records
from connector.views.assets import STREAMED, AssetOrder, find_record_format
from connector.views.sightings import Sighting, choose_signs

_DECIMAL_BESIDE = {".": ",", ",": "."}
"""The decimal sign beside a thousands sign, where only one is possible."""


async def look_at(publisher: Publisher, draft: AssetOrder) -> Sighting | None:
    """Return what the source of a draft shows; None if it is not tried. Raises Invalid if it cannot be read."""
    if publisher.look is None or draft.source.get("kind") == "plane":
        return None
    seen = await publisher.look(draft.source, draft.media_type, draft.records)
    if isinstance(seen, str):
        raise Invalid("source", f"{seen} Correct the source, or add the asset without a trial (`unchecked`).")
    return seen


def forget_found(draft: AssetOrder) -> AssetOrder:
    """Return a draft without the signs of numbers that an earlier look found: the data is asked again."""
    if draft.records is None or not draft.records.certain:
        return draft
    return msgspec.structs.replace(
        draft, records=msgspec.structs.replace(draft.records, decimal="", thousands="", certain=())
    )


def complete_records(draft: AssetOrder, seen: Sighting | None, numeric: Sequence[str] = ()) -> Records | None:
    """Return the description of the records with what the data shows and the owner did not state.

    `numeric` are the fields that are read as numbers: only their values say how numbers are written.
    """
    records, found = draft.records, find_record_format(draft.media_type)
    if seen is None or seen.problem or not seen.format:
        return records
    fields = [field for field in seen.fields if field.name in numeric] or seen.fields
    signs = choose_signs(fields)
    plain = seen.encoding in {"", "utf-8"} and signs in {("", ""), (".", "")} and not (numeric and signs[0])
    usual = plain and found == seen.format and not draft.forms
    if records is None and (usual or (found is None and seen.format in STREAMED)):
        return None
    base = records or msgspec.convert({"format": seen.format}, Records)
    numbers: dict[str, Any] = {}
    if not base.decimal and base.thousands in _DECIMAL_BESIDE:
        numbers = {"decimal": _DECIMAL_BESIDE[base.thousands]}
    elif not base.decimal and signs[0]:
        certain = tuple(field.name for field in fields if signs in field.signs)
        numbers = {"decimal": signs[0], "thousands": signs[1], "certain": certain}
    if draft.forms:
        numbers |= {
            "geometry": base.geometry or seen.geometry,
            "crs": base.crs or seen.crs,
            "time": base.time or seen.time,
        }
    encoding = base.encoding or ("" if seen.encoding == "utf-8" else seen.encoding)
    return msgspec.structs.replace(base, encoding=encoding, delimiter=base.delimiter or seen.delimiter, **numbers)


def check_seen(compiled: Compiled, draft: AssetOrder, records: Records | None, seen: Sighting) -> None:
    """Check that the data has what its description, its forms and the policy need. Raises Invalid: the first reason."""
    needs_records = (
        draft.records is not None or bool(draft.forms) or any(duty.transform for duty in compiled.obligations)
    )
    if seen.problem and needs_records:
        raise Invalid("records", f"The data cannot be read as its description says. {seen.problem}")
    if seen.problem or (records is None and not needs_records):
        return
    fields = {field.name: field for field in seen.fields}
    described = records or Records(format=find_record_format(draft.media_type) or "csv")
    numeric, dated = find_numeric_fields(compiled, described), find_dated_fields(compiled, described)
    # A JSON object can omit what the asset declares.
    declared, optional = (described.fields, ()) if described.format == "csv" else ((), described.fields)
    facts, subject = described.facts.values(), [described.subject] if described.subject else []
    for name in (*declared, *subject, *described.groups, *facts, *numeric, *dated):
        if name not in fields and name not in optional:
            raise Invalid(
                "records",
                f"The data has no field {name[:100]!r}: use one of {', '.join(list(fields)[:20])}.",
            )
    check_numbers(numeric, described, seen)
    for name in dated:
        field = fields.get(name)
        if field is not None and not field.dates and field.numbers + field.others:
            raise Invalid(
                "records",
                f"The field {name[:100]!r} has no dates that can be read, but values such as {field.example[:50]!r}: "
                "write dates as 2026-02-01 or 01.02.2026, with or without a time.",
            )


def list_numeric(compiled: Compiled, draft: AssetOrder) -> tuple[str, ...]:
    """Return the fields of a draft's data that its policy reads as numbers."""
    records = draft.records or Records(format=find_record_format(draft.media_type) or "csv")
    return find_numeric_fields(compiled, records)


def list_seen_fields(records: Records | None, seen: Sighting, draft: AssetOrder) -> Records | None:
    """Return the description with the fields that the data has, for a check of the policy; None without records."""
    if seen.problem:
        return records
    base = records or Records(format=find_record_format(draft.media_type) or "csv")
    return base if base.fields else msgspec.structs.replace(base, fields=tuple(field.name for field in seen.fields))


def check_numbers(numeric: Sequence[str], described: Records, seen: Sighting) -> None:
    """Check that the fields have numbers, all written in the one way that is described. Raises Invalid."""
    fields = {field.name: field for field in seen.fields}
    for field in (fields[name] for name in numeric if name in fields):
        if field.others and not field.numbers:
            raise Invalid(
                "records",
                f"The field {field.name!r} has no numbers, but values such as {field.example[:50]!r}: "
                "name a field of numbers, or state `decimal` and `thousands` as the data writes them.",
            )
        if field.ambiguous:
            raise Invalid(
                "records",
                f"The numbers of the field {field.name!r} can be read in two ways, such as {field.ambiguous[:50]}: "
                "state `decimal` (and `thousands`) as the data writes them.",
            )
        if described.decimal and field.signs and (described.decimal, described.thousands) not in field.signs:
            raise Invalid(
                "records",
                f"The numbers of the field {field.name!r}, such as {field.example[:50]!r}, are written in another way "
                "than those of other fields: write all of them in one way.",
            )
