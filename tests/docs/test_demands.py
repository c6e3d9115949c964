"""Each demand on the pages names a test that exists."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| .+ \| \[`(test_\w+)`\]\(([^)]+)\) \|$", re.MULTILINE)


def test_every_test_of_the_table_of_demands_exists() -> None:
    rows = ROW.findall((DOCS / "pages.md").read_text(encoding="utf-8"))
    assert len(rows) > 40
    for name, place in rows:
        text = (DOCS / place).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), (name, place)
