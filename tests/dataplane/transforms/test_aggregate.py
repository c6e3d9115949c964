import csv
import io
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.ports.treatment import TransformStep
from tests.dataplane.records import CSV, JSON, deliver, treat
from tests.support.data import data_folder


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


def test_parking_spaces_of_a_real_city_are_added_up_and_small_kinds_left_out() -> None:
    data = data_folder("bielefeld", "bielefeld.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=";"))
    step = TransformStep(name="aggregate", fields=("kategorie",), measures=("kapazitaet",), smallest_group=5)
    made = csv.DictReader(io.StringIO(deliver(data, treat(CSV, step)).decode(), newline=""), delimiter=";")
    sizes = {row["kategorie"]: int(row["records"]) for row in made}
    kinds = [row["kategorie"] for row in rows]
    assert sizes == {kind: kinds.count(kind) for kind in kinds if kinds.count(kind) >= 5}
    assert 0 < len(sizes) < len(set(kinds))


NUMBERS = st.from_regex(r"-?[0-9]{1,28}(\.[0-9]{1,28})?", fullmatch=True) | st.from_regex(
    r"-?[0-9]\.[0-9]{0,50}1e-?[1-5][0-9]", fullmatch=True
)
SUM = TransformStep(name="aggregate", fields=("d",), measures=("n",), decimal=".")


def _add_up(numbers: list[str]) -> tuple[str, str]:
    made = deliver("".join(["d;n\n", *(f"A;{number}\n" for number in numbers)]).encode(), treat(CSV, SUM)).decode()
    (row,) = csv.DictReader(io.StringIO(made), delimiter=";")
    return row["n_sum"], row["n_mean"]


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=12))
@example(numbers=["1e29", "1", "-1e29"])
@example(numbers=["9." + "9" * 52 + "e60", "1." + "0" * 52 + "1e-60"])
@example(numbers=["0.0000004"] * 4)
@settings(max_examples=200, deadline=None)
def test_a_sum_is_exact_and_a_mean_is_right_in_six_digits(numbers: list[str]) -> None:
    total, mean = map(Fraction, _add_up(numbers))
    exact = sum(map(Fraction, numbers))
    assert total == exact
    assert abs(mean - exact / len(numbers)) <= min(abs(exact / len(numbers)) / 100_000, Fraction(1, 1_000_000)) / 2


@pytest.mark.parametrize(
    ("numbers", "mean"),
    [
        (["1", "0", "0"], "0.333333"),
        (["0.1", "0", "0"], "0.0333333"),
        (["0.0000004"] * 4, "0.0000004"),
        (["2e20", "1"], "100000000000000000000.5"),
        (["0.0000005", "2"], "1"),
        (["0.000003", "2"], "1.000002"),
        (["1", "-1"], "0"),
    ],
)
def test_a_mean_is_rounded_half_to_even_to_six_decimals_or_six_digits(numbers: list[str], mean: str) -> None:
    assert _add_up(numbers)[1] == mean


@pytest.mark.parametrize("long", ["1" * 61, "0." + "1" * 61, "1." + "0" * 60 + "1"])
def test_a_number_of_more_digits_than_are_added_exactly_is_in_no_sum(long: str) -> None:
    step = TransformStep(name="aggregate", fields=("d",), measures=("n",))
    made = deliver(b'[{"d":1,"n":2},{"d":1,"n":%s}]' % long.encode(), treat(JSON, step))
    assert made == b'[\n{"d":1,"records":2,"n_sum":2,"n_mean":2}\n]\n'
