import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from connector.cli.processes.tables import choose_text, write_uses
from connector.views.agreements import UseView

BERLIN_WINTER = timezone(timedelta(hours=1))
USE = {
    "at": datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
    "role": "provider",
    "counterparty": "urn:participant:firm",
    "counterparty_name": "Firma",
    "dataset": "urn:dataset:air",
    "title": {"de": "Luft", "en": "Air"},
    "purposes": ["urn:purpose:planning", "urn:purpose:teaching"],
    "bytes_moved": 12,
    "agreement_id": "urn:agreement:1",
    "transfer": "urn:transfer:1",
}


def written(**changed: object) -> list[str]:
    out = io.StringIO()
    write_uses(out, [msgspec.convert({**USE, **changed}, UseView)], "de", BERLIN_WINTER, plain=True)
    return out.getvalue().splitlines()


def test_a_use_is_one_line_in_the_language_and_zone_of_the_reader():
    heading, line = written()
    assert heading == "at,role,counterparty,name,dataset,title,purposes,bytes,agreement,transfer"
    assert line == (
        "2026-02-01T00:30:00+01:00,provider,urn:participant:firm,Firma,urn:dataset:air,Luft,"
        "urn:purpose:planning urn:purpose:teaching,12,urn:agreement:1,urn:transfer:1"
    )


def test_a_spreadsheet_opens_the_table_in_the_form_of_its_language():
    for language, delimiter, role in (("de", ";", "Anbieter"), ("en", ",", "provider")):
        out = io.StringIO(newline="")
        write_uses(out, [msgspec.convert(USE, UseView)], language, BERLIN_WINTER)
        assert out.getvalue().startswith("\ufeff")
        heading, line = csv.reader(io.StringIO(out.getvalue().removeprefix("\ufeff")), delimiter=delimiter)
        assert len(heading) == len(line) == 10
        assert line[:2] == ["2026-02-01 00:30:00", role]
        assert ("Lieferung" in heading) is (language == "de")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_a_text(name):
    assert f"'{name}" in written(counterparty_name=name)[1]


@pytest.mark.parametrize(("texts", "text"), [({"de": "Luft", "en": "Air"}, "Luft"), ({"en": "Air"}, "Air"), ({}, "")])
def test_a_text_is_in_the_language_or_in_any(texts, text):
    assert choose_text(texts, "de") == text
