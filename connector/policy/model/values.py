"""Typed literals as frozen values.

ODRL Information Model 2.2, section 2.5; XML Schema datatypes 1.1. Pure: standard library and msgspec only.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import msgspec


class Instant(msgspec.Struct, frozen=True, tag="instant"):
    """A point in time, aware and in UTC (xsd:dateTime)."""

    at: datetime


class WallTime(msgspec.Struct, frozen=True, tag="wall"):
    """A date and time without a zone, as a clock shows it (xsd:dateTime): `at` is naive.

    It is what a document says; the normal form has the instant at which the clock of the provider shows it.
    """

    at: datetime


class Day(msgspec.Struct, frozen=True, tag="day"):
    """A whole calendar day (xsd:date); `offset` in minutes east of UTC, None for the local zone of the provider."""

    day: date
    offset: int | None = None


class ClockTime(msgspec.Struct, frozen=True, tag="clock"):
    """A time of the day in seconds since midnight (xsd:time); `offset` in minutes east of UTC, None for the local
    zone of the provider.
    """

    seconds: int
    offset: int | None = None


class Duration(msgspec.Struct, frozen=True, tag="duration"):
    """A length of time (xsd:duration): whole months and milliseconds are kept apart because a month has no fixed
    length.
    """

    months: int = 0
    milliseconds: int = 0


class Number(msgspec.Struct, frozen=True, tag="number"):
    """An amount and its unit, an IRI or a code; the empty unit is a plain number."""

    amount: Decimal
    unit: str = ""


class Iri(msgspec.Struct, frozen=True, tag="iri"):
    """Something named: a full IRI, or the code of a code list such as `DE-BW`."""

    iri: str


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A string. After `load`, also every literal without a type; the normal form gives it the sort of its operand."""

    text: str
    language: str = ""


class Flag(msgspec.Struct, frozen=True, tag="flag"):
    """True or false (xsd:boolean)."""

    on: bool


Value: TypeAlias = Instant | WallTime | Day | ClockTime | Duration | Number | Iri | Text | Flag
