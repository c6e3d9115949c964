"""What is done to the records of an asset on the way: from the decision and what its owner says of the data.

The transforms of a decision become steps with plain parameters, its row filter is kept as it is; both go into the lease
as one value (`ports.records.Treatment`). What an asset's data does not allow is found out here, before anything is
published, and once more before a lease is given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR

import msgspec

from connector.policy.analysis.space.findings import Finding
from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled, CompiledDuty
from connector.policy.model.decision import RequiredTransform, RowFilter
from connector.policy.model.model import DK, ODRL, AtomicConstraint, Constraint, Iri, Number, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.ports.entities import Asset
from connector.ports.treatment import PRECISION, Consenting, RecordFormat, Records, TransformStep, Treatment

TRANSFORMS = frozenset({"drop", "generalise", "pseudonymise", "aggregate", "suppress"})
CONSENT, LEVEL, GROUP_SIZE, PURPOSE = DK + "consentStatus", DK + "aggregationLevel", DK + "groupSize", ODRL + "purpose"
_FIELD, _SMALLEST, _PRECISION = DK + "field", DK + "smallestGroup", DK + "precision"
# What each transform must be told, and what it may be told.
MANNERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "drop": (frozenset({_FIELD}), frozenset({_FIELD})),
    "generalise": (frozenset({_FIELD, _PRECISION}), frozenset({_FIELD, _PRECISION})),
    "pseudonymise": (frozenset({_FIELD}), frozenset({_FIELD})),
    "aggregate": (frozenset(), frozenset({_FIELD, _SMALLEST})),
    "suppress": (frozenset({_SMALLEST}), frozenset({_FIELD, _SMALLEST})),
}
_GROUPING = frozenset({"aggregate", "suppress"})
LARGEST_GROUP = 1_000_000_000
_FORMATS: Mapping[str, RecordFormat] = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
}


class KnownData(msgspec.Struct, frozen=True):
    """What is known of the data that a policy is about: its records, or that any that fit may be meant."""

    records: Records | None = None
    any: bool = False

    @property
    def transforms(self) -> frozenset[str]:
        """The transforms that can be applied to it."""
        return TRANSFORMS if self.any or self.records else frozenset()

    @property
    def rows(self) -> bool:
        """Whether single records can be left out."""
        return self.any or self.records is not None

    def states(self, iri: str) -> bool:
        """Tell whether the value of an operand is known from the data."""
        if self.any or self.records is None:
            return self.any
        known = {*self.records.facts, *([CONSENT] if self.records.subject else [])}
        known |= {LEVEL} if self.records.level else set()
        return iri in known or (iri == GROUP_SIZE and self.records.smallest_group > 0)


ANY, NONE = KnownData(any=True), KnownData()


def to_data(asset: Asset | None) -> KnownData:
    """Return what is known of an asset's data; without a description its media type tells the format."""
    if asset is None or "glob" in asset.source:
        return NONE
    return data(asset.records, asset.media_type)


def data(records: Records | None, media_type: str) -> KnownData:
    """Return what is known of data that is described so, or by its type alone."""
    found = parse_format(media_type)
    return KnownData(records or (Records(format=found) if found else None))


def parse_format(media_type: str) -> RecordFormat | None:
    """Return the format of a media type; None for one that is none of records or says nothing."""
    return _FORMATS.get(media_type.partition(";")[0].strip().lower())


def is_from_data(operand: Operand) -> bool:
    """Tell whether the value of an operand is a matter of the data that a policy is about."""
    return operand.per_record or operand.iri in {LEVEL, GROUP_SIZE}


def smallest_group(compiled: Compiled) -> int:
    """Return the size that a policy itself guarantees for the smallest group in what leaves; 0 for none."""
    sizes = [
        found.smallest_group
        for duty in compiled.obligations
        if duty.transform in _GROUPING and not duty.checks
        if isinstance(found := _step(_transform(duty), Records(format="csv", groups=("any",))), TransformStep)
    ]
    return max(sizes, default=0)


def gaps(compiled: Compiled, known: KnownData) -> Iterator[Finding]:
    """Yield what of a policy the data does not allow: what its owner does not state, transforms that do not fit."""
    operands, guaranteed = compiled.registry.operands, smallest_group(compiled) > 0
    for atom in _atoms(compiled):
        iri = operands[atom.left].iri
        if is_from_data(operands[iri]) and not known.states(iri) and not (iri == GROUP_SIZE and guaranteed):
            unread = operands[iri].per_record and known.records is None
            yield Finding("records-missing" if unread else "not-stated", operands=(iri,))
    duties = [*compiled.obligations, *(duty for rule in compiled.permissions for duty in rule.duties)]
    order = list(compiled.registry.transforms.values())
    found = sorted((duty for duty in duties if duty.transform), key=lambda duty: order.index(duty.transform))
    problem = _problem([_transform(duty) for duty in found], known)
    if problem is not None:
        transform, code, detail = problem
        action = next(duty.duty.action[0].iri for duty in found if duty.transform == transform)
        yield Finding(code, other=action, detail=detail)


def _atoms(compiled: Compiled) -> Iterator[AtomicConstraint]:
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for check in (*rule.refinements, *rule.constraints, *(one for duty in rule.duties for one in duty.checks)):
            yield from leaves(check.constraint)
        for row in rule.rows:
            yield from leaves(row)
    for duty in compiled.obligations:
        for check in duty.checks:
            yield from leaves(check.constraint)


