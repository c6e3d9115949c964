"""The treatment of records before they leave, from the decision and the statements of the owner about the data.

The transforms of a decision become steps with plain parameters; the row filter is stored as it is. Both are part of the
lease (`ports.treatment.Treatment`). A treatment that the data does not allow is refused before an asset is published,
and again before a lease is granted.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from connector.controlplane.judging.treating import at_planes
from connector.controlplane.judging.treating.known_data import CONSENT, GROUP_SIZE, PURPOSE, KnownData, is_from_data
from connector.controlplane.judging.treating.transform_steps import find_problem, make_step, to_required
from connector.policy.analysis.findings import Finding
from connector.policy.compiling.compiled import Compiled, walk_duties
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.decision import RequiredTransform, RowFilter
from connector.policy.model.policy import AtomicConstraint, Constraint
from connector.policy.model.values import Iri, Value
from connector.policy.vocabulary.registry import ActionEntry, Registry
from connector.ports.treatment import Consenting, Records, TransformStep, Treatment


def smallest_group(compiled: Compiled) -> int:
    """Return the size of the smallest group in the delivered data that a policy itself guarantees; 0 for none."""
    actions, any_data = compiled.registry.by_transform, Records(format="csv", groups=("any",))
    sizes = [
        step.smallest_group
        for duty in compiled.obligations
        if duty.transform and actions[duty.transform].grouped and not duty.checks
        if isinstance(step := make_step(actions, to_required(duty), any_data), TransformStep)
    ]
    return max(sizes, default=0)


def gaps(compiled: Compiled, known: KnownData) -> Iterator[Finding]:
    """Yield the parts of a policy that the data does not allow: missing statements of the owner, wrong transforms."""
    operands, guaranteed = compiled.registry.operands, smallest_group(compiled) > 0
    for atom in _atoms(compiled):
        iri = operands[atom.left].iri
        if is_from_data(operands[iri]) and not known.states(iri) and not (iri == GROUP_SIZE and guaranteed):
            unread = operands[iri].per_record and known.records is None
            yield Finding("records-missing" if unread else "not-stated", operands=(iri,))
    yield from at_planes.find_unenforced(compiled, known, _atoms(compiled))
    duties = [duty for duty in walk_duties(compiled) if duty.role != "remedy"]
    order = list(compiled.registry.transforms.values())
    found = sorted((duty for duty in duties if duty.transform), key=lambda duty: order.index(duty.transform))
    problem = find_problem(compiled.registry.by_transform, [to_required(duty) for duty in found], known)
    if problem is not None:
        transform, code, detail = problem
        action = next(duty.duty.action[0].iri for duty in found if duty.transform == transform)
        yield Finding(code, other=action, detail=detail)


def may_treat(compiled: Compiled) -> bool:
    """Return whether records may be left out or transformed under a policy, so that other bytes leave."""
    operands = compiled.registry.operands
    return any(duty.transform for duty in walk_duties(compiled)) or any(
        operands[atom.left].per_record for atom in _atoms(compiled)
    )


def asks_for_consent(compiled: Compiled) -> bool:
    """Return whether a policy asks for the consent of the person of each record."""
    operands = compiled.registry.operands
    return any(operands[atom.left].iri == CONSENT for atom in _atoms(compiled))


def _atoms(compiled: Compiled) -> Iterator[AtomicConstraint]:
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for check in (*rule.refinements, *rule.constraints, *(one for duty in rule.duties for one in duty.checks)):
            yield from walk_leaves(check.constraint)
        for row in rule.rows:
            yield from walk_leaves(row)
    for duty in compiled.obligations:
        for check in duty.checks:
            yield from walk_leaves(check.constraint)


def make_treatment(
    operands: Registry,
    known: KnownData,
    dataset: str,
    transforms: Sequence[RequiredTransform],
    rows: RowFilter | None,
    purpose: tuple[Value, ...],
) -> Treatment | Finding | None:
    """Return the treatment that a decision requires, the reason why the data does not allow it, or None for none.

    `purpose` is the purpose of the use, for the consent of persons; without exactly one purpose, no consent applies.
    Rows that are offered in several forms have a treatment also if nothing is changed: it names the forms.
    """
    if not transforms and rows is None:
        if not (known.records and known.forms):
            return None
        return Treatment(records=msgspec.structs.replace(known.records, hierarchies={}), forms=known.forms)
    actions = operands.by_transform
    problem = find_problem(actions, transforms, known)
    if problem is not None:
        transform, code, detail = problem
        action = next(iri for iri, name in operands.transforms.items() if name == transform)
        return Finding(code, other=action, detail=detail)
    if known.records is None:
        return Finding("records-missing")
    asked = {leaf.left for constraint in _constraints(rows) for leaf in walk_leaves(constraint)}
    unstated = sorted(iri for iri in asked if not known.states(iri))
    if unstated:
        return Finding("not-stated", operands=tuple(unstated))
    steps = [
        found for entry in transforms if isinstance(found := make_step(actions, entry, known.records), TransformStep)
    ]
    looked_up = CONSENT in asked and known.records.subject
    return Treatment(
        # A step has what it needs of a table of levels.
        records=msgspec.structs.replace(known.records, hierarchies={}),
        steps=_merge_steps(actions, steps),
        rows=rows,
        consent=_make_consenting(operands, dataset, purpose) if looked_up else None,
        forms=known.forms,
    )


def _make_consenting(operands: Registry, dataset: str, purpose: tuple[Value, ...]) -> Consenting | None:
    if len(purpose) != 1 or not isinstance(purpose[0], Iri):
        return None
    iri, tree = purpose[0].iri, operands.taxonomies[operands.operands[PURPOSE].taxonomy]
    covering = {iri, *tree.above.get(iri, ())}
    touching = covering | tree.below.get(iri, frozenset())
    return Consenting(dataset=dataset, covering=tuple(sorted(covering)), touching=tuple(sorted(touching)))


def _constraints(rows: RowFilter | None) -> tuple[Constraint, ...]:
    return () if rows is None else (*rows.keep, *(entry for group in rows.drop for entry in group))


def _merge_steps(actions: Mapping[str, ActionEntry], steps: Sequence[TransformStep]) -> tuple[TransformStep, ...]:
    """Suppress small groups in the step that makes one record of each group: after it, every group is one record."""
    grouped = [step for step in steps if actions[step.name].grouped]
    if all(actions[step.name].result != "groups" for step in grouped):
        return tuple(steps)
    least = max(step.smallest_group for step in grouped)
    return tuple(
        msgspec.structs.replace(step, smallest_group=least) if step in grouped else step
        for step in steps
        if step not in grouped or actions[step.name].result == "groups"
    )
