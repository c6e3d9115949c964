"""A compiled policy as cells: what each permission grants, and what each prohibition spares.

Action, target and party are operands like any other; conditions on single records are too, so that what may leave is
one set of situations and records. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connector.policy.analysis.space.cells import Cell, GaveUp, StepBudget, intersect_cells, multiply, spend_on_pairs
from connector.policy.analysis.space.dnf import Alignment, Reader, find_alignments, find_opaque
from connector.policy.analysis.space.names import EITHER, NO, YES
from connector.policy.analysis.space.regions import Intervals, NameSet, Region
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import Constraint
from connector.policy.vocabulary.registry import Registry


class Grant(msgspec.Struct, frozen=True):
    """A permission.

    Parameters:
        rule: of the compiled policy.
        active: situations in which it is active, once its duties are performed.
        cells: those together with the records that it lets leave.
    """

    rule: CompiledRule
    active: tuple[Cell, ...]
    cells: tuple[Cell, ...]


class Shape(msgspec.Struct, frozen=True):
    """A policy as cells.

    Parameters:
        compiled: the policy.
        grants: its permissions; none if the policy is void.
        spared: for each prohibition that counts, the situations that it does not block.
        blocking: those prohibitions.
        tops: all that an operand can be, if that is not everything.
        alignment: what may keep its operands from being compared with those of another policy.
        opaque: operands that were compared word by word.
        stateful: whether a permission depends on a counter.
        upper: whether counters are only limited from above, and only by permissions.
    """

    compiled: Compiled
    grants: tuple[Grant, ...]
    spared: tuple[tuple[Cell, ...], ...]
    blocking: tuple[CompiledRule, ...]
    tops: Mapping[str, Region]
    alignment: Mapping[str, Alignment]
    opaque: frozenset[str]
    stateful: bool
    upper: bool

    @property
    def counters(self) -> int:
        """The number of permissions that count apart from one another."""
        return len({grant.rule.uid for grant in self.grants})


def list_conditions(rule: CompiledRule) -> tuple[Constraint, ...]:
    """Return the refinements and constraints of a rule, without those on single records.

    >>> [entry.operator for entry in list_conditions(compiled("odrl:count lteq 5").permissions[0])]
    ['lteq']
    """
    return tuple(check.constraint for check in (*rule.refinements, *rule.constraints))


def read_shape(compiled: Compiled, budget: StepBudget, opaque: frozenset[str] = frozenset()) -> Shape:
    """Read a compiled policy as cells.

    Parameters:
        budget: how many steps it may take.
        opaque: operands that cannot be compared by regions, beside those it finds itself.

    Raises:
        GaveUp: a cap was reached.

    >>> read_shape(compiled("odrl:count lteq 5"), StepBudget()).stateful
    True
    """
    registry = compiled.registry
    rules = () if compiled.void is not None else (*compiled.permissions, *compiled.prohibitions)
    alignment = find_alignments([entry for rule in rules for entry in (*list_conditions(rule), *rule.rows)], registry)
    hidden = opaque | find_opaque(alignment)
    tops: dict[str, Region] = {"action": NameSet(outside=True)}
    granting = Reader(registry, opaque=hidden, tops=tops, budget=budget)
    grants = [_grant(rule, granting, tops) for rule in compiled.permissions if compiled.void is None]
    blocking = () if compiled.void is not None or compiled.conflict == "perm" else compiled.prohibitions
    counted = _find_counters([grant.rule for grant in grants], registry)
    return Shape(
        compiled=compiled,
        grants=tuple(grants),
        spared=tuple(_find_spared(rule, granting, tops) for rule in blocking),
        blocking=blocking,
        tops=tops,
        alignment=alignment,
        opaque=hidden,
        stateful=bool(counted),
        upper=not _find_counters(blocking, registry) and _is_upper(grants, counted),
    )


def _read_scope(rule: CompiledRule, tops: dict[str, Region]) -> Cell:
    """Action, target and party; a target or party may be met as a member of a collection, so each is a proposition."""
    cell: Cell = {}
    if rule.covers is not None:
        cell["action"] = NameSet(rule.covers)
    for name, uid in (("target", rule.target), ("assignee", rule.assignee)):
        if uid is not None:
            cell[f"{name}|{uid}"] = YES
            tops[f"{name}|{uid}"] = EITHER
    return cell


def _grant(rule: CompiledRule, reader: Reader, tops: dict[str, Region]) -> Grant:
    active = multiply([_read_scope(rule, tops)], reader.every(list_conditions(rule)), reader.budget)
    cells = multiply(active, reader.every(rule.rows), reader.budget) if rule.rows else active
    return Grant(rule, tuple(active), tuple(cells))


def _find_spared(rule: CompiledRule, granting: Reader, tops: dict[str, Region]) -> tuple[Cell, ...]:
    action = rule.rule.action[0].iri if rule.rule.action else ""
    scope = f"prohibited {action} {rule.target} {rule.assignee}"
    reader = Reader(granting.registry, prohibited=scope, opaque=granting.opaque, tops=tops, budget=granting.budget)
    found: list[Cell] = []
    for key, region in _read_scope(rule, tops).items():
        opposite: Region = NO
        if isinstance(region, NameSet) and key == "action":
            opposite = NameSet(region.members, outside=True)
        found.append({key: opposite})
    for constraint in (*list_conditions(rule), *rule.rows):
        found += reader.cells(constraint, truth=False)
    return tuple(found)


def _find_counters(rules: Iterable[CompiledRule], registry: Registry) -> set[str]:
    """The counters that rules depend on."""
    found = {leaf.left for rule in rules for entry in list_conditions(rule) for leaf in walk_leaves(entry)}
    return {left for left in found if registry.operands[left].stateful}


def _is_upper(grants: Sequence[Grant], counted: set[str]) -> bool:
    """Return whether every region of a counter holds all values up to some value."""
    for grant in grants:
        for cell in grant.active:
            for key, region in cell.items():
                if key.split("|", 1)[0] not in counted:
                    continue
                if not isinstance(region, Intervals) or not _is_from_start(region):
                    return False
    return True


def _is_from_start(region: Intervals) -> bool:
    cuts = region.cuts
    return not region.first and len(cuts) in {1, 2} and cuts[0] <= (1, 0)


def drop_blocked(cells: Sequence[Cell], found: Shape, budget: StepBudget) -> list[Cell]:
    """Return the situations that no prohibition of the policy blocks.

    Raises:
        GaveUp: a cap was reached.

    >>> shape = read_shape(compiled(), StepBudget())
    >>> drop_blocked(shape.grants[0].cells, shape, StepBudget()) == list(shape.grants[0].cells)
    True
    """
    rest = list(cells)
    for spared in found.spared:
        rest = multiply(rest, spared, budget)
    return rest


def read_pair(one: Compiled, other: Compiled, budget: StepBudget) -> tuple[Shape, Shape]:
    """Read two policies so that their cells can be compared.

    Raises:
        GaveUp: a cap was reached, or they were compiled with registries that differ in what matters here.

    >>> one, other = read_pair(compiled(), compiled(), StepBudget())
    >>> one.opaque == other.opaque
    True
    """
    if one.registry is not other.registry:
        _check_same_words(one, other)
    first, second = read_shape(one, budget), read_shape(other, budget)
    opaque = find_opaque(first.alignment, second.alignment) | first.opaque | second.opaque
    if first.opaque != opaque:
        first = read_shape(one, budget, opaque)
    if second.opaque != opaque:
        second = read_shape(other, budget, opaque)
    return first, second


def join_tops(one: Shape, other: Shape) -> dict[str, Region]:
    """Return all possible values of the operands of two policies.

    >>> one, other = read_pair(compiled(), compiled("odrl:count lteq 5"), StepBudget())
    >>> normal("odrl:count lteq 5").left in join_tops(one, other)
    True
    """
    return {**one.tops, **other.tops}


def _check_same_words(one: Compiled, other: Compiled) -> None:
    mine, theirs = one.registry, other.registry
    if mine.included_in != theirs.included_in:
        raise GaveUp("different-registries")
    for left in _list_operands(one) & _list_operands(other):
        operand, twin = mine.operands.get(left), theirs.operands.get(left)
        if operand != twin or operand is None:
            raise GaveUp("different-registries")
        if operand.taxonomy and mine.taxonomies[operand.taxonomy] != theirs.taxonomies[operand.taxonomy]:
            raise GaveUp("different-registries")


def _list_operands(compiled: Compiled) -> set[str]:
    rules = (*compiled.permissions, *compiled.prohibitions)
    return {
        leaf.left for rule in rules for entry in (*list_conditions(rule), *rule.rows) for leaf in walk_leaves(entry)
    }


def find_overlaps(one: Sequence[Cell], other: Sequence[Cell], budget: StepBudget) -> list[Cell]:
    """Return the parts that two unions of cells have in common.

    Raises:
        GaveUp: a cap was reached.

    >>> cell = {"a": NameSet(frozenset({"x"}))}
    >>> find_overlaps([cell], [{}], StepBudget()) == [cell]
    True
    """
    spend_on_pairs(one, other, budget)
    joint = (intersect_cells(left, right) for left in one for right in other)
    return [cell for cell in joint if cell is not None]
