"""The steps of a recipe, each from rows to rows: clean, join, group, convert. Bounded in rows, keys and groups."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from connector.dataplane.deriving.rows import RowTable, TextRow
from connector.dataplane.deriving.units import make_conversion
from connector.dataplane.formats.dates import cut_instant, to_instant
from connector.dataplane.formats.values import EXACT, MISSING, format_number, to_number
from connector.dataplane.forms.choice import BadChoice, read_choice
from connector.dataplane.forms.narrowing import make_condition
from connector.dataplane.forms.writing import ShapedRow
from connector.dataplane.tabular.opened import BATCH
from connector.ports.flow import Untreatable
from connector.views.recipes import Clean, Convert, Grouping, GroupValue, Join, RecipeStep

MOST_KEYS, MOST_JOINED, MOST_GROUPS = 2_000_000, 1_000_000, 100_000
MOST_CELLS = 20_000_000
_CUTS = {"year": 4, "month": 7, "day": 10, "hour": 13}
"""How many characters of an instant are left."""
_PLACES = Decimal("0.000001")


def apply_step(step: RecipeStep, rows: RowTable, others: Mapping[str, RowTable]) -> RowTable:
    """Return the rows after a step; `others` are the tables that it can join. Raises Untreatable."""
    match step:
        case Clean():
            return _clean(step, rows)
        case Join():
            return _join(step, rows, others[step.other])
        case Grouping():
            return _group(step, rows)
        case Convert():
            return _convert(step, rows)


def _require(names: Iterable[str], columns: tuple[str, ...]) -> None:
    for name in names:
        if name not in columns:
            known = ", ".join(columns[:20])
            raise Untreatable(f"A step names the column {name[:100]!r}, which the rows lack: use one of {known}.")


def _clean(step: Clean, rows: RowTable) -> RowTable:
    named = (*step.columns, *step.rename, *step.types, *step.require, *(step.unique or ()))
    _require(named, rows.columns)
    kept = step.columns or rows.columns
    renamed = [step.rename.get(name, name) for name in kept]
    if len(set(renamed)) != len(renamed):
        raise Untreatable("A step gives two columns the same name: rename one of them.")
    return RowTable(tuple(renamed), _iterate_clean(step, rows, kept))


def _iterate_clean(step: Clean, rows: RowTable, kept: tuple[str, ...]) -> Iterator[list[TextRow]]:
    nothing = {*MISSING, *step.empty}
    readers = {name: _make_typed(name, kind, step) for name, kind in step.types.items()}
    conditions = _read_conditions(step.where, rows.columns)
    seen: set[bytes] = set()
    for batch in rows.batches:
        made = []
        for row in batch:
            cleaned = {name: "" if (text := value.strip()) in nothing else text for name, value in row.items()}
            if not _type_values(cleaned, readers, step.unreadable):
                continue
            if any(not cleaned[name] for name in step.require):
                continue
            if not all(test(ShapedRow(cleaned)) for test in conditions):
                continue
            if step.unique is not None and _is_repeated(cleaned, step.unique or kept, seen):
                continue
            made.append({step.rename.get(name, name): cleaned[name] for name in kept})
        yield made


def _read_conditions(texts: tuple[str, ...], columns: tuple[str, ...]) -> list[Callable[[ShapedRow], bool]]:
    try:
        choice = read_choice([("form", "csv"), *(("where", text) for text in texts)])
    except BadChoice as error:
        raise Untreatable(str(error)) from error
    where = choice.where if choice else ()
    _require((condition.field for condition in where), columns)
    return [make_condition(condition, to_number) for condition in where]


def _make_typed(name: str, kind: str, step: Clean) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        if kind == "text":
            return text
        if kind == "date":
            return to_instant(text)
        if kind in _CUTS:
            return cut_instant(text, _CUTS[kind])
        number = to_number(text, step.decimal, step.thousands)
        if number is None or (kind == "whole" and number != number.to_integral_value()):
            return None
        return format_number(number.to_integral_value() if kind == "whole" else number)

    def read_or_refuse(text: str) -> str | None:
        found = read(text)
        if found is None and step.unreadable == "refuse":
            raise Untreatable(
                f"The column {name[:100]!r} has the value {text[:50]!r}, which is no {kind}: correct it, or state "
                "`unreadable`."
            )
        return found

    return read_or_refuse


def _type_values(row: TextRow, readers: Mapping[str, Callable[[str], str | None]], unreadable: str) -> bool:
    """Write the values of a row as their types are written; return whether the row stays."""
    for name, read in readers.items():
        if not row[name]:
            continue
        found = read(row[name])
        if found is None and unreadable == "drop":
            return False
        row[name] = found or ""
    return True


def _is_repeated(row: TextRow, names: Iterable[str], seen: set[bytes]) -> bool:
    key = _digest(row[name] for name in names)
    if key in seen:
        return True
    if len(seen) >= MOST_KEYS:
        raise Untreatable(f"A step compares more than {MOST_KEYS} rows with each other: group or filter them first.")
    seen.add(key)
    return False


def _digest(values: Iterable[str]) -> bytes:
    return hashlib.blake2b("\0".join(values).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _join(step: Join, rows: RowTable, other: RowTable) -> RowTable:
    _require(step.on, rows.columns)
    _require(step.on.values(), other.columns)
    added = step.columns or tuple(name for name in other.columns if name not in step.on.values())
    _require(added, other.columns)
    if twice := next((name for name in added if name in rows.columns), ""):
        raise Untreatable(f"Both inputs of a join have the column {twice[:100]!r}: rename it, or choose the columns.")
    return RowTable((*rows.columns, *added), _iterate_join(step, rows, other, added))


def _iterate_join(step: Join, rows: RowTable, other: RowTable, added: tuple[str, ...]) -> Iterator[list[TextRow]]:
    index = _index(other, tuple(step.on.values()), added)
    nothing = [("",) * len(added)] if step.keep == "all" else []
    keys = tuple(step.on)
    for batch in rows.batches:
        made: list[TextRow] = []
        for row in batch:
            for values in index.get(tuple(row[name] for name in keys), nothing):
                made.append({**row, **dict(zip(added, values, strict=True))})
                if len(made) >= BATCH:
                    yield made
                    made = []
        yield made


def _index(
    other: RowTable, keys: tuple[str, ...], added: tuple[str, ...]
) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    index: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    count = 0
    for batch in other.batches:
        count += len(batch)
        if count > MOST_JOINED or count * (len(added) + 1) > MOST_CELLS:
            raise Untreatable(
                f"An input that is joined has more than {MOST_JOINED} rows or {MOST_CELLS} cells: make it the first "
                "input, or choose fewer columns."
            )
        for row in batch:
            # A missing key is equal to nothing.
            if all(key := tuple(row[name] for name in keys)):
                index.setdefault(key, []).append(tuple(row[name] for name in added))
    return index


def _group(step: Grouping, rows: RowTable) -> RowTable:
    _require(step.by, rows.columns)
    _require((measure.of for measure in step.values.values() if measure.of), rows.columns)
    return RowTable((*step.by, *step.values), _iterate_groups(step, rows))


class _NumberTally:
    """What is known of the numbers of a group."""

    __slots__ = ("count", "greatest", "least", "total")

    def __init__(self) -> None:
        self.count, self.total = 0, Decimal(0)
        self.least: Decimal | None = None
        self.greatest: Decimal | None = None

    def add(self, number: Decimal) -> None:
        self.count += 1
        self.total = EXACT.add(self.total, number)
        self.least = number if self.least is None or number < self.least else self.least
        self.greatest = number if self.greatest is None or number > self.greatest else self.greatest


def _iterate_groups(step: Grouping, rows: RowTable) -> Iterator[list[TextRow]]:
    columns = tuple(dict.fromkeys(measure.of for measure in step.values.values() if measure.of))
    groups: dict[tuple[str, ...], tuple[list[int], dict[str, _NumberTally]]] = {}
    for batch in rows.batches:
        for row in batch:
            key = tuple(row[name] for name in step.by)
            if (found := groups.get(key)) is None:
                if len(groups) >= MOST_GROUPS:
                    raise Untreatable(f"The rows have more than {MOST_GROUPS} groups: group by fewer columns.")
                found = groups[key] = [0], {name: _NumberTally() for name in columns}
            found[0][0] += 1
            for name in columns:
                if (number := _read_number(name, row[name], step.decimal)) is not None:
                    found[1][name].add(number)
    made = [
        {**dict(zip(step.by, key, strict=True)), **_write_group(step, size[0], tallies)}
        for key, (size, tallies) in groups.items()
        if size[0] >= step.least
    ]
    for at in range(0, len(made), BATCH):
        yield made[at : at + BATCH]


def _read_number(name: str, text: str, decimal: str) -> Decimal | None:
    if text.strip() in MISSING:
        return None
    number = to_number(text, decimal)
    if number is None:
        raise Untreatable(f"The column {name[:100]!r} has the value {text[:50]!r}, which is no number: clean it first.")
    return number


def _write_group(step: Grouping, size: int, tallies: Mapping[str, _NumberTally]) -> TextRow:
    return {name: _write_measure(measure, size, tallies) for name, measure in step.values.items()}


def _write_measure(measure: GroupValue, size: int, tallies: Mapping[str, _NumberTally]) -> str:
    if measure.take == "count":
        return str(tallies[measure.of].count if measure.of else size)
    tally = tallies[measure.of]
    if not tally.count:
        return ""
    match measure.take:
        case "sum":
            found: Decimal | None = tally.total
        case "mean":
            mean = EXACT.divide(tally.total, Decimal(tally.count))
            found = mean.quantize(_PLACES, ROUND_HALF_EVEN, EXACT).normalize(EXACT)
        case "min":
            found = tally.least
        case _:
            found = tally.greatest
    return format_number(found) if found is not None else ""


def _convert(step: Convert, rows: RowTable) -> RowTable:
    _require(step.units, rows.columns)
    convert = {name: make_conversion(entry.given, entry.wanted) for name, entry in step.units.items()}

    def iterate() -> Iterator[list[TextRow]]:
        for batch in rows.batches:
            for row in batch:
                for name, change in convert.items():
                    if (number := _read_number(name, row[name], step.decimal)) is not None:
                        row[name] = change(number)
            yield batch

    return RowTable(rows.columns, iterate())
