"""The person of a record, and how many people a group of records is certain to have."""

from collections.abc import Iterable
from typing import Any

from connector.dataplane.formats.values import MISSING, to_text
from connector.ports.flow import PERSON, Record
from connector.ports.secret import normalize_person


def find_subject(value: Any) -> str:
    """Return the person that a value names, in one spelling; empty for a missing value, which names nobody.

    >>> find_subject(" Anna "), find_subject(None), find_subject("-")
    ('Anna', '', '')
    """
    written = normalize_person(to_text(value))
    return "" if written in MISSING else written


_NOBODY = frozenset(
    {
        *("k. a.", "k.a.", "keine angabe", "keine angaben", "nicht angegeben", "unbekannt", "nicht bekannt", "anonym"),
        *("leer", "entf\u00e4llt", "n. n.", "n.n.", "#nv", "n/a", "#n/a", "n.a.", "n. a.", "<na>", "na", "nan", "null"),
        *("(null)", "none", "nil", "undefined", "unknown", "anonymous", "missing", "not available", "not stated"),
    }
)
"""What databases, spreadsheets and statistics write for a person who is not known, in small letters."""


def is_word_for_nobody(person: str) -> bool:
    """Return whether a text may say that the person is not known: such a word, or signs without a letter or digit.

    >>> is_word_for_nobody("k. A."), is_word_for_nobody("?"), is_word_for_nobody("Anna")
    (True, True, False)
    """
    return person.casefold() in _NOBODY or not any(map(str.isalnum, person))


class Headcount:
    """Counts the records of a group, and its people where the asset names the field of the person.

    Records without a person may all be of one, and of one who is counted already: they make no group larger.
    """

    __slots__ = ("_persons", "records")

    def __init__(self) -> None:
        self.records = 0
        self._persons: set[str] | None = None

    def add(self, record: Record) -> bool:
        """Count a record; return whether its person is a new one."""
        self.records += 1
        person = record.get(PERSON)
        if person is None:
            return False
        if self._persons is None:
            self._persons = set()
        before = len(self._persons)
        if person:
            self._persons.add(person)
        return len(self._persons) > before

    def add_records(self, count: int, persons: Iterable[str] | None) -> int:
        """Count records of these persons, None where persons are not identified; return how many persons are new."""
        self.records += count
        if persons is None:
            return 0
        if self._persons is None:
            self._persons = set()
        before = len(self._persons)
        self._persons.update(filter(None, persons))
        return len(self._persons) - before

    def size(self) -> int:
        """Return the number of people that are certain, or of records if the asset names no field of the person."""
        return self.records if self._persons is None else max(len(self._persons), min(self.records, 1))
