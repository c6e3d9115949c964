"""The log of the operator: who, when and why, of one source if wanted, and each act with its undo."""

import httpx

from tests.broker.world import CITY
from tests.web.office import Reading


async def test_acts_are_listed_with_who_and_why(operator: httpx.AsyncClient) -> None:
    page = Reading((await operator.get("/betrieb/verlauf")).text)
    assert "b.trieb" in page.text
    assert "Der Text ist doppelt." in page.text
    of_one = Reading((await operator.get("/betrieb/verlauf", params={"teilnehmer": CITY + "museum"})).text)
    assert "Museum" in of_one.text
    assert "Archiv" not in of_one.text
    assert (await operator.get("/betrieb/verlauf?nach=nonsense")).status_code == 422


async def test_an_act_that_does_not_exist_is_not_undone(operator: httpx.AsyncClient) -> None:
    assert (await operator.post("/betrieb/zuruecknehmen", data={"nummer": "4711"})).status_code == 404
