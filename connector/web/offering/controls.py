"""Controls of a form as values: what a template draws, whatever the control is made from. Pure."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from connector.web.frame.wording import PageWords

ControlKind = Literal["text", "lines", "number", "date", "datetime", "time", "choice", "several"]
UNIT = ".einheit"
_LENGTH = re.compile(r"P(?:(?P<days>\d{1,9})(?P<day>[DWMY])|T(?P<hours>\d{1,9})(?P<hour>[HM]))")
_UNITS = {"D": "P{}D", "W": "P{}W", "M": "P{}M", "Y": "P{}Y", "H": "PT{}H", "N": "PT{}M"}
"""How a length of time in each unit is written (XSD 1.1 duration); `N` are minutes."""


class Option(msgspec.Struct, frozen=True):
    """One value of a choice, and what people call it."""

    value: str
    label: str


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A control: its name in the form, its label, its value as text, and what it offers.

    `options` are the values of a choice, of one or of several; several values are lines of one text. `units` belong to
    the number before them, with the chosen `unit`. `further` is the label of a field for values that no option has;
    empty if there are none.
    """

    name: str
    kind: ControlKind
    label: str
    value: str = ""
    options: tuple[Option, ...] = ()
    units: tuple[Option, ...] = ()
    unit: str = ""
    hint: str = ""
    further: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The values of a choice of several."""
        return split_lines(self.value)


def offer_lengths(words: PageWords) -> tuple[Option, ...]:
    """Return the units of a length of time."""
    return tuple(Option(unit, words.say(f"offering.unit-{unit}")) for unit in _UNITS)


def split_length(text: str) -> tuple[str, str]:
    """Return the number and the unit of a length of time; one of several units has no unit, and is shown as it is.

    >>> split_length("P30D"), split_length("PT15M"), split_length("P1Y6M")
    (('30', 'D'), ('15', 'N'), ('P1Y6M', ''))
    """
    found = _LENGTH.fullmatch(text)
    if found is None:
        return text, ""
    if found["days"]:
        return found["days"], found["day"]
    return found["hours"], "N" if found["hour"] == "M" else "H"


def join_length(number: str, unit: str) -> str:
    """Return a length of time as a policy states it; what is no number stays as it is.

    >>> join_length("30", "D"), join_length("soon", "D")
    ('P30D', 'soon')
    """
    number = number.strip()
    if unit not in _UNITS or not (number.isascii() and number.isdecimal()):
        return number
    return _UNITS[unit].format(number.lstrip("0") or "0")


def split_lines(text: str, most: int = 100) -> tuple[str, ...]:
    """Return the lines of a text that say something, without spaces at their ends, at most `most`."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())[:most]


def read_answer(answers: Mapping[str, str], name: str) -> str:
    """Return an answer of one line: without control characters, and with single spaces.

    >>> read_answer({"titel": " Zwei\tWorte "}, "titel")
    'Zwei Worte'
    """
    text = answers.get(name, "")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
