"""What each transform makes of values."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.transforms.generalise import make_coarser
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import CSV, JSON, deliver, treat


@pytest.mark.parametrize(
    ("precision", "value", "made"),
    [
        ("10", "47", "40"),
        ("10", "40", "40"),
        ("10", "-3", "-10"),
        ("0.5", "2.74", "2.5"),
        ("100", 1234, Decimal(1200)),
        ("10", Decimal("9.99"), Decimal(0)),
        ("10", "n/a", ""),
        ("10", "4,7", ""),
        ("10", "1e50", "1" + "0" * 50),
        ("10", "NaN", ""),
        ("10", True, None),
        ("10", ["47"], None),
        ("day", "2026-05-04T13:47:00Z", "2026-05-04"),
        ("hour", "2026-05-04 13:47:00+02:00", "2026-05-04T13"),
        ("month", "2026-05-04", "2026-05"),
        ("year", "2026-05-04", "2026"),
        ("day", "04.05.2026", ""),
        ("day", 20260504, None),
        ("decimals-2", "52.02841", "52.02"),
        ("decimals-2", "-8.53999", "-8.53"),
        ("decimals-0", "8.9", "8"),
        ("decimals-2", Decimal("8.5374"), Decimal("8.53")),
        ("prefix-2", "33602", "33"),
        ("prefix-2", 33602, "33"),
        ("prefix-0", "33602", ""),
    ],
)
def test_values_become_coarser_and_odd_ones_are_left_out(precision: str, value: Any, made: Any) -> None:
    assert make_coarser(precision)(value) == made


@pytest.mark.parametrize("precision", ["", "0", "-1", "minute", "decimals-", "decimals-200", "prefix-x", "inf", "1e99"])
def test_a_precision_that_nobody_knows_is_refused(precision: str) -> None:
    with pytest.raises(Untreatable, match="precision"):
        make_coarser(precision)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3))
def test_a_coarser_number_is_the_multiple_below(value: Decimal) -> None:
    made = Decimal(make_coarser("2.5")(str(value)))
    assert made <= value < made + Decimal("2.5")
    assert made % Decimal("2.5") == 0


def test_a_person_has_one_pseudonym_under_an_agreement_and_another_under_the_next() -> None:
    step = treat(CSV, TransformStep(name="pseudonymise", fields=("who",)))
    data = b"who,what\nAnna,1\nBert,2\nAnna,3\n,4\n"
    first, second, third, fourth = deliver(data, step).decode().splitlines()[1:]
    assert first.split(",")[0] == third.split(",")[0] != second.split(",")[0]
    assert fourth == ",4"
    assert deliver(data, step) == deliver(data, step)
    assert deliver(data, step, agreement="another") != deliver(data, step)


def test_a_number_in_json_has_the_pseudonym_of_its_text() -> None:
    step = treat(JSON, TransformStep(name="pseudonymise", fields=("who",)))
    assert deliver(b'[{"who": 7}]', step) == deliver(b'[{"who": "7"}]', step)


def test_groups_are_added_up_and_single_numbers_are_not_given_away() -> None:
    data = b"district,age,trips\nMitte,30,2\nMitte,40,\nMitte,50,4\nBrake,20,9\n"
    step = TransformStep(name="aggregate", fields=("district",), measures=("age", "trips"), smallest_group=3)
    assert deliver(data, treat(CSV, step)).decode() == (
        "district,records,age_sum,age_mean,trips_sum,trips_mean\nMitte,3,120,40,,\n"
    )


def test_sums_in_json_are_numbers() -> None:
    step = TransformStep(name="aggregate", fields=("d",), measures=("n",))
    made = deliver(b'[{"d": 1, "n": 1.10}, {"d": 1, "n": 2}]', treat(JSON, step))
    assert made == b'[\n{"d":1,"records":2,"n_sum":3.10,"n_mean":1.55}\n]\n'


def test_people_are_counted_and_not_their_records() -> None:
    data = b"who,street\nAnna,A\nAnna,A\nAnna,A\nBert,B\nCem,B\n"
    people = Records(format="csv", subject="who")
    small = TransformStep(name="suppress", fields=("street",), smallest_group=2)
    assert deliver(data, treat(people, small)) == b"who,street\nBert,B\nCem,B\n"
    # Also where the name itself does not leave.
    dropped = treat(people, TransformStep(name="drop", fields=("who",)), small)
    assert deliver(data, dropped) == b"street\nB\nB\n"
    summed = TransformStep(name="aggregate", fields=("street",), smallest_group=2)
    assert deliver(data, treat(people, summed)) == b"street,records\nB,2\n"


def test_steps_follow_one_another_in_their_order() -> None:
    data = b"plz,age\n33602,31\n33604,38\n33702,35\n"
    steps = (
        TransformStep(name="generalise", fields=("plz",), precision="prefix-3"),
        TransformStep(name="generalise", fields=("age",), precision="10"),
        TransformStep(name="suppress", fields=("plz", "age"), smallest_group=2),
    )
    assert deliver(data, treat(CSV, *steps)) == b"plz,age\n336,30\n336,30\n"
    with pytest.raises(Untreatable, match="'plz'"):
        deliver(data, treat(CSV, TransformStep(name="drop", fields=("plz",)), steps[2]))
