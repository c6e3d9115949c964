"""What a provider lets a consumer choose is read without trust, and a choice is written as the data plane reads it."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.forms.choice import read_choice
from connector.protocol import dcat
from connector.web.frame.forms import FormFault
from connector.web.showing.choosable import Choosable, read_choosable, read_parameters, write_choice

NAMES = dcat.PARAMETER_MEMBERS


def _state(**members: Any) -> dict[str, Any]:
    return {NAMES[member]: value for member, value in members.items()}


def test_forms_and_parameters_are_read_as_they_are_stated() -> None:
    stated = [_state(name="von", type="date", least="2026-01-01"), _state(name="ort", type="text", values=["Mitte"])]
    read = read_choosable({"distribution": [{dcat.FORM: "csv"}, {dcat.FORM: "csv"}, {}], dcat.PARAMETER: stated})
    assert read.forms == ("csv",)
    assert [(one.name, one.type, one.values, one.least) for one in read.parameters] == [
        ("von", "date", (), "2026-01-01"),
        ("ort", "text", ("Mitte",), ""),
    ]


@pytest.mark.parametrize(
    "stated",
    [None, 7, "x", {}, [None], _state(name="a b", type="text"), _state(name="x", type="file"), _state(name=1), [[[]]]],
)
def test_what_is_no_parameter_is_not_shown(stated: Any) -> None:
    assert read_choosable({dcat.PARAMETER: stated, "distribution": [{dcat.FORM: "evil"}, 3]}) == Choosable()


def test_endless_parameters_are_cut() -> None:
    read = read_choosable({dcat.PARAMETER: [_state(name=f"p{n}", type="text", values=["x"] * 999) for n in range(999)]})
    assert len(read.parameters) == 32
    assert max(len(one.values) for one in read.parameters) == 100


def test_a_choice_is_read_by_the_data_plane_as_it_was_typed() -> None:
    typed = {"form": "csv", "spalten": "ort, pm 10,", "zeilen": "pm10>=20\n\nort=Köln & Umland"}
    read = read_choice(parse_qsl(write_choice(typed)))
    assert read is not None
    assert read.form == "csv"
    assert tuple(read.columns or ()) == ("ort", "pm 10")
    assert len(read.where) == 2


def test_nothing_typed_is_no_choice() -> None:
    assert write_choice({"form": "", "spalten": " "}) == ""
    assert read_parameters({"wahl.von": " ", "vertrag": "x"}) == {}


@pytest.mark.parametrize(
    "typed", [{"spalten": "a"}, {"zeilen": "a=1"}, {"form": "csv", "zeilen": "warm"}, {"form": "evil"}]
)
def test_a_choice_that_nobody_can_read_is_told(typed: dict[str, str]) -> None:
    with pytest.raises(FormFault):
        write_choice(typed)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner)
       | st.dictionaries(st.sampled_from([*NAMES.values(), dcat.FORM, "x"]), inner), max_leaves=20))  # fmt: skip
def test_whatever_a_provider_states_is_read(stated: Any) -> None:
    read = read_choosable({dcat.PARAMETER: stated, "dcat:distribution": stated})
    assert all(one.name and one.type for one in read.parameters)
