"""What was seen in the data of an asset, as names and values."""

from connector.cli.frame.output import format_size
from connector.language.catalogue import LANGUAGES, Language, say
from connector.views.assets import Records
from connector.views.sightings import SeenField, Sighting

_SIGNS = {",": "comma", ".": "point", " ": "space", "'": "apostrophe", "\t": "tab", ";": "semicolon"}
"""Signs that are hard to see, with the keys of their names."""


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
        "problem": seen.problem,
        "remarks": seen.remarks,
    }
    for number, record in enumerate(seen.first, 1):
        shown[say(lang, "cli.record-number", number=number)] = " ".join(
            f"{name}={value}" for name, value in record.items()
        )
    return {name: value for name, value in shown.items() if value not in (None, "", ())}


def describe_reading(records: Records, lang: Language) -> str:
    """Return how the records of an asset are read, for confirmation."""
    parts: list[str] = [records.format, records.encoding or "utf-8"]
    signs = {
        "delimiter": records.delimiter,
        "decimal sign": records.decimal or ".",
        "thousands sign": records.thousands,
    }
    parts += [f"{say(lang, f'fields.{name}')} {name_sign(sign, lang)}" for name, sign in signs.items() if sign]
    return ", ".join(parts)


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
    seen = {"name": field.name, "numbers": field.numbers, "others": field.others, "example": field.example}
    kind = (
        "dates"
        if field.dates and field.dates == field.numbers + field.others
        else "mixed"
        if field.numbers and field.others
        else "numbers"
        if field.numbers
        else "text"
    )
    return say(lang, f"cli.field-{kind}", **seen)
