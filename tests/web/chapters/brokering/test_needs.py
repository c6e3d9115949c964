"""The needs on the board for the operator: with their states, their contact and all answers."""

import httpx

from tests.web.office import Reading


async def test_needs_are_listed_and_shown_with_answers(operator: httpx.AsyncClient) -> None:
    page = Reading((await operator.get("/betrieb/bedarf")).text)
    assert "Wie viele Fahrräder fahren über die Brücke?" in page.text
    assert any("nach=1" in link for link in page.links())
    shown = Reading((await operator.get("/betrieb/bedarf/eintrag?id=urn:need:1")).text)
    assert "rad@stadt.example" in shown.text
    assert "Umweltamt" in shown.text
    assert (await operator.get("/betrieb/bedarf/eintrag?id=urn:none")).status_code == 404
    assert (await operator.get("/betrieb/bedarf?nach=nonsense")).status_code == 422
