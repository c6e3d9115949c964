"""Signs that data is about persons: names of fields that mostly hold personal data, and values that look like it.

A sign is a question to the owner, never a verdict: only the owner knows what the data is. Pure.
"""

import re
from collections.abc import Sequence

from connector.views.sightings import SeenField

_PARTS = re.compile(r"[^a-z0-9äöüß]+|(?<=[a-z])(?=[A-Z])")
_NAMES = frozenset(
    {
        *("vorname", "nachname", "familienname", "zuname", "geburtsname", "ansprechpartner"),
        *("ansprechpartnerin", "bürger", "buerger", "kunde", "kundin", "halter", "halterin", "eigentümer"),
        *("eigentuemer", "antragsteller", "antragstellerin", "einwohner", "geburtsdatum", "geburtstag"),
        *("geburtsort", "geb", "alter", "email", "mail", "telefon", "tel", "telefonnummer", "mobil", "handy"),
        *("fax", "hausnummer", "iban", "kontonummer", "steuernummer", "kennzeichen", "ausweisnummer"),
        *("versichertennummer", "geschlecht", "religion", "diagnose", "firstname", "lastname", "surname"),
        *("forename", "givenname", "person", "personid", "birthdate", "birthday", "dob", "phone", "gender"),
        *("passport", "licenceplate", "owner", "customer", "citizen", "patient"),
    }
)
# Of these, numbers are counts: how many live there.
_COUNTED = frozenset({"einwohner", "bürger", "buerger", "citizen"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
MOST_FIELDS = 20


def find_personal_signs(fields: Sequence[SeenField]) -> tuple[str, ...]:
    """Return the names of fields that may be about persons, at most `MOST_FIELDS`.

    >>> find_personal_signs([SeenField(name="Geburts-Datum"), SeenField(name="pm10"), SeenField(name="e-mail")])
    ('Geburts-Datum', 'e-mail')
    >>> find_personal_signs([SeenField(name="Einwohner", numbers=9), SeenField(name="Einwohner", others=9)])
    ('Einwohner',)
    """
    return tuple(field.name for field in fields if _is_sign(field))[:MOST_FIELDS]


def _is_sign(field: SeenField) -> bool:
    parts = [part for part in _PARTS.split(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field.name[:200]).lower()) if part]
    words = {*parts, "".join(parts)}
    counts = bool(field.numbers) and not field.others
    return not words.isdisjoint(_NAMES - _COUNTED if counts else _NAMES) or bool(_EMAIL.fullmatch(field.example[:200]))
