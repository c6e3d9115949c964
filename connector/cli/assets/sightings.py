"""What was seen in the data of an asset, as names and values."""

from connector.cli.frame.output import format_size
from connector.language.catalogue import LANGUAGES, Language, say
from connector.views.assets import Records
from connector.views.sightings import SeenField, Sighting

_SIGNS = {",": "comma", ".": "point", " ": "space", "'": "apostrophe", "\t": "tab", ";": "semicolon"}
"""Signs that are hard to see, with the keys of their names."""
_FILES = {
    "application/zip": "format-zip",
    "application/gzip": "format-packed",
    "application/x-bzip2": "format-packed",
    "application/x-xz": "format-packed",
    "application/zstd": "format-packed",
}
"""Media types of data that a person may take for records, with the keys of what to do."""


def describe_sighting(seen: Sighting, lang: Language) -> dict[str, object]:
    """Return the names and values to show."""
    shown: dict[str, object] = {
        "media type": seen.media_type,
        "size": format_size(seen.size, lang),
        "files": seen.files,
        "format": seen.format,
        "encoding": seen.encoding,
        "delimiter": name_sign(seen.delimiter, lang),
        "decimal sign": name_sign(seen.decimal, lang),
        "thousands sign": name_sign(seen.thousands, lang),
        "read in two ways": seen.ambiguous,
        "records looked at": _count_records(seen, lang) if seen.fields else None,
        "fields": tuple(_describe_field(field, lang) for field in seen.fields),
        "time span": _describe_span(seen),
        "area": " ".join(f"{degree:g}" for degree in seen.box),
        "reference system": seen.crs,
        "may be about persons": seen.persons,
        "problem": seen.problem,
        "remarks": seen.remarks,
    }
    for number, record in enumerate(seen.first, 1):
        shown[say(lang, "cli.record-number", number=number)] = " ".join(
            f"{name}={value}" for name, value in record.items()
        )
    return {name: value for name, value in shown.items() if value not in (None, "", ())}


def list_findings(seen: Sighting, lang: Language) -> list[str]:
    """Return what an inspection found as sentences, faults first."""
    ordered = sorted(seen.findings, key=lambda finding: finding.level != "fault")
    return [finding.texts.get(lang, finding.code) for finding in ordered]


def _describe_span(seen: Sighting) -> str | None:
    """Return the first and the last instant of the field of time."""
    found = next((field for field in seen.fields if field.name == seen.time and field.earliest), None)
    return f"{found.earliest} – {found.latest}" if found else None


def describe_reading(records: Records, lang: Language) -> str:
    """Return how the records of an asset are read, for confirmation."""
    parts: list[str] = [records.format, records.encoding or "utf-8"]
    signs = {
        "delimiter": records.delimiter,
        "decimal sign": records.decimal,
        "thousands sign": records.thousands,
    }
    parts += [f"{say(lang, f'fields.{name}')} {name_sign(sign, lang)}" for name, sign in signs.items() if sign]
    return ", ".join(parts)


def list_unread(seen: Sighting, lang: Language) -> list[str]:
    """Return a sentence for each field of numbers with values that are none: how many, and where the first one is."""
    mixed = [field for field in seen.fields if field.numbers and field.others and field.dates < field.others]
    key = "cli.unread-record" if seen.format == "json" else "cli.unread"
    return [
        say(lang, key, name=field.name, count=field.others, line=field.line, example=field.example) for field in mixed
    ]


def advise_format(media_type: str, lang: Language) -> str | None:
    """Return what to do with data of this media type whose records are to be filtered or changed; None if nothing."""
    key = _FILES.get(media_type.partition(";")[0].strip().lower())
    return say(lang, f"cli.{key}") if key else None


def name_sign(sign: str, lang: Language) -> str:
    """Return the name of a sign that is hard to see."""
    return say(lang, f"cli.sign-{_SIGNS[sign]}") if sign in _SIGNS else sign


def find_sign(text: str) -> str:
    """Return the sign of a name such as `comma`, in any language; another text unchanged."""
    wanted = text.casefold()
    names = {say(lang, f"cli.sign-{name}").casefold(): sign for lang in LANGUAGES for sign, name in _SIGNS.items()}
    return names.get(wanted, text)


def _count_records(seen: Sighting, lang: Language) -> str:
    return say(lang, "cli.records-all", records=seen.records) if seen.whole else str(seen.records)


def _describe_field(field: SeenField, lang: Language) -> str:
    seen = {
        "name": field.name,
        "numbers": field.numbers,
        "others": field.others,
        "line": field.line,
        "example": field.example,
    }
    kind = (
        "dates"
        if field.dates and field.dates == field.numbers + field.others
        else "mixed"
        if field.numbers and field.others
        else "numbers"
        if field.numbers
        else "text"
    )
    unit = f" [{field.unit}]" if field.unit else ""
    return say(lang, f"cli.field-{kind}", **seen) + unit
