"""What commands print: one JSON value for programs, or tables, sentences and ticks for people.

Standard output carries the result alone; progress, hints and questions go to standard error. Nothing a peer wrote can
move the cursor or colour the terminal: control characters are shown as spaces.
"""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO, TypeVar

import msgspec

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.words import words

Row = TypeVar("Row")
Columns = Mapping[str, Callable[[Row], object]]

_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"
_NARROWEST = 8


@dataclass(frozen=True, slots=True)
class Output:
    """The form a command answers in: `json` for programs; `lang` (`de`, `en`) for people."""

    json: bool
    lang: str

    def result(self, value: Any, *sentences: str) -> None:
        """Print a result: the value as JSON, or the sentences."""
        if self.json:
            _print_json(value)
        else:
            for sentence in sentences:
                print(plain(sentence, keep_lines=True))

    def details(self, value: Any, fields: Mapping[str, object]) -> None:
        """Print one thing: as JSON, or as names and values below each other, empty ones left out."""
        if self.json:
            _print_json(value)
            return
        shown = {name: text(entry) for name, entry in fields.items() if entry not in (None, "", (), {}, [])}
        width = max(map(len, shown), default=0)
        for name, entry in shown.items():
            print(f"{name:<{width}}  {plain(entry)}")

    def rows(self, rows: Sequence[Row], columns: Columns[Row], *, after: str | None = None) -> None:
        """Print a listing: `{"items": …, "next": …}` as JSON, or a table; `after` is the cursor of the next page."""
        if self.json:
            _print_json({"items": rows, "next": after})
            return
        if rows:
            _print_table([[plain(text(cell(row))) for cell in columns.values()] for row in rows], list(columns))
        else:
            self.hint(self.say("nothing"))
        if after is not None:
            self.hint(self.say("more", cursor=after))

    def say(self, key: str, **fields: object) -> str:
        """Return a sentence of the catalogue in the language of this call."""
        return words(self.lang, key, **fields)

    def hint(self, sentence: str) -> None:
        """Tell a person something that is no part of the result."""
        if not self.json:
            print(plain(sentence, keep_lines=True), file=sys.stderr)

    def mark(self, good: bool) -> str:
        """Return a tick or a cross, coloured on a terminal."""
        sign = "✓" if good else "✗"
        if not has_colours(sys.stdout):
            return sign
        return f"{_GREEN if good else _RED}{sign}{_PLAIN}"

    def confirm(self, question: str, yes: bool) -> None:
        """Go on only with a person's consent. Raises Failure without it, or where nobody can be asked."""
        if yes:
            return
        if self.json or not sys.stdin.isatty():
            raise Failure(Code.USAGE, self.say("add-yes", question=question))
        print(f"{plain(question)} {self.say('yes-no')} ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes", "j", "ja"}:
            raise Failure(Code.FAILED, self.say("left"))


def plain(value: str, *, keep_lines: bool = False) -> str:
    """Replace what could steer a terminal."""
    return "".join(sign if sign.isprintable() or (keep_lines and sign == "\n") else " " for sign in value)


def text(value: object) -> str:
    """Render a cell: lists by commas, truth as yes or no, nothing as a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or "–"
    return str(value)


def moment(at: datetime | None) -> str:
    """Render a time as local time to the second."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def size(count: int | None) -> str:
    """Render a number of bytes."""
    if count is None:
        return ""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < 4:
        amount, unit = amount / 1000, unit + 1
    return f"{count} B" if unit == 0 else f"{amount:.1f} {'kMGT'[unit - 1]}B"


def has_colours(stream: TextIO) -> bool:
    """Tell whether colours are wanted: on a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print_json(value: Any) -> None:
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _print_table(cells: list[list[str]], headings: list[str]) -> None:
    widths = [max(len(heading), *(len(row[at]) for row in cells)) for at, heading in enumerate(headings)]
    if sys.stdout.isatty():
        _narrow(widths, shutil.get_terminal_size().columns - 2 * (len(widths) - 1))
    for row in [[heading.upper() for heading in headings], *cells]:
        fitted = [_fit(cell, width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(fitted).rstrip())


def _narrow(widths: list[int], room: int) -> None:
    """Take from the widest columns until the table fits."""
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1


def _fit(cell: str, width: int) -> str:
    return cell.ljust(width) if len(cell) <= width else f"{cell[: width - 1]}…"
