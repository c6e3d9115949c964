import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.policy.vocabulary.units import _DIMENSIONS, find_conversion

UNITS = st.sampled_from(sorted(_DIMENSIONS))


@given(UNITS, UNITS)
def test_a_conversion_and_the_one_back_give_the_same_number(source: str, target: str) -> None:
    there, back = find_conversion(f"{source}-to-{target}"), find_conversion(f"{target}-to-{source}")
    assert (there is None) == (back is None)
    if there and back:
        assert (7 * there[0] + there[1]) * back[0] + back[1] == 7


@pytest.mark.parametrize("name", ["", "m", "m-to-", "m-to-s", "m-to-m-to-m", "-to-"])
def test_anything_else_is_no_conversion(name: str) -> None:
    assert find_conversion(name) is None
