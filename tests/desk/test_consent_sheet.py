"""A sheet of consents: columns by either name, and each row with its line or why it is refused."""

from contextlib import suppress
from datetime import UTC
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.desk.consent_sheet import SheetFault, read_sheet
from connector.language.catalogue import LANGUAGES, Language, say
from connector.views.consents import ConsentOrder
from connector.views.conversion import read_end

READ_END = partial(read_end, zone=UTC)


def test_columns_have_names_for_people_and_for_programs() -> None:
    spoken = list(read_sheet(["Person;Zweck;BIS\n", "a;b;2027-12-31\n"], READ_END))
    plain = list(read_sheet(["subject,purpose,until\n", "a,b,2027-12-31\n"], READ_END))
    assert spoken == plain == [(2, ConsentOrder(subject="a", purpose="b", until=READ_END("2027-12-31")))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_name_of_a_column_that_the_page_tells_is_read(language: Language) -> None:
    names = [say(language, f"consents.sheet-{name}") for name in ("person", "zweck", "stand", "angebot", "bis")]
    rows = read_sheet([";".join(names) + "\n", "a;b;c;d;2027-12-31\n"], READ_END)
    order = ConsentOrder(subject="a", purpose="b", state="c", dataset="d", until=READ_END("2027-12-31"))
    assert list(rows) == [(2, order)]


def test_a_row_that_is_refused_does_not_end_the_sheet() -> None:
    rows = ["subject,purpose,until\n", "a,b,soon\n", "a\n", "a,b,\n"]
    first, second, third = read_sheet(rows, READ_END)
    assert isinstance(first[1], SheetFault)
    assert (first[1].key, first[1].values) == ("csv-time", {"line": 2, "text": "soon"})
    assert isinstance(second[1], SheetFault)
    assert second[1].key == "csv-values"
    assert third == (4, ConsentOrder(subject="a", purpose="b"))


@given(st.text())
def test_a_text_is_read_or_refused(text: str) -> None:
    with suppress(SheetFault):
        for line, row in read_sheet(text.splitlines(keepends=True), READ_END):
            assert line > 1
            assert isinstance(row, ConsentOrder | SheetFault)


@pytest.mark.parametrize("header", ["", "subject", "subject,purpose,colour", "subject,purpose,Person"])
def test_other_columns_are_refused(header: str) -> None:
    with pytest.raises(SheetFault):
        list(read_sheet([header], READ_END))
