"""The grammar of a language: how it writes lists, quotations, sentences, numbers, dates and lengths of time, unrounded.

Each language has one value of it in its module `grammar`. A language that needs other rules than these overrides a
method there. Pure: standard library only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

_SIZES = "kMGT"
_TURNED = {"(": "[", ")": "]", "[": "(", "]": ")"}

NumberForm: TypeAlias = Literal["one", "other"]
TimeUnit: TypeAlias = Literal["year", "month", "day", "hour", "minute", "second"]


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """The rules of one language.

    Parameters:
        quotation_marks: the opening and the closing one.
        thousands: the sign between groups of three digits.
        decimal: the sign before the decimals.
        months: the names of the months, January first.
        day: a date with the places `{day}`, `{month}` and `{year}`.
        time: a time of the day with the place `{time}`.
        units: the name of each unit of time for one and for several.
    """

    quotation_marks: tuple[str, str]
    thousands: str
    decimal: str
    months: tuple[str, ...]
    day: str
    time: str
    units: Mapping[TimeUnit, tuple[str, str]]

    def join(self, parts: Sequence[str], word: str) -> str:
        """List parts with a word before the last one: `a, b and c`."""
        return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"

    def quote(self, text: str) -> str:
        """Quote a foreign text; a sign that could end the quotation or hide something is escaped."""
        opening, closing = self.quotation_marks
        shown = "".join(
            f"\\{sign}" if sign in (closing, "\\") else sign if sign.isprintable() else f"\\u{{{ord(sign):x}}}"
            for sign in text
        )
        return f"{opening}{shown}{closing}"

    def bracket(self, text: str) -> str:
        """Put a text into brackets: those in it take the other shape, quotations stay as they are."""
        opening, closing = self.quotation_marks
        quoted = rf"{opening}(?:\\.|[^\\{closing}])*{closing}"
        turned = re.sub(rf"{quoted}|[()\[\]]", lambda found: _TURNED.get(found[0], found[0]), text)
        return f"({turned})"

    def capitalise(self, phrase: str) -> str:
        """Write a phrase as the beginning of a sentence."""
        return f"{phrase[:1].upper()}{phrase[1:]}"

    def end_sentence(self, phrase: str) -> str:
        """Make a phrase a sentence."""
        return f"{self.capitalise(phrase)}."

    def write_number(self, value: Decimal) -> str:
        """Write a number with the separators of the language."""
        whole, _point, decimals = format(value, "f").partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        grouped = f"{int(digits):,}".replace(",", self.thousands)
        decimals = decimals.rstrip("0")
        return sign + grouped + (self.decimal + decimals if decimals else "")

    def write_money(self, value: Decimal) -> str:
        """Write an amount of money: with two decimals if it has any, with more if it needs them."""
        text = self.write_number(value)
        return f"{text}0" if text[-2:-1] == self.decimal else text

    def write_size(self, count: int) -> str:
        """Write a number of bytes, in the unit that needs at most three digits: `2.5 MB`."""
        amount, unit = float(count), 0
        while amount >= 1000 and unit < len(_SIZES):
            amount, unit = amount / 1000, unit + 1
        if unit == 0:
            return f"{count} B"
        return f"{self.write_number(Decimal(f'{amount:.1f}'))} {_SIZES[unit - 1]}B"

    def write_day(self, when: date) -> str:
        """Write a date."""
        return self.day.format(day=when.day, month=self.months[when.month - 1], year=when.year)

    def write_month(self, year: int, month: int) -> str:
        """Write a month of a year."""
        return f"{self.months[month - 1]} {year}"

    def write_time(self, time: str) -> str:
        """Write a time of the day that is given as `08:30` or more exactly."""
        return self.time.format(time=time)

    def find_form(self, count: Decimal | int) -> NumberForm:
        """Return the form of the words beside a count: the singular for exactly one."""
        return "one" if count == 1 else "other"

    def write_length(self, count: Decimal, unit: TimeUnit) -> str:
        """Write a length of time in one unit: `3 days`."""
        one, several = self.units[unit]
        return f"{self.write_number(count)} {one if self.find_form(count) == 'one' else several}"
