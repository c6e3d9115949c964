"""The report on quality, of each source and of all, in words."""

import pytest

from tests.api.operating.conftest import AIR, ROADS, OperatorWorld

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")


async def test_a_report_is_made_when_it_is_asked_for_and_kept(world: OperatorWorld) -> None:
    nothing = await world.read("/v1/quality")
    assert (nothing["assessed_at"], nothing["total"], nothing["items"]) == (None, None, [])
    made = await world.do("/v1/quality?timeout=60", status=202)
    assert (made["assessed_at"], made["running"]) == ("2027-01-15T08:00:00Z", False)
    roads, air = made["items"]
    assert (roads["participant"], roads["datasets"], air["datasets"], made["total"]["datasets"]) == (ROADS, 2, 1, 3)
    assert (roads["reachability"], roads["freshness"], roads["conformity"]) == (1.0, None, 0.0)
    assert roads["members"]["keyword"] == roads["members"]["theme"] == 0.5
    assert 0 < roads["score"] < 100
    assert await world.read("/v1/quality") == made
    alone = await world.read("/v1/quality", participant=AIR)
    assert [item["participant"] for item in alone["items"]] == [AIR]


async def test_a_finding_says_what_to_mend_in_words(world: OperatorWorld) -> None:
    made = await world.do("/v1/quality?timeout=60", status=202)
    found = {(finding["member"], finding["rule"]): finding for finding in made["total"]["findings"]}
    contact = found["dcat:contactPoint", "missing"]
    assert (contact["count"], contact["option"]) == (3, "--contact")
    assert contact["texts"] == {
        "de": "dcat:contactPoint ist empfohlen und fehlt. `asset edit` gibt es mit --contact an.",
        "en": "dcat:contactPoint is recommended and missing. `asset edit` states it with --contact.",
    }
    assert found["dct:license", "MinCount"]["texts"]["de"].startswith("dct:license ist vorgeschrieben und fehlt.")
    assert contact["example"] in {"air", "roads", "trees"}
