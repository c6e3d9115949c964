"""The quality report: a row for each source, what is to mend in words, and the formula."""

from zoneinfo import ZoneInfo

import httpx

from connector.broker.operating.quality import WEIGHTS
from connector.views.quality import FindingView
from connector.web.chapters.brokering.quality import say_finding
from connector.web.frame.wording import PageWords
from tests.broker.world import CITY
from tests.web.office import Reading
from tests.web.public.square import Square


async def test_each_source_has_a_row_and_the_formula_is_said(operator: httpx.AsyncClient) -> None:
    page = Reading((await operator.get("/betrieb/qualitaet")).text)
    names = [name for name in page.text.split() if name in {"Stadtwerke", "Tiefbauamt", "Umweltamt"}]
    assert names == ["Stadtwerke", "Tiefbauamt", "Umweltamt"]
    assert all(f"({weight})" in page.text for weight in WEIGHTS.values())


async def test_one_source_has_its_findings_with_an_example(operator: httpx.AsyncClient) -> None:
    page = Reading((await operator.get("/betrieb/qualitaet/quelle", params={"id": CITY + "tiefbauamt"})).text)
    assert "Lizenz ist vorgeschrieben und fehlt." in page.text
    assert "asset edit" not in page.text
    assert any("angebot?" in link for link in page.links())
    assert (await operator.get("/betrieb/qualitaet/quelle?id=urn:none")).status_code == 404


async def test_an_assessment_is_made_when_the_operator_asks_for_it(square: Square, operator: httpx.AsyncClient) -> None:
    await square.record.keep_assessment(None)
    assert "Noch wurde nichts bewertet." in (await operator.get("/betrieb/qualitaet")).text
    assert (await operator.post("/betrieb/qualitaet/bewerten")).status_code == 303
    await square.operator.assessor.start()
    assert "Bewertet am" in (await operator.get("/betrieb/qualitaet")).text
    stream = await operator.get("/betrieb/qualitaet/laufend")
    assert '"last":true' in stream.text or "Bewertet am" in stream.text


def test_a_rule_without_a_sentence_is_named() -> None:
    found = FindingView(member="dct:x", rule="Odd", count=1, example="a", option=None, texts={})
    assert say_finding(PageWords("de", ZoneInfo("UTC")), found) == "dct:x verletzt die Regel Odd."
