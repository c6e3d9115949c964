"""What was seen in the data of an asset, as names and values."""

from connector.cli.frame.output import format_size
from connector.views.assets import Records
from connector.views.sightings import SeenField, Sighting

_SIGNS = {",": "comma", ".": "point", " ": "space", "'": "apostrophe", "\t": "tab", ";": "semicolon"}


def describe_sighting(seen: Sighting) -> dict[str, object]:
    """Return the names and values to show."""
    shown: dict[str, object] = {
        "media type": seen.media_type,
        "size": format_size(seen.size),
        "files": seen.files,
        "format": seen.format,
        "encoding": seen.encoding,
        "delimiter": name_sign(seen.delimiter),
        "decimal sign": name_sign(seen.decimal),
        "thousands sign": name_sign(seen.thousands),
        "read in two ways": seen.ambiguous,
        "records looked at": f"{seen.records}{' (all)' if seen.whole else ''}" if seen.fields else None,
        "fields": tuple(_describe_field(field) for field in seen.fields),
        "problem": seen.problem,
        "remarks": seen.remarks,
    }
    for number, record in enumerate(seen.first, 1):
        shown[f"record {number}"] = " ".join(f"{name}={value}" for name, value in record.items())
    return {name: value for name, value in shown.items() if value not in (None, "", ())}


def describe_reading(records: Records) -> str:
    """Return how the records of an asset are read, for confirmation."""
    parts: list[str] = [records.format, records.encoding or "utf-8"]
    parts += [f"delimiter {name_sign(records.delimiter)}"] if records.delimiter else []
    parts += [f"decimal sign {name_sign(records.decimal or '.')}"]
    parts += [f"thousands sign {name_sign(records.thousands)}"] if records.thousands else []
    return ", ".join(parts)


def name_sign(sign: str) -> str:
    """Return the name of a sign that is hard to see."""
    return _SIGNS.get(sign, sign)


def find_sign(text: str) -> str:
    """Return the sign of a name such as `comma`; another text unchanged."""
    return next((sign for sign, name in _SIGNS.items() if name == text), text)


def _describe_field(field: SeenField) -> str:
    if field.numbers and field.others:
        return f"{field.name} ({field.numbers} numbers, {field.others} others such as {field.example!r})"
    return f"{field.name} ({'numbers' if field.numbers else 'text'})"
