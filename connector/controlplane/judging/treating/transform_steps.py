"""Transforms with plain parameters: each transform of a decision becomes one step of a treatment.

The row of a transform in `policies/operands.toml` has the parameters that it requires and accepts, whether it works on
groups, and the fields of its result.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR

from connector.controlplane.judging.treating.known_data import KnownData
from connector.policy.compiling.compiled import Compiled, CompiledDuty, walk_duties
from connector.policy.model.decision import RequiredTransform
from connector.policy.model.policy import DK, AtomicConstraint, Constraint
from connector.policy.model.values import Iri, Number
from connector.policy.vocabulary.registry import ActionEntry
from connector.policy.vocabulary.units import NOTATIONS, find_conversion
from connector.ports.hierarchy import LEVEL, name_places
from connector.ports.treatment import DATED, NUMERIC, PRECISION, Records, TransformStep

_FIELD, _SMALLEST = DK + "field", DK + "smallestGroup"
_PRECISION, _CONVERSION = DK + "precision", DK + "conversion"
_SPATIAL, _GEOMETRY = frozenset({"geojson", "geopackage", "shapefile"}), "geometry"
LARGEST_GROUP = 1_000_000_000


def to_required(duty: CompiledDuty) -> RequiredTransform:
    """Return the transform that a duty requires."""
    return RequiredTransform(duty.transform, duty.duty.uid, duty.parameters)


def find_problem(
    actions: Mapping[str, ActionEntry], transforms: Iterable[RequiredTransform], known: KnownData
) -> tuple[str, str, str] | None:
    """Return the first transform that cannot be applied, with the code and the detail of the reason."""
    records = known.records
    fields = set(records.fields) if records and records.fields else None
    summed = False
    for transform in transforms:
        if records is None and not known.any:
            return transform.name, "records-missing", ""
        step = make_step(actions, transform, records)
        if isinstance(step, str):
            return transform.name, "manner-unclear" if step else "groups-missing", step
        if records is not None and (unplaced := _find_unplaced(step)):
            return step.name, "level-missing", unplaced
        result = actions[step.name].result
        if result == "groups" and summed:
            return step.name, "manner-unclear", step.name
        if fields is not None and (missing := {*step.fields, *step.measures} - fields):
            return step.name, "field-missing", min(missing)
        if result == "groups":
            fields, summed = set(step.fields) or None, True
        elif result == "without" and fields is not None:
            fields -= set(step.fields)
    return None


def find_numeric_fields(compiled: Compiled, records: Records) -> tuple[str, ...]:
    """Return the fields that a transform or the row filter of a policy reads as numbers."""
    steps = (step for step in _list_steps(compiled, records) if _reads_numbers(step))
    operands = compiled.registry.operands
    facts = [name for iri, name in records.facts.items() if iri in operands and operands[iri].sort == "number"]
    return tuple(dict.fromkeys((*records.measures, *facts, *(name for step in steps for name in step.fields))))


def find_dated_fields(compiled: Compiled, records: Records) -> tuple[str, ...]:
    """Return the fields that a transform of a policy reads as dates or times."""
    steps = (step for step in _list_steps(compiled, records) if step.precision in DATED or step.conversion == "date")
    return tuple(dict.fromkeys(name for step in steps for name in step.fields))


def find_exact_places(compiled: Compiled, records: Records) -> tuple[str, ...]:
    """Return the fields that still have the exact place of a record, where a transform makes another one coarser."""
    actions, steps = compiled.registry.by_transform, list(_list_steps(compiled, records))
    has_place = (*records.geometry, *([_GEOMETRY] if records.format in _SPATIAL else []))
    coarse = any(step.precision.startswith("decimals-") for step in steps)
    if not coarse or any(actions[step.name].result == "groups" for step in steps):
        return ()
    treated = {name for step in steps for name in step.fields}
    left = dict.fromkeys(name for name in has_place if name not in treated)
    return tuple(name for name in left if not records.fields or name in records.fields)


def _reads_numbers(step: TransformStep) -> bool:
    return bool(NUMERIC.fullmatch(step.precision)) or step.conversion not in {"", "date"}


def _list_steps(compiled: Compiled, records: Records) -> Iterator[TransformStep]:
    actions = compiled.registry.by_transform
    for duty in walk_duties(compiled):
        step = make_step(actions, to_required(duty), records) if duty.transform and duty.role != "remedy" else ""
        if isinstance(step, TransformStep):
            yield step


def make_step(
    actions: Mapping[str, ActionEntry], transform: RequiredTransform, records: Records | None
) -> TransformStep | str:
    """Return a transform with plain parameters, or the name of an unclear one; an empty name if groups are missing."""
    action = actions[transform.name]
    must, may = set(action.requires), {*action.requires, *action.accepts}
    fields: list[str] = []
    precision, conversion, least, known = "", "", 1, set[str]()
    for constraint in transform.parameters:
        if not isinstance(constraint, AtomicConstraint) or constraint.left not in may:
            return _named(constraint)
        known.add(constraint.left)
        if constraint.left == _FIELD and constraint.operator in {"eq", "isAnyOf", "isAllOf"}:
            fields += [value.iri for value in constraint.right if isinstance(value, Iri)]
        elif constraint.left == _SMALLEST and (size := _at_least(constraint)):
            least = max(least, size)
        elif constraint.left == _PRECISION and not precision and (found := _exactly(constraint)):
            precision = found
        elif constraint.left == _CONVERSION and not conversion and (found := _find_conversion(constraint)):
            conversion = found
        else:
            return _named(constraint)
    if must - known:
        return _short(min(must - known))
    if action.grouped and not fields:
        fields = list(records.groups) if records else ["any"]
    if not fields:
        return "" if action.grouped else _short(_FIELD)
    return TransformStep(
        name=transform.name,
        fields=tuple(dict.fromkeys(fields)) if records or not action.grouped else (),
        precision=precision,
        conversion=conversion,
        smallest_group=least,
        measures=records.measures if records and action.result == "groups" else (),
        decimal=records.decimal if records else "",
        thousands=records.thousands if records else "",
        certain=records.certain if records else (),
        places=_find_places(precision, fields, records),
    )


def _find_places(precision: str, fields: Iterable[str], records: Records | None) -> dict[str, dict[str, str]]:
    """Return what becomes of the values of each field that has a table with the level of a precision."""
    if records is None or not precision.startswith(LEVEL):
        return {}
    found = {}
    for name in fields:
        table = records.hierarchies.get(name)
        places = name_places(table, precision.removeprefix(LEVEL)) if table else None
        if places is not None:
            found[name] = places
    return found


def _find_unplaced(step: TransformStep) -> str:
    """Return a field that is made coarser by a level that no table of it has; empty for none."""
    return next((name for name in step.fields if step.precision.startswith(LEVEL) and name not in step.places), "")


def _at_least(constraint: AtomicConstraint) -> int | None:
    """Return the smallest whole number that a lower bound allows; None for any other comparison."""
    value = constraint.right[0]
    if not isinstance(value, Number) or not 0 < value.amount <= LARGEST_GROUP:
        return None
    if constraint.operator in {"eq", "gteq"}:
        return int(value.amount.to_integral_value(ROUND_CEILING))
    return int(value.amount.to_integral_value(ROUND_FLOOR)) + 1 if constraint.operator == "gt" else None


def _exactly(constraint: AtomicConstraint) -> str | None:
    found = _find_name(constraint)
    return found if PRECISION.fullmatch(found) else None


def _find_conversion(constraint: AtomicConstraint) -> str | None:
    found = _find_name(constraint)
    return found if found in NOTATIONS or find_conversion(found) else None


def _find_name(constraint: AtomicConstraint) -> str:
    """Return the one name that a parameter has to be; empty for any other comparison."""
    value = constraint.right[0]
    return value.iri if constraint.operator == "eq" and isinstance(value, Iri) else ""


def _named(constraint: Constraint) -> str:
    return _short(constraint.left) if isinstance(constraint, AtomicConstraint) else constraint.operand


def _short(iri: str) -> str:
    return iri.rpartition("#")[2]
