"""Statistics of searches: sums by day, words of many, a sheet, and nobody who searched."""

import httpx
import pytest

from connector.broker.operating.usage import CALLERS
from connector.ports.entities import UserRole
from tests.broker.world import CITY
from tests.web.office import Reading
from tests.web.public.square import Square, read


async def test_sums_by_day_and_words_of_many(operator: httpx.AsyncClient) -> None:
    page = Reading((await operator.get("/betrieb/suchen")).text)
    assert "Suchen 12" in page.text
    assert "ohne Treffer 2" in page.text
    assert "baustellen 6 1" in page.text


@pytest.mark.parametrize(("given", "days"), [("7", 7), ("90", 90), ("x", 30)], ids=["week", "quarter", "odd"])
async def test_a_sheet_has_a_line_for_each_day(operator: httpx.AsyncClient, given: str, days: int) -> None:
    sheet = await operator.get("/betrieb/suchen/tabelle", params={"tage": given})
    assert sheet.headers["content-disposition"] == 'attachment; filename="suchen.csv"'
    assert len(sheet.text.splitlines()) == days + 1


async def test_the_search_of_the_pages_is_counted_by_participants(square: Square, operator: httpx.AsyncClient) -> None:
    for number in range(CALLERS - 1):
        await read(square, "/suche?q=hallenbad")
        browser = await square.sign_in(UserRole.CONSUMER, name=f"m{number}", member=square.space.members[number].id)
        await browser.get("/suche?q=hallenbad")
    await square.counter.close()
    page = Reading((await operator.get("/betrieb/suchen")).text)
    assert "hallenbad" in page.text
    assert CITY not in page.text
