"""The remarks on a policy before anybody else sees it: what is wrong or odd.

Errors keep it from being published; warnings and notes do not. What cannot be told is no error. Pure.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from connector.policy.analysis.duties import is_fulfilled
from connector.policy.analysis.findings import Finding
from connector.policy.analysis.overlap import is_inhabited, is_satisfiable
from connector.policy.analysis.slips import (
    find_contradicting_amounts,
    find_odd_names,
    find_odd_parties,
    find_unpayable,
)
from connector.policy.analysis.space.cells import (
    Cell,
    GaveUp,
    StepBudget,
    find_apart,
    intersect_cells,
    list_leftovers,
    to_operand,
)
from connector.policy.analysis.space.regions import Intervals, NameSet, SetConditions
from connector.policy.analysis.space.shape import Grant, Shape, drop_blocked, list_conditions, read_shape
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.compiling.duties import is_never_met
from connector.policy.compiling.validate import TREE, Place, has_to_tell_apart
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import DK, ODRL, AtomicConstraint
from connector.policy.model.values import Iri
from connector.policy.vocabulary.registry import Registry

Level: TypeAlias = Literal["error", "warning", "note"]
PersonalData: TypeAlias = Literal["none", "personal", "special"]
"""The content of an asset: no personal data, personal data, or special categories of it (GDPR Art. 9)."""

GDPR = "https://w3id.org/dpv/legal/eu/gdpr#"
_VOLUME = DK + "volume"
_PURPOSE, _LEGAL_BASIS, _ELAPSED = ODRL + "purpose", DK + "legalBasis", ODRL + "elapsedTime"
_RECIPIENTS = frozenset(
    {ODRL + "recipient", *(DK + name for name in ("participant", "participantGroup", "role", "membership"))}
)
_ENDS = frozenset({_ELAPSED, ODRL + "dateTime"})
_DELETE = ODRL + "delete"


class Remark(msgspec.Struct, frozen=True):
    """One remark on a policy.

    Codes beside those of `findings`: `never-granted`, `expired` and `never-begun` (errors), `duty-after-use` and
    `duty-too-late` (duties of permissions that cannot be fulfilled), `obligation-too-late` (its deadline is over),
    `exact-exclusion` (what is kept out has parts that are not), `remedy-not-seen` (a remedy that only the contract
    makes due), `dead-rule` (a rule that can never apply),
    `unpayable` and `unpayable-together` (amounts that no payment meets), `odd-place`, `odd-name` and `odd-party` (most
    likely mistakes),
    `shadowed` (a permission that another makes superfluous), `conflict` (a permission and a prohibition that meet),
    `purpose-missing`, `legal-basis-missing`, `retention-missing`, `delete-missing`, `recipient-missing`,
    `special-basis-missing`, `legitimate-interest`, `consent-is-weak`, `unusual-purpose`, `unclear`.
    """

    level: Level
    finding: Finding


def lint(
    policy: Compiled,
    *,
    now: datetime | None = None,
    personal: PersonalData = "none",
    public_body: bool = True,
) -> tuple[Remark, ...]:
    """Examine a policy for errors and oddities before it is published.

    Parameters:
        policy: compiled.
        now: aware; with it an offer whose time is over is an error.
        personal: what the asset holds.
        public_body: whether the provider acts as a public authority.

    Returns:
        Remarks, errors first. Nothing is raised.

    >>> [(remark.level, remark.finding.code) for remark in lint(compiled("odrl:count lt 1"))][0]
    ('error', 'never-granted')
    """
    if policy.void is not None:
        return (Remark("error", Finding("void", policy.void.rule, policy.void.atom)),)
    try:
        found = read_shape(policy, StepBudget())
        remarks = [
            *_check_use(policy, now),
            *_check_duties(policy, now),
            *_check_remedies(policy),
            *(Remark("error", finding) for finding in find_unpayable(policy)),
            *(Remark("error", finding) for finding in find_contradicting_amounts(policy, StepBudget())),
            *(Remark("warning", finding) for finding in (*find_odd_names(policy), *find_odd_parties(policy))),
            *_find_exact(policy),
            *_find_dead(found),
            *_find_shadowed(found),
            *_find_conflicts(found),
        ]
        if personal != "none":
            remarks += _check_personal(found, special=personal == "special", public_body=public_body)
    except GaveUp as reason:
        level: Level = "error" if personal != "none" else "note"
        remarks = [Remark(level, Finding("unclear", other=reason.code))]
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(dict.fromkeys(remarks), key=lambda remark: order[remark.level]))


def _check_use(policy: Compiled, now: datetime | None) -> Iterator[Remark]:
    if is_satisfiable(policy) is False:
        yield Remark("error", Finding("never-granted"))
    elif now is not None and is_satisfiable(policy, now) is False:
        yield Remark("error", Finding("expired"))
    elif (operands := _find_unbegun(policy)) is not None:
        yield Remark("error", Finding("never-begun", operands=operands))


def _find_unbegun(policy: Compiled) -> tuple[str, ...] | None:
    """Return the operands that allow later uses alone, or None."""
    budget, first_uses = StepBudget(), _build_first_uses(policy.registry)
    found = read_shape(policy, budget)
    cells = [cell for grant in found.grants for cell in drop_blocked(grant.cells, found, budget)]
    if not cells or any(all(intersect_cells(cell, use) is not None for use in first_uses) for cell in cells):
        return None
    apart = (key for cell in cells for use in first_uses for key in find_apart(cell, use))
    return tuple(dict.fromkeys(map(to_operand, apart)))


def _build_first_uses(registry: Registry) -> tuple[Cell, Cell]:
    """Return the first use before a byte has left and after one: both have to be allowed, or nothing is delivered.

    Every other counter is 1 then, the transfer itself is counted among those that run, and some time has passed.
    """
    unit = registry.operands[_VOLUME].unit
    first: Cell = {
        ODRL + "count": Intervals(cuts=((1, 0), (2, 0))),
        DK + "concurrentTransfers": Intervals(cuts=((1, 0),)),
        _ELAPSED: Intervals(cuts=((1, 0),)),
    }
    key = f"{_VOLUME}|{unit}"
    before, after = Intervals(cuts=((0, 0), (1, 0)), scale=unit), Intervals(cuts=((1, 0),), scale=unit)
    return first | {key: before}, first | {key: after}


def _check_duties(policy: Compiled, now: datetime | None) -> Iterator[Remark]:
    """Duties of permissions that nobody can fulfil before a use, or whose deadline is over at `now`."""
    for rule in policy.permissions:
        for duty in rule.duties:
            if duty.transform:
                continue
            action = duty.duty.action[0].iri
            if is_never_met(duty):
                yield Remark("error", Finding("duty-after-use", rule.uid, action))
            elif now is not None and duty.deadline is not None and duty.deadline <= now:
                level: Level = "warning" if duty.consequences else "error"
                yield Remark(level, Finding("duty-too-late", rule.uid, action))
    for duty in policy.obligations:
        if now is not None and duty.deadline is not None and duty.deadline <= now:
            yield Remark("warning", Finding("obligation-too-late", other=duty.duty.action[0].iri))


def _check_remedies(policy: Compiled) -> Iterator[Remark]:
    """Remedies: what happens after the delivery is seen by no connector, so that none becomes due by itself."""
    for rule in policy.prohibitions:
        for duty in rule.duties:
            yield Remark("warning", Finding("remedy-not-seen", rule.uid, duty.duty.action[0].iri))


def _find_exact(policy: Compiled) -> Iterator[Remark]:
    """Exclusions of one exact term that has parts, such as a country without its states."""
    for rule in (*policy.permissions, *policy.prohibitions):
        place: Place = "permission" if rule.kind == "permission" else "prohibition"
        for leaf in (leaf for entry in (*list_conditions(rule), *rule.rows) for leaf in walk_leaves(entry)):
            operand = policy.registry.operands[leaf.left]
            if not operand.taxonomy or leaf.operator in TREE or not has_to_tell_apart(leaf, place):
                continue
            below = policy.registry.taxonomies[operand.taxonomy].below
            named = {value.iri for value in leaf.right if isinstance(value, Iri)}
            if any(not below.get(iri, frozenset()) <= named for iri in named):
                yield Remark("warning", Finding("exact-exclusion", rule.uid, operands=(operand.iri,)))


def _find_dead(found: Shape) -> Iterator[Remark]:
    budget = StepBudget()
    for grant in found.grants:
        if not grant.cells:
            yield Remark("warning", Finding("dead-rule", grant.rule.uid, operands=_list_operands(grant.rule)))
        elif not drop_blocked(grant.cells, found, budget):
            yield Remark("warning", Finding("dead-rule", grant.rule.uid, operands=("prohibition",)))
    for rule, spared in zip(found.blocking, found.spared, strict=True):
        if next(list_leftovers({}, spared, found.tops, budget), None) is None:
            yield Remark("warning", Finding("dead-rule", rule.uid, operands=_list_operands(rule)))


def _list_operands(rule: CompiledRule) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf.left for entry in list_conditions(rule) for leaf in walk_leaves(entry)))


def _find_shadowed(found: Shape) -> Iterator[Remark]:
    """Permissions that add nothing to another one: it covers them and asks for no further duty."""
    budget = StepBudget()
    gone: set[int] = set()
    for index, grant in enumerate(found.grants):
        for place, other in enumerate(found.grants):
            if place == index or place in gone or not grant.cells or grant.rule.uid == other.rule.uid:
                continue
            if _covers(other, grant, found, budget):
                gone.add(index)
                yield Remark("warning", Finding("shadowed", grant.rule.uid, other.rule.uid))
                break


def _covers(other: Grant, grant: Grant, found: Shape, budget: StepBudget) -> bool:
    if any(check.counters for check in (other.rule, grant.rule)):
        # Rules with counters of their own are never the same.
        return False
    if any(is_fulfilled(duty, grant.rule.duties) is not True for duty in other.rule.duties):
        return False
    return all(next(list_leftovers(cell, other.cells, found.tops, budget), None) is None for cell in grant.cells)


def _find_conflicts(found: Shape) -> Iterator[Remark]:
    """Permissions and prohibitions that both apply somewhere; what that means depends on the strategy."""
    level: Level = "error" if found.compiled.conflict == "invalid" else "note"
    budget = StepBudget()
    for rule, spared in zip(found.blocking, found.spared, strict=True):
        for grant in found.grants:
            cells = [piece for cell in grant.cells for piece in list_leftovers(cell, spared, found.tops, budget)]
            if cells and is_inhabited(cells, _alone(found.compiled, grant.rule), budget):
                yield Remark(level, Finding("conflict", grant.rule.uid, rule.uid))


def _alone(policy: Compiled, rule: CompiledRule) -> Compiled:
    """A policy with one permission and nothing else."""
    return msgspec.structs.replace(policy, permissions=(rule,), prohibitions=())


def _check_personal(found: Shape, *, special: bool, public_body: bool) -> Iterator[Remark]:
    """Personal data is only offered for a purpose, on a legal basis, to somebody, for a time, and is then deleted."""
    obliged = {duty.duty.action[0].iri for duty in found.compiled.obligations}
    for grant in found.grants:
        rule, cells = grant.rule, grant.cells
        if not _restricts(cells, frozenset({_PURPOSE})):
            yield Remark("error", Finding("purpose-missing", rule.uid))
        if rule.assignee is None and not _restricts(cells, _RECIPIENTS):
            yield Remark("error", Finding("recipient-missing", rule.uid))
        if not all(any(_ends(key, cell) for key in cell) for cell in cells):
            yield Remark("error", Finding("retention-missing", rule.uid))
        if _DELETE not in obliged | {duty.duty.action[0].iri for duty in rule.duties}:
            yield Remark("error", Finding("delete-missing", rule.uid))
        if _is_unusual(rule, found.compiled.registry):
            yield Remark("warning", Finding("unusual-purpose", rule.uid))
        yield from _check_basis(rule, cells, special=special, public_body=public_body)


def _is_unusual(rule: CompiledRule, registry: Registry) -> bool:
    """Return whether a rule grants a purpose for which personal data is usually not given; the vocabulary marks it."""
    taxonomy = registry.taxonomies[registry.operands[_PURPOSE].taxonomy]
    named = {value.iri for leaf in _list_asked(rule, _PURPOSE) for value in leaf.right if isinstance(value, Iri)}
    above = frozenset[str]().union(*(taxonomy.above.get(iri, ()) for iri in named))
    return any(taxonomy.terms[iri].use == "forbid" for iri in above)


def _list_asked(rule: CompiledRule, operand: str) -> Iterator[AtomicConstraint]:
    """The constraints on an operand that say what it has to be."""
    for entry in list_conditions(rule):
        for leaf in walk_leaves(entry):
            if leaf.left == operand and leaf.operator not in {"neq", "isNoneOf"}:
                yield leaf


def _restricts(cells: Sequence[Cell], operands: frozenset[str]) -> bool:
    """Return whether every way to be permitted says what an operand has to be, not only what it must not be."""
    return all(
        any(to_operand(key) in operands and not key.startswith("?") and _is_positive(cell, key) for key in cell)
        for cell in cells
    )


def _is_positive(cell: Cell, key: str) -> bool:
    match cell[key]:
        case NameSet(outside=outside, missing=missing):
            return not outside and not missing
        case SetConditions(meets=meets, missing=missing):
            return bool(meets) and not missing
        case _:
            return False


def _ends(key: str, cell: Cell) -> bool:
    """Return whether an operand of time ends some day."""
    region = cell[key]
    return key in _ENDS and isinstance(region, Intervals) and (len(region.cuts) + region.first) % 2 == 0


def _check_basis(rule: CompiledRule, cells: Sequence[Cell], *, special: bool, public_body: bool) -> Iterator[Remark]:
    if not _restricts(cells, frozenset({_LEGAL_BASIS})):
        yield Remark("error", Finding("legal-basis-missing", rule.uid))
        return
    if special and not all(_is_special(cell) for cell in cells):
        yield Remark("error", Finding("special-basis-missing", rule.uid))
    named = set(_list_bases(rule))
    if public_body and GDPR + "A6-1-f" in named:
        yield Remark("error", Finding("legitimate-interest", rule.uid))
    if public_body and any(iri.startswith(GDPR + "A6-1-a") for iri in named):
        yield Remark("warning", Finding("consent-is-weak", rule.uid))


def _is_special(cell: Cell) -> bool:
    """Return whether one of the bases has to be one of Art. 9(2)."""
    region = cell.get(_LEGAL_BASIS)
    return isinstance(region, SetConditions) and any(
        not wanted.outside and all(iri.startswith(GDPR + "A9-2-") for iri in wanted.members) for wanted in region.meets
    )


def _list_bases(rule: CompiledRule) -> Iterator[str]:
    for leaf in _list_asked(rule, _LEGAL_BASIS):
        yield from (value.iri for value in leaf.right if isinstance(value, Iri))
