"""The promises of every transform. The suite runs over the rows of `policies/operands.toml`, and so over a new one too.

A transform is tried with a step that its row describes, on records with a street, a plate and a count; the same row
decides what an offer may demand.
"""

import csv
import io
import pkgutil
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connector.dataplane.transforms
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.judging.treating import treatments
from connector.controlplane.judging.treating.known_data import KnownData
from connector.dataplane.kinds import load_transforms
from connector.policy.model.decision import RequiredTransform
from connector.policy.model.policy import DK
from connector.policy.vocabulary.registry import ActionEntry
from connector.ports.flow import PERSON, Record, SourceError, Untreatable
from connector.ports.treatment import Records, TransformStep, Treatment
from tests.dataplane.records import CSV, JSON, LINES, deliver, treat

REGISTRY = operands()
TRANSFORMS = load_transforms(REGISTRY)
FIELDS = ("street", "plate", "count")
FITTING = KnownData(Records(format="csv", fields=FIELDS, groups=("street",), measures=("count",)))
FIELD, PRECISION, SMALLEST, CONVERSION = (DK + name for name in ("field", "precision", "smallestGroup", "conversion"))


def step_of(action: ActionEntry) -> TransformStep:
    """Return a step of a transform with all parameters that its row names."""
    parameters = {*action.requires, *action.accepts}
    return TransformStep(
        name=action.transform,
        fields=("street",) if action.grouped else ("plate",),
        precision="10" if PRECISION in parameters else "",
        conversion="number" if CONVERSION in parameters else "",
        smallest_group=2 if SMALLEST in parameters else 1,
        measures=("count",) if action.result == "groups" else (),
    )


def offer_of(action: ActionEntry) -> bytes:
    """Return an offer that demands the transform, with the same parameters as `step_of`."""
    step = step_of(action)
    values = {
        FIELD: ("isAnyOf", list(step.fields)),
        PRECISION: ("eq", step.precision),
        CONVERSION: ("eq", step.conversion),
        SMALLEST: ("gteq", "2"),
    }
    constraints = [
        {"leftOperand": name, "operator": values[name][0], "rightOperand": values[name][1]}
        for name in (*action.requires, *action.accepts)
    ]
    duty = {"action": action.iri, **({"constraint": constraints} if constraints else {})}
    use = {"action": "use"}
    return msgspec.json.encode({"@type": "Offer", "@id": "urn:offer", "permission": [use], "obligation": [duty]})


STEPS = {name: step_of(action) for name, action in REGISTRY.by_transform.items()}
RAW = "BI-XY 4711"
ODD: list[Any] = [
    "",
    " ",
    RAW,
    "1e999999999",
    "NaN",
    "-0",
    "\ud83d",
    "x" * 1000,
    None,
    True,
    7,
    Decimal("1.10"),
    [1],
    {},
]


def record(street: Any = "A", plate: Any = RAW, count: Any = "3") -> Record:
    return dict(zip(FIELDS, (street, plate, count), strict=True))


# A record of which every transform can read each value: data without one such value is refused.
READABLE = record("A", "20", "3")


def run(kind: str, records: list[Record]) -> list[Record]:
    transform = TRANSFORMS[kind](STEPS[kind], b"k" * 32)
    transform.begin(FIELDS)
    left = [transform.take(dict(entry)) for entry in records]
    return [entry for entry in left if entry is not None] + list(transform.finish())


def test_every_file_of_a_transform_has_a_row() -> None:
    assert {module.name for module in pkgutil.iter_modules(connector.dataplane.transforms.__path__)} == set(TRANSFORMS)


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_an_offer_can_demand_it_and_a_decision_makes_a_step_of_it(kind: str) -> None:
    action, library = REGISTRY.by_transform[kind], Library(REGISTRY, executors={})
    document = offer_of(action)
    assert acceptance.find_unenforceable(library, document, FITTING) is None
    unfit = acceptance.find_unenforceable(library, document, KnownData(Records(format="csv", fields=("other",))))
    assert unfit is not None
    assert unfit.code == "field-missing"
    compiled = library.compile(document)
    assert not isinstance(compiled, Exception)
    duties = [RequiredTransform(duty.transform, duty.duty.uid, duty.parameters) for duty in compiled.obligations]
    treatment = treatments.make_treatment(REGISTRY, FITTING, "urn:dataset", duties, None, ())
    assert isinstance(treatment, Treatment)
    assert treatment.steps == (STEPS[kind],)


