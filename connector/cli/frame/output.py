"""The output of commands: one JSON value for programs, or tables, sentences and ticks for people.

Standard output carries only the result; progress, hints and questions go to standard error. Text of a peer can neither
move the cursor nor colour the terminal: control characters are printed as spaces.
"""

import os
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, TextIO, TypeVar

import msgspec

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.zone import find_zone
from connector.language.catalogue import (
    Language,
    find_sentence,
    match_language,
    read_grammar,
    say,
    translate_text,
)
from connector.views.conversion import in_zone

Row = TypeVar("Row")
Columns = Mapping[str, Callable[[Row], object]]

_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"
_NARROWEST = 8
_CLOSED = frozenset(
    {
        "status",
        "class",
        "role",
        "state",
        "kind",
        "about persons",
        "state of source",
        "outcome",
        "for",
        "offered by",
        "at broker",
    }
)
"""The fields whose values are words of a closed list; programs read the words of the standards in the JSON."""


@dataclass(frozen=True, slots=True)
class Output:
    """The form in which a command answers: `json` for programs; `lang` (`de`, `en`) and `zone` for people."""

    json: bool
    lang: Language
    zone: tzinfo = field(default_factory=find_zone)

    def print_result(self, value: Any, *sentences: str) -> None:
        """Print a result: the value as JSON, or the sentences."""
        if self.json:
            _print_json(value)
        else:
            for sentence in sentences:
                print(strip_controls(sentence, keep_lines=True))

    def print_details(
        self, value: Any, fields: Mapping[str, object], sections: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Print one thing: as JSON, or as names and values, one a line and without empty values.

        Sections follow for people, each with the name of its field and its lines.
        """
        if self.json:
            _print_json(value)
            return
        shown = {
            self.name_field(name): self.format_entry(name, entry)
            for name, entry in fields.items()
            if entry not in (None, "", (), {}, [])
        }
        width = max(map(len, shown), default=0)
        for name, entry in shown.items():
            print(f"{name:<{width}}  {strip_controls(entry)}")
        for name, lines in (sections or {}).items():
            if lines:
                print(f"\n{strip_controls(self.name_field(name))}")
            for line in lines:
                print(f"  {strip_controls(line)}")

    def print_rows(
        self,
        rows: Sequence[Row],
        columns: Columns[Row],
        *,
        after: str | None = None,
        besides: Mapping[str, object] | None = None,
    ) -> None:
        """Print a listing: `{"items": …, "next": …}` as JSON, or a table; `after` is the cursor of the next page.

        `besides` are members of the JSON beside the rows, which people read in a sentence.
        """
        if self.json:
            _print_json({**(besides or {}), "items": rows, "next": after})
            return
        if rows:
            cells = [
                [strip_controls(self.format_entry(name, cell(row))) for name, cell in columns.items()] for row in rows
            ]
            _print_table(cells, [self.name_field(name) for name in columns])
        else:
            self.print_hint(self.say("cli.nothing"))
        if after is not None:
            self.print_hint(self.say("cli.more", cursor=after))

    def say(self, key: str, **fields: object) -> str:
        """Return a sentence of the catalogue in the language of this call; `key` is `chapter.key`."""
        return say(self.lang, key, **fields)

    def translate(self, text: str) -> str:
        """Return sentences that the connector writes in English in the language of this call, as far as known."""
        return translate_text(self.lang, text)

    def name_field(self, name: str) -> str:
        """Return the name of a field in the language of this call; a name that comes from data stays as it is."""
        return find_sentence(self.lang, f"fields.{name}") or name

    def name_value(self, value: str) -> str:
        """Return a word of a closed list, such as a state, in the language of this call."""
        return find_sentence(self.lang, f"values.{value}") or value

    def name_event(self, event: str) -> str:
        """Return an entry of the audit log in the language of this call: as a whole, else word by word."""
        whole = find_sentence(self.lang, f"values.{event}") or find_sentence(self.lang, f"proving.event-{event}")
        return whole or " ".join(map(self.name_value, event.split()))

    def format_members(self, members: Mapping[str, object], *, without: Collection[str] = ()) -> str:
        """Format named values, such as a source: its kind first; `hidden` are names whose values are not shown."""
        hidden = members.get("hidden")
        shown = {name: value for name, value in members.items() if name not in {"kind", "hidden", *without}}
        if isinstance(hidden, list | tuple):
            shown |= {str(name): self.say("cli.hidden") for name in hidden}
        kind = [self.name_value(str(members["kind"]))] if "kind" in members else []
        return " ".join([*kind, *(f"{name}={self.format_entry(name, value)}" for name, value in shown.items())])

    def format_entry(self, name: str, entry: object) -> str:
        """Format the value of a field: a word of a closed list and a truth value in the language of this call."""
        if isinstance(entry, bool):
            return self.say("cli.true" if entry else "cli.false")
        return self.name_value(str(entry)) if name in _CLOSED and entry else format_cell(entry)

    def format_time(self, at: datetime | None) -> str:
        """Format a time to the second, in the zone of this call."""
        return format_time(at, self.zone)

    def format_end(self, at: datetime | None) -> str:
        """Format the end of a period: the day that is the last one of it, or a time within a day."""
        return format_end(at, self.zone)

    def format_size(self, count: int | None) -> str:
        """Format a number of bytes, as the language of this call writes numbers."""
        return format_size(count, self.lang)

    def format_money(self, amount: str) -> str:
        """Format an amount of money, which is given as a decimal number."""
        return read_grammar(self.lang).write_money(Decimal(amount))

    def print_hint(self, sentence: str) -> None:
        """Print a sentence for a person that is not part of the result."""
        if not self.json:
            print(strip_controls(sentence, keep_lines=True), file=sys.stderr)

    def format_mark(self, good: bool) -> str:
        """Return a tick or a cross, coloured on a terminal."""
        sign = "✓" if good else "✗"
        if not has_colours(sys.stdout):
            return sign
        return f"{_GREEN if good else _RED}{sign}{_PLAIN}"

    def confirm(self, question: str, yes: bool) -> None:
        """Ask a person for confirmation. Raises Failure if it is refused, or if there is no terminal to ask at."""
        if yes:
            return
        if self.json or not sys.stdin.isatty():
            raise Failure(Code.USAGE, "cli.add-yes", question=question)
        print(f"{strip_controls(question)} {self.say('cli.yes-no')} ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes", "j", "ja"}:
            raise Failure(Code.FAILED, "cli.unchanged")


def choose_language(wanted: str | None) -> Language:
    """Return the language of sentences: the wanted one, else that of the environment, else English."""
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    chosen = wanted or next((os.environ[name] for name in variables if os.environ.get(name)), "")
    return match_language(chosen) or "en"


def find_language(arguments: Sequence[str]) -> Language:
    """Return the language of a command line that is not parsed yet, for what is wrong with it and for its help."""
    wanted = os.environ.get("DATENKONTOR_LANG")
    for at, argument in enumerate(arguments):
        name, sign, value = argument.partition("=")
        if name == "--lang":
            wanted = value if sign else next(iter(arguments[at + 1 :]), wanted)
    return choose_language(wanted)


def strip_controls(value: str, *, keep_lines: bool = False) -> str:
    """Replace each character that could control a terminal by a space."""
    return "".join(sign if sign.isprintable() or (keep_lines and sign == "\n") else " " for sign in value)


def format_cell(value: object) -> str:
    """Format a cell: lists with commas, an empty value as a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or "–"
    return str(value)


def format_time(at: datetime | None, zone: tzinfo) -> str:
    """Format a time to the second, as the clocks of a zone show it."""
    return "" if at is None else in_zone(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def format_end(at: datetime | None, zone: tzinfo) -> str:
    """Format the end of a period, as `parse_end` reads it: a period that ends with a day names that day.

    >>> from datetime import UTC
    >>> format_end(datetime(2027, 1, 1, tzinfo=UTC), UTC), format_end(datetime(2027, 1, 1, 12, tzinfo=UTC), UTC)
    ('2026-12-31', '2027-01-01 12:00:00')
    """
    shown = format_time(at, zone)
    day, _, clock = shown.partition(" ")
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if clock == "00:00:00" else shown


def format_size(count: int | None, lang: Language) -> str:
    """Format a number of bytes, as a language writes numbers."""
    return "" if count is None else read_grammar(lang).write_size(count)


def has_colours(stream: TextIO) -> bool:
    """Return whether to use colours: on a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print_json(value: Any) -> None:
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _print_table(cells: list[list[str]], headings: list[str]) -> None:
    widths = [max(len(heading), *(len(row[at]) for row in cells)) for at, heading in enumerate(headings)]
    if sys.stdout.isatty():
        _shrink(widths, shutil.get_terminal_size().columns - 2 * (len(widths) - 1))
    for row in [[heading.upper() for heading in headings], *cells]:
        fitted = [_fit(cell, width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(fitted).rstrip())


def _shrink(widths: list[int], room: int) -> None:
    """Shrink the widest columns until the table fits."""
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1


def _fit(cell: str, width: int) -> str:
    return cell.ljust(width) if len(cell) <= width else f"{cell[: width - 1]}…"
