"""German pages write days and numbers as Germans do, and understand them typed like that."""

import pytest

from connector.ports.entities import UserRole
from tests.pages.page import Page
from tests.pages.walk import join, walk
from tests.pages.world import furnish
from tests.pages.writing import FOREIGN, list_foreign
from tests.web.office import Office

GERMAN, ISO = "1.11.2026", "2026-11-01"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("am 2026-12-01 um", ["2026-12-01"]), ("seit 2026-12-01T10:00:00Z.", ["2026-12-01T10:00:00Z"]),
        ("im 2026-12,", ["2026-12"]), ("1,234.5 km", ["1,234.5"]), ("12.5 km", ["12.5"]), ("12345 Zeilen.", ["12345"]),
        ("am 1.12.2026, 14:30 Uhr", []), ("1.234,5 und 12.345.", []), ("2026", []), ("Nr. 3. Und 7.", []),
        ("10,5 km, 1,25 und 3,141", ["3,141"]), ("07/2026", []), ("luft-2026-12-01.csv", []),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_found(text: str, found: list[str]) -> None:
    assert FOREIGN.findall(text) == found


async def test_german_pages_write_days_and_numbers_as_germans_do(office: Office) -> None:
    await furnish(office)
    walked = await walk(await office.sign_in(*UserRole))
    faults = {address: found for address, page in walked.pages.items() if (found := list_foreign(page))}
    assert "\n".join(f"{address.partition('?')[0]}: {sorted(found)}" for address, found in faults.items()) == ""


async def test_a_day_is_understood_as_people_type_it_in_every_form_that_asks(office: Office) -> None:
    await furnish(office)
    browser = await office.sign_in(*UserRole)
    walked, compared = await walk(browser), 0
    for page in walked.pages.values():
        for form in page.forms():
            for name in form.days if form.method == "get" else ():
                german, iso = [
                    Page((await browser.get(join(form.path, {**form.fields, name: day}))).text).text
                    for day in (GERMAN, ISO)
                ]
                assert german == iso, (form.path, name)
                compared += 1
    assert compared >= 4
