from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.formats.values import to_number
from connector.dataplane.transforms.generalise import make_coarser
from connector.ports.flow import Untreatable
from connector.ports.treatment import TransformStep
from tests.dataplane.records import CSV, deliver, treat

LONG = st.from_regex(r"-?[0-9]{1,30}\.[0-9]{1,28}", fullmatch=True).map(Decimal)


@pytest.mark.parametrize(
    ("precision", "value", "made"),
    [
        ("10", "47", "40"),
        ("10", "40", "40"),
        ("10", "-3", "-10"),
        ("0.5", "2.74", "2.5"),
        ("100", 1234, Decimal(1200)),
        ("10", Decimal("9.99"), Decimal(0)),
        ("10", "9." + "9" * 50, "0"),
        ("10", "-" + "9" * 49 + "0." + "0" * 7 + "1", "-1" + "0" * 50),
        ("decimals-2", "52.02" + "9" * 50, "52.02"),
        ("decimals-20", "1" * 30 + ".5", "1" * 30 + ".5" + "0" * 19),
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
        ("day", "04.05.2026", "2026-05-04"),
        ("month", " 4.5.2026 ", "2026-05"),
        ("hour", "04.05.2026 9:07", "2026-05-04T09"),
        ("hour", "04.05.2026, 13:47:12 Uhr", "2026-05-04T13"),
        ("year", "2026-05", "2026"),
        ("day", "04.05.26", ""),
        ("day", "04/05/2026", ""),
        ("day", "31.02.2026", ""),
        ("day", "2026", ""),
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


USUAL = st.from_regex(r"(0|[1-9][0-9]{0,16})([.,][0-9]{1,10})?", fullmatch=True)


@given(
    text=USUAL,
    precision=st.sampled_from(
        ["1", "10", "25", "0.5", "0.50", "10.0", "0.03", "decimals-0", "decimals-2", "decimals-7"]
    ),
    sign=st.sampled_from(".,"),
)
def test_a_number_as_it_is_usually_written_is_made_coarser_as_any_other(text: str, precision: str, sign: str) -> None:
    def read(value: Any) -> Decimal | None:
        return to_number(value, sign)

    # With a space before it, it is read as a number of any form.
    assert make_coarser(precision, read, sign)(text) == make_coarser(precision, read, sign)(f" {text}")


@pytest.mark.parametrize("precision", ["", "0", "-1", "minute", "decimals-", "decimals-200", "prefix-x", "inf", "1e99"])
def test_a_precision_that_nobody_knows_is_refused(precision: str) -> None:
    with pytest.raises(Untreatable, match="precision"):
        make_coarser(precision)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3) | LONG)
def test_a_coarser_number_is_the_multiple_below(value: Decimal) -> None:
    made = Decimal(make_coarser("2.5")(str(value)))
    assert Fraction(made) <= Fraction(value) < Fraction(made) + Fraction("2.5")
    assert Fraction(made) % Fraction("2.5") == 0


@pytest.mark.parametrize(
    ("decimal", "certain", "made"),
    [
        ("", (), ["12", "", ""]),
        (".", ("b",), ["12", "", ""]),
        (".", ("a",), ["12", "1", "1"]),
        (".", (), ["12", "1", "1"]),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_not_made_coarser(
    decimal: str, certain: tuple[str, ...], made: list[str]
) -> None:
    step = TransformStep(name="generalise", fields=("a",), precision="1", decimal=decimal, certain=certain)
    data = b"a;b\n12;1\n1.234;1\n1.500;1\n"
    assert [line.split(";")[0] for line in deliver(data, treat(CSV, step)).decode().splitlines()[1:]] == made


@pytest.mark.parametrize(
    ("precision", "value", "made"),
    [
        ("week", "2027-01-01", "2026-W53"),
        ("week", "4.5.2026, 13:47 Uhr", "2026-W19"),
        ("week", "2026-05", "2026-05"),
        ("quarter", "2026-05", "2026-Q2"),
        ("quarter", "31.12.2026", "2026-Q4"),
        ("quarter", "Q2", ""),
        ("at-most-90", "97", "90"),
        ("at-most-90", "90.0", "90.0"),
        ("at-least--5.5", "-6", "-5.5"),
        ("at-least-18", "young", ""),
        ("at-least-18", Decimal(17), Decimal(18)),
    ],
)
def test_a_date_has_a_week_and_a_quarter_and_a_number_bounds(precision: str, value: object, made: object) -> None:
    assert make_coarser(precision)(value) == made


def test_a_district_becomes_what_contains_it() -> None:
    step = TransformStep(
        name="generalise", fields=("a",), precision="level-Stadt", places={"a": {"Crange": "Herne", "Herne": "Herne"}}
    )
    data = b"a,b\n Crange ,1\nHerne,2\nAtlantis,3\n-,4\n"
    assert deliver(data, treat(CSV, step)) == b"a,b\nHerne,1\nHerne,2\n,3\n-,4\n"


def test_a_level_without_its_table_lets_nothing_leave() -> None:
    with pytest.raises(Untreatable, match="'a' has no table with the level"):
        deliver(b"a,b\nCrange,1\n", treat(CSV, TransformStep(name="generalise", fields=("a",), precision="level-x")))
