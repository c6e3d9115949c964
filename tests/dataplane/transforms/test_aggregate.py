import csv
import io

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
