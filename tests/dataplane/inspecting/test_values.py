"""Placeholders, damaged texts, dates and impossible values, in rows that are made for it."""

from typing import Any

import pytest

from connector.dataplane.formats.looking import look_at_records
from connector.dataplane.inspecting.inspecting import inspect_records
from connector.ports.treatment import Records
from connector.views.sightings import Sighting

CSV = Records(format="csv")


def inspect(field: str, values: list[str], **stated: Any) -> Sighting:
    data = f"nr;{field}\n" + "".join(f"{at};{value}\n" for at, value in enumerate(values))
    seen, records = look_at_records(data.encode(), True, CSV, "text/csv")
    return inspect_records(seen, records, CSV)


def counts(seen: Sighting) -> dict[str, int]:
    return {finding.code: finding.count for finding in seen.findings}


USUAL = [str(10 + at % 37) for at in range(100)]


@pytest.mark.parametrize("value", ["-999", "9999", "-32768", "99999"])
def test_a_value_that_stands_for_none_is_found(value: str) -> None:
    assert counts(inspect("no2", [*USUAL, value, value]))["placeholder"] == 2


def test_a_value_with_neighbours_stands_for_itself() -> None:
    assert "placeholder" not in counts(inspect("druck", [str(950 + at) for at in range(100)]))


@pytest.mark.parametrize("value", ["KÃ¶ln", "Akademiestra?e", "Stra\ufffde", "K\u0094ln"])
def test_damaged_texts_are_found(value: str) -> None:
    assert counts(inspect("ort", ["Herne", "Köln", value]))["damaged"] == 1


def test_a_question_and_an_address_with_a_query_are_not_damaged() -> None:
    assert "damaged" not in counts(inspect("text", ["Was nun?", "https://stadt.example/a?b=c", "Köln"]))


@pytest.mark.parametrize("value", ["14.6.23 8:38", "bis April 2019"])
def test_a_date_that_can_be_read_in_several_ways_is_found(value: str) -> None:
    assert counts(inspect("stand", ["2026-05-01", value]))["vague-date"] == 1


def test_an_impossible_value_is_found_by_the_name_of_its_field() -> None:
    assert counts(inspect("luftfeuchtigkeit", [*USUAL, "140"]))["implausible"] == 1


def test_a_sensor_that_rests_at_the_end_of_its_scale_is_found() -> None:
    varied = [str(100 + 7 * at) for at in range(100)]
    assert counts(inspect("widerstand", [*varied, *["1000"] * 20]))["stuck"] >= 20


def test_an_empty_column_and_equal_rows_are_found() -> None:
    seen, records = look_at_records(b"a;b\n1;\n1;\n2;\n", True, CSV, "text/csv")
    found = counts(inspect_records(seen, records, CSV))
    assert (found["empty"], found["duplicate"]) == (3, 1)