def make_treatment(
    operands: Registry,
    known: KnownData,
    dataset: str,
    transforms: Sequence[RequiredTransform],
    rows: RowFilter | None,
    purpose: tuple[Value, ...],
) -> Treatment | Finding | None:
    """Return the treatment that a decision demands, why the data does not allow it, or None where it demands nothing.

    `purpose` is what the data is used for, for the consent of people; without exactly one nobody has agreed.
    """
    if not transforms and rows is None:
        return None
    problem = _problem(transforms, known)
    if problem is not None:
        transform, code, detail = problem
        action = next((iri for iri, name in operands.transforms.items() if name == transform), "")
        return Finding(code, other=action, detail=detail)
    if known.records is None:
        return Finding("records-missing")
    asked = {leaf.left for constraint in _constraints(rows) for leaf in leaves(constraint)}
    unstated = sorted(iri for iri in asked if not known.states(iri))
    if unstated:
        return Finding("not-stated", operands=tuple(unstated))
    steps = [found for entry in transforms if isinstance(found := _step(entry, known.records), TransformStep)]
    looked_up = CONSENT in asked and known.records.subject
    return Treatment(
        records=known.records,
        steps=_merge_steps(steps),
        rows=rows,
        consent=_make_consenting(operands, dataset, purpose) if looked_up else None,
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


def _merge_steps(steps: Sequence[TransformStep]) -> tuple[TransformStep, ...]:
    """Take small groups out while adding up: behind it, each group is one record."""
    summed = any(step.name == "aggregate" for step in steps)
    least = max((step.smallest_group for step in steps if step.name == "suppress"), default=1)
    if not summed:
        return tuple(steps)
    return tuple(
        msgspec.structs.replace(step, smallest_group=max(least, step.smallest_group))
        if step.name == "aggregate"
        else step
        for step in steps
        if step.name != "suppress"
    )


def _transform(duty: CompiledDuty) -> RequiredTransform:
    return RequiredTransform(duty.transform, duty.duty.uid, duty.parameters)


def _problem(transforms: Iterable[RequiredTransform], known: KnownData) -> tuple[str, str, str] | None:
    """Return the first transform that cannot be applied, a code that says why, and what in particular."""
    records = known.records
    fields = set(records.fields) if records and records.fields else None
    summed = False
    for transform in transforms:
        if transform.name not in TRANSFORMS:
            return transform.name, "not-applied", ""
        if records is None and not known.any:
            return transform.name, "records-missing", ""
        step = _step(transform, records)
        if isinstance(step, str):
            return transform.name, "manner-unclear" if step else "groups-missing", step
        if step.name == "aggregate" and summed:
            return step.name, "manner-unclear", "aggregate"
        if fields is not None and (missing := {*step.fields, *step.measures} - fields):
            return step.name, "field-missing", min(missing)
        if step.name == "aggregate":
            fields, summed = set(step.fields) or None, True
        elif step.name == "drop" and fields is not None:
            fields -= set(step.fields)
    return None


def _step(transform: RequiredTransform, records: Records | None) -> TransformStep | str:
    """Return a transform with plain parameters, or the name of what is unclear; empty where groups are missing."""
    must, may = MANNERS[transform.name]
    fields: list[str] = []
    precision, least, told = "", 1, set[str]()
    for constraint in transform.parameters:
        if not isinstance(constraint, AtomicConstraint) or constraint.left not in may:
            return _named(constraint)
        told.add(constraint.left)
        if constraint.left == _FIELD and constraint.operator in {"eq", "isAnyOf", "isAllOf"}:
            fields += [value.iri for value in constraint.right if isinstance(value, Iri)]
        elif constraint.left == _SMALLEST and (size := _at_least(constraint)):
            least = max(least, size)
        elif constraint.left == _PRECISION and not precision and (found := _exactly(constraint)):
            precision = found
        else:
            return _named(constraint)
    if must - told:
        return _short(min(must - told))
    grouping = transform.name in _GROUPING
    if grouping and not fields:
        fields = list(records.groups) if records else ["any"]
    if not fields:
        return "" if grouping else _short(_FIELD)
    return TransformStep(
        name=transform.name,
        fields=tuple(dict.fromkeys(fields)) if records or not grouping else (),
        precision=precision,
        smallest_group=least,
        measures=records.measures if records and transform.name == "aggregate" else (),
    )


def _at_least(constraint: AtomicConstraint) -> int | None:
    """Return the smallest whole number that a lower bound allows; None for any other comparison."""
    value = constraint.right[0]
    if not isinstance(value, Number) or not 0 < value.amount <= LARGEST_GROUP:
        return None
    if constraint.operator in {"eq", "gteq"}:
        return int(value.amount.to_integral_value(ROUND_CEILING))
    return int(value.amount.to_integral_value(ROUND_FLOOR)) + 1 if constraint.operator == "gt" else None


def _exactly(constraint: AtomicConstraint) -> str | None:
    value = constraint.right[0]
    if constraint.operator != "eq" or not isinstance(value, Iri) or not PRECISION.fullmatch(value.iri):
        return None
    return value.iri


def _named(constraint: Constraint) -> str:
    return _short(constraint.left) if isinstance(constraint, AtomicConstraint) else constraint.operand


def _short(iri: str) -> str:
    return iri.rpartition("#")[2]
