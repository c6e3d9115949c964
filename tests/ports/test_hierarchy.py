"""A table of levels is checked before it is used, and read for one level."""

import pytest

from connector.ports.hierarchy import LONGEST_TABLE, MOST_ROWS, find_fault, name_places
from connector.views.assets import Hierarchy

LEVELS = ("Stadtteil", "Bezirk", "Stadt")


def table(*rows: tuple[str, ...], levels: tuple[str, ...] = LEVELS) -> Hierarchy:
    return Hierarchy(levels=levels, rows=rows)


def test_a_value_becomes_what_contains_it_and_a_coarser_one_remains() -> None:
    known = table(("Holthausen", "Sodingen", "Herne"), ("Crange", "Wanne", "Herne"))
    assert find_fault(known) is None
    assert name_places(known, "Bezirk") == {
        "Holthausen": "Sodingen", "Sodingen": "Sodingen", "Crange": "Wanne", "Wanne": "Wanne", "Herne": "Herne",
    }  # fmt: skip
    assert name_places(known, "Stadt") == dict.fromkeys(("Holthausen", "Sodingen", "Crange", "Wanne", "Herne"), "Herne")
    assert name_places(known, "Land") is None


def test_a_district_may_have_the_name_of_a_part_of_it() -> None:
    assert find_fault(table(("Mitte", "Mitte", "Herne"), ("Baukau", "Mitte", "Herne"))) is None


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (table(("A", "B"), ("B", "A"), levels=LEVELS[:2]), "names two places of 'B' at the level Bezirk"),
        (table(("A", "B", "C"), ("C", "A", "B")), "two places of"),
        (table(("Mitte", "Bochum"), ("Mitte", "Herne"), levels=LEVELS[:2]), "names two places of 'Mitte'"),
        (table(("A",), levels=("Ort",)), "from 2 to 8 columns"),
        (table(("A", "B"), levels=("Ort", "Ort")), "different names"),
        (table(("A", "B"), levels=("Ort", "")), "The level '' cannot be used"),
        (table(("A", "B"), levels=("Ort", "a b")), "The level 'a b' cannot be used"),
        (table(), "has 0 rows"),
        (table(*[(str(at), "x", "y") for at in range(MOST_ROWS + 1)]), "has 2001 rows"),
        (table(("A", "B", "C"), ("A", "B")), "Line 3 of the table"),
        (table(("A", "", "C")), "Line 2 of the table"),
        (table(("A", "B" * 201, "C")), "Line 2 of the table"),
        (table(*[(f"{at:0200}", "x" * 100, "y") for at in range(LONGEST_TABLE // 300)]), "more than 262144 characters"),
    ],
)
def test_a_table_that_means_nothing_certain_is_refused_with_its_place(known: Hierarchy, said: str) -> None:
    assert said in (find_fault(known) or "")
