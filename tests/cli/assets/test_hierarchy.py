"""`--record hierarchy=FIELD:FILE`: a table of levels from a CSV of the operator."""

from pathlib import Path

import pytest

from connector.cli.assets.hierarchy import read_hierarchy
from connector.cli.assets.records import parse_records
from connector.cli.frame.failure import Failure
from connector.views.assets import Hierarchy

TEXT = "Stadtteil{0}Stadtbezirk\nHolthausen{0} Sodingen \n\nCrange{0}Wanne\n"


@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_table_is_read_in_any_usual_dialect(tmp_path: Path, sign: str) -> None:
    file = tmp_path / "areas.csv"
    file.write_text("\ufeff" + TEXT.format(sign), encoding="utf-8")
    records = parse_records([f"hierarchy=district:{file}", "decimal=,"], "text/csv")
    rows = (("Holthausen", "Sodingen"), ("Crange", "Wanne"))
    assert records is not None
    assert records.hierarchies == {"district": Hierarchy(levels=("Stadtteil", "Stadtbezirk"), rows=rows)}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a;b\n\xe4;b\n", "is not in UTF-8"),
        (b"a;b\n" + b"x;y\n" * 1_000_000, "has more than 1048576 bytes"),
        (b'a;b\n"x;y\n', "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_hostile_table_is_refused_with_its_file(tmp_path: Path, data: bytes | None, said: str) -> None:
    file = tmp_path / "areas.csv"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(Failure, match=said) as refused:
        read_hierarchy(f"district:{file}")
    assert str(file) in str(refused.value)


@pytest.mark.parametrize("value", ["areas.csv", ":areas.csv", "district:"])
def test_a_table_without_a_field_or_a_file_is_refused(value: str) -> None:
    with pytest.raises(Failure, match="hierarchy=FIELD:FILE"):
        read_hierarchy(value)


def test_a_field_has_one_table(tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text(TEXT.format(";"))
    with pytest.raises(Failure, match="given twice"):
        parse_records([f"hierarchy=a:{file}", f"hierarchy=a:{file}"], "text/csv")