@pytest.mark.parametrize("kind", [name for name, action in REGISTRY.by_transform.items() if action.requires])
def test_an_offer_without_a_required_parameter_is_refused(kind: str) -> None:
    action = REGISTRY.by_transform[kind]
    duty = {"action": action.iri}
    document = {"@type": "Offer", "@id": "urn:offer", "permission": [{"action": "use"}], "obligation": [duty]}
    unfit = acceptance.find_unenforceable(Library(REGISTRY, executors={}), msgspec.json.encode(document), FITTING)
    assert unfit is not None
    assert unfit.code == "manner-unclear"


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_every_kind_is_in_the_suite_and_refuses_data_without_its_fields(kind: str) -> None:
    transform = TRANSFORMS[kind](STEPS[kind], b"k" * 32)
    with pytest.raises(Untreatable, match="has no field"):
        transform.begin(("other",))


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_what_leaves_has_the_fields_it_announced(kind: str) -> None:
    transform = TRANSFORMS[kind](STEPS[kind], b"k" * 32)
    announced = transform.begin(FIELDS)
    for entry in run(kind, [record(), READABLE, record("B")]):
        assert tuple(entry) == announced


@pytest.mark.parametrize("kind", TRANSFORMS)
@pytest.mark.parametrize("value", ODD)
def test_odd_values_are_treated_like_others(kind: str, value: Any) -> None:
    left = run(kind, [record(value, value, value), record(value, value, value), READABLE])
    assert all(PERSON not in entry for entry in left)
    action = REGISTRY.by_transform[kind]
    if action.result == "fields" and not action.grouped:
        assert all(RAW not in str(entry["plate"]) for entry in left)


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_it_holds_no_more_than_it_may(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.dataplane.transforms.suppress.MOST_RECORDS", 20)
    monkeypatch.setattr("connector.dataplane.transforms.aggregate.MOST_GROUPS", 20)
    monkeypatch.setattr("connector.dataplane.transforms.cohorts.MOST_PEOPLE", 20)
    records = [record(str(at), str(at)) for at in range(30)]
    if TRANSFORMS[kind](STEPS[kind], b"").most_bytes is None:
        assert len(run(kind, records)) == 30
    else:
        with pytest.raises(Untreatable, match="more than 20"):
            run(kind, records)


VALUES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\x00"), max_size=8)
TABLES = st.lists(st.tuples(VALUES, VALUES.map("raw-{}-value".format), VALUES), max_size=12)


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows([FIELDS, *rows])
    return lines.getvalue().encode()


def as_json(rows: list[tuple[str, ...]]) -> bytes:
    return msgspec.json.encode([dict(zip(FIELDS, row, strict=True)) for row in rows])


def as_lines(rows: list[tuple[str, ...]]) -> bytes:
    return b"".join(msgspec.json.encode(dict(zip(FIELDS, row, strict=True))) + b"\n" for row in rows)


@pytest.mark.parametrize("kind", TRANSFORMS)
@pytest.mark.parametrize(
    ("records", "write"), [(CSV, as_csv), (JSON, as_json), (LINES, as_lines)], ids=["csv", "json", "ndjson"]
)
@given(rows=TABLES, cut=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_the_result_does_not_depend_on_how_the_data_is_cut(
    kind: str, records: Any, write: Any, rows: list[tuple[str, str, str]], cut: int
) -> None:
    data, treatment = write([*rows, tuple(READABLE.values())]), treat(records, STEPS[kind])
    assert deliver(data, treatment, cut=cut) == deliver(data, treatment)


HIDING = [name for name, action in REGISTRY.by_transform.items() if action.result != "fields" or not action.grouped]


@pytest.mark.parametrize("kind", HIDING)
@pytest.mark.parametrize(
    ("records", "write"), [(CSV, as_csv), (JSON, as_json), (LINES, as_lines)], ids=["csv", "json", "ndjson"]
)
@given(rows=TABLES, cut=st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_the_raw_value_is_never_in_what_leaves(
    kind: str, records: Any, write: Any, rows: list[tuple[str, str, str]], cut: int
) -> None:
    left = deliver(write([*rows, tuple(READABLE.values())]), treat(records, STEPS[kind]), cut=cut)
    assert b"raw-" not in left
    assert b"-value" not in left


@given(
    rows=st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"), st.sampled_from("12"))),
    least=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_every_group_that_leaves_is_large_enough_and_no_larger_one_is_missing(
    rows: list[tuple[str, str, str]], least: int
) -> None:
    step = TransformStep(name="suppress", fields=("street", "plate"), smallest_group=least)
    left = list(csv.reader(io.StringIO(deliver(as_csv(rows), treat(CSV, step)).decode())))[1:]
    sizes = {key: [row[:2] for row in rows].count(key) for key in {row[:2] for row in rows}}
    assert [tuple(row) for row in left] == [row for row in rows if sizes[row[:2]] >= least]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SourceError, match="Unknown transform"):
        deliver(b"a\n1\n", treat(CSV, TransformStep(name="encrypt", fields=("a",))))
