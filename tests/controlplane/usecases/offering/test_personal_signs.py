"""Signs of persons are found in names and values, and no measurement is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.usecases.offering.personal_signs import MOST_FIELDS, find_personal_signs
from connector.views.sightings import SeenField


@pytest.mark.parametrize(
    "name", ["Vorname", "nachname", "GeburtsDatum", "e-mail", "E_Mail", "tel.", "halterName", "IBAN", "Kfz-Kennzeichen"]
)
def test_a_name_that_mostly_holds_personal_data_is_a_sign(name: str) -> None:
    assert find_personal_signs([SeenField(name=name)]) == (name,)


@pytest.mark.parametrize("name", ["pm10", "Strassenname", "Baumalter2020", "Datum", "höhe", "anzahl", "geometrie", ""])
def test_a_measurement_is_no_sign(name: str) -> None:
    assert find_personal_signs([SeenField(name=name, example="12,5")]) == ()


def test_a_value_that_is_an_address_is_a_sign() -> None:
    assert find_personal_signs([SeenField(name="feld_7", example="a.kaya@stadt.example")]) == ("feld_7",)


@given(st.lists(st.builds(SeenField, name=st.text(max_size=40), example=st.text(max_size=40)), max_size=60))
def test_any_fields_are_read_and_the_answer_is_bounded(fields: list[SeenField]) -> None:
    assert len(find_personal_signs(fields)) <= MOST_FIELDS
