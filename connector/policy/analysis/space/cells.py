"""Cells: products of regions, one for each operand that is restricted; what is not named is unrestricted.

Unions of cells are lists. Everything here treats operands as independent, so "empty" and "covered" hold whatever links
there are between them; that a cell is inhabited has to be shown by a witness. Pure: standard library only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from connector.policy.analysis.space.regions import Region, SetConditions, complement, intersect, is_nothing, measure

Cell: TypeAlias = dict[str, Region]

MOST_CLAUSES = 1_024
MOST_OPERANDS = 32
MOST_STEPS = 200_000


class GaveUp(Exception):
    """The analysis stops here and answers Unknown; caught by every public function of the room.

    Parameters:
        code: why, as in `findings`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StepBudget:
    """The number of steps that one question may still take, so that nobody can make the analysis run for long.

    A step is about what one value of a region, one constraint or one duty costs; steps are counted, never timed, so
    that the same policies always get the same answer.
    """

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take some steps.

        Raises:
            GaveUp: none are left.
        """
        self.left -= steps
        if self.left < 0:
            raise GaveUp("too-many-clauses")


def measure_cell(cell: Cell) -> int:
    """Return the size of a cell, in steps.

    >>> measure_cell({"action": NameSet(frozenset({"use"}))})
    2
    """
    return 1 + sum(map(measure, cell.values()))


def intersect_cells(one: Cell, other: Cell) -> Cell | None:
    """Return the part that belongs to both cells; None if it is empty.

    Raises:
        GaveUp: regions of one operand on different scales.

    >>> one, other = {"a": NameSet(frozenset({"x", "y"}))}, {"a": NameSet(frozenset({"y"}))}
    >>> intersect_cells(one, other) == other
    True
    """
    if len(one) < len(other):
        one, other = other, one
    joint = one.copy()
    for key, region in other.items():
        held = joint.get(key)
        if held is None:
            joint[key] = region
        elif held is not region:
            common = intersect(held, region)
            if common is None:
                raise GaveUp("different-scales")
            if is_nothing(common):
                return None
            joint[key] = common
    if len(joint) > MOST_OPERANDS:
        raise GaveUp("too-many-operands")
    return joint


def multiply(left: Sequence[Cell], right: Sequence[Cell], budget: StepBudget) -> list[Cell]:
    """Return the parts that belong to two unions of cells.

    Raises:
        GaveUp: more than `MOST_CLAUSES` cells, or too many steps.

    >>> x, y = {"a": NameSet(frozenset({"x"}))}, {"b": NameSet(frozenset({"y"}))}
    >>> [sorted(cell) for cell in multiply([x], [y], StepBudget())]
    [['a', 'b']]
    """
    if len(right) == 1 and not right[0]:
        return list(left)
    spend_on_pairs(left, right, budget)
    found: list[Cell] = []
    for one in left:
        for other in right:
            joint = intersect_cells(one, other)
            if joint is not None:
                found.append(joint)
                if len(found) > MOST_CLAUSES:
                    raise GaveUp("too-many-clauses")
    return found


def spend_on_pairs(left: Sequence[Cell], right: Sequence[Cell], budget: StepBudget) -> None:
    """Spend the steps for a comparison of every cell of one union with every cell of another.

    Raises:
        GaveUp: there are too few.

    >>> budget = StepBudget(100)
    >>> spend_on_pairs([{}], [{}], budget)
    >>> budget.left
    98
    """
    budget.spend(len(right) * sum(map(measure_cell, left)) + len(left) * sum(map(measure_cell, right)))


def _steps_to_subtract(cell: Cell, other: Cell) -> int:
    """Return the cost of `subtract`: every part of a complement is looked at together with what is held."""
    steps = 1
    for key, region in other.items():
        held = cell.get(key)
        if held is region:
            continue
        parts = 2 + len(region.meets) if isinstance(region, SetConditions) else 1
        steps += parts * (len(cell) + measure(region) + (0 if held is None else measure(held)))
    return steps


def subtract(cell: Cell, other: Cell, tops: Mapping[str, Region]) -> list[Cell]:
    """Return the parts that belong to the first cell alone, as disjoint cells.

    Parameters:
        tops: all that an operand can be, if that is not everything.

    >>> one, other = {"a": NameSet(frozenset({"x", "y"}))}, {"a": NameSet(frozenset({"y"}))}
    >>> subtract(one, other, {}) == [{"a": NameSet(frozenset({"x"}))}]
    True
    """
    pieces: list[Cell] = []
    rest = cell
    for key, region in other.items():
        held = rest.get(key) or tops.get(key)
        if held is region:
            continue
        for part in complement(region):
            outside = part if held is None else intersect(held, part)
            if outside is None:
                raise GaveUp("different-scales")
            if not is_nothing(outside):
                pieces.append({**rest, key: outside})
        inside = region if held is None else intersect(held, region)
        if inside is None:
            raise GaveUp("different-scales")
        if is_nothing(inside):
            return [cell]
        rest = {**rest, key: inside}
    return pieces


def list_leftovers(
    cell: Cell, others: Sequence[Cell], tops: Mapping[str, Region], budget: StepBudget
) -> Iterator[Cell]:
    """Yield the parts of a cell that no other cell covers; none if the cell is covered.

    Raises:
        GaveUp: too many parts had to be looked at.

    >>> cell = {"a": NameSet(frozenset({"x"}))}
    >>> list(list_leftovers(cell, [cell], {}, StepBudget()))
    []
    """
    stack = [(cell, 0)]
    while stack:
        piece, index = stack.pop()
        if index == len(others):
            yield piece
            continue
        budget.spend(_steps_to_subtract(piece, others[index]))
        parts = subtract(piece, others[index], tops)
        if len(parts) == 1 and parts[0] is piece:
            stack.append((piece, index + 1))
        else:
            stack.extend((part, index + 1) for part in reversed(parts))


def find_apart(one: Cell, other: Cell) -> tuple[str, ...]:
    """Return the operands on which two cells have nothing in common.

    Raises:
        GaveUp: regions of one operand on different scales.

    >>> find_apart({"a": NameSet(frozenset({"x"}))}, {"a": NameSet(frozenset({"y"}))})
    ('a',)
    """
    keys = []
    for key, region in one.items():
        held = other.get(key)
        if held is None:
            continue
        common = intersect(held, region)
        if common is None:
            raise GaveUp("different-scales")
        if is_nothing(common):
            keys.append(key)
    return tuple(keys)


def to_operand(key: str) -> str:
    """Return the operand of a key of a cell, or `action`, `target` or `assignee`.

    >>> to_operand("target|urn:data")
    'target'
    """
    return key.removeprefix("?").split("|", 1)[0]


def to_operands(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the operands of several keys, each once, in order.

    >>> to_operands(["target|urn:a", "target|urn:b", "action"])
    ('target', 'action')
    """
    return tuple(dict.fromkeys(to_operand(key) for key in keys))
