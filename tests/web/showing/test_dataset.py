"""A dataset as a peer sent it: what is stated in words, within bounds, and nothing that is not."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.ports.entities import UserRole
from tests.web.getting import FOUND, LIMITED, link, make_dataset
from tests.web.office import Office, Reading

MEMBERS = st.sampled_from(
    ["dct:title", "dct:description", "dct:publisher", "dcat:contactPoint", "dct:spatial", "dct:temporal", "hasPolicy"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


async def _show(office: Office, dataset: dict[str, Any]) -> str:
    office.desk.peer.datasets = [dataset]
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(link("/suche/angebot", **FOUND))
    assert answer.status_code == 200, answer.text
    return Reading(answer.text).text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(MEMBERS, JSON))
async def test_any_members_of_a_dataset_are_a_page(office: Office, changed: dict[str, Any]) -> None:
    await _show(office, make_dataset(**changed))


async def test_a_contact_is_text_and_no_link(office: Office) -> None:
    card = {"vcard:fn": "Amt", "vcard:hasEmail": {"@id": "mailto:amt@example.org"}, "vcard:hasURL": "javascript:x"}
    text = await _show(office, make_dataset(**{"dcat:contactPoint": card}))
    assert "Kontakt Amt, amt@example.org" in text
    assert "javascript:x" not in text
    card["vcard:hasURL"] = "https://amt.example/"
    assert "amt@example.org, https://amt.example/" in await _show(office, make_dataset(**{"dcat:contactPoint": card}))


async def test_how_the_source_is_named_is_said(office: Office) -> None:
    stated = {"dcatde:licenseAttributionByText": [{"@value": "Stadt Bochum", "@language": "de"}]}
    text = await _show(office, make_dataset(distribution=[stated, stated, "x"]))
    assert "Quellenangabe Stadt Bochum" in text
    assert "Stadt Bochum;" not in text


async def test_many_offers_are_counted_and_not_all_shown(office: Office) -> None:
    offers = [{**LIMITED, "@id": f"urn:offer:{number}"} for number in range(9)]
    text = await _show(office, make_dataset(*offers))
    assert "Bedingungen, Angebot 5" in text
    assert "Bedingungen, Angebot 6" not in text
    assert "4 weitere Angebote zu diesen Daten sind hier nicht gezeigt." in text


async def test_a_description_keeps_its_paragraphs(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(**{"dct:description": "Erster Absatz.\n\nZweiter Absatz."})]
    browser = await office.sign_in(UserRole.CONSUMER)
    page = (await browser.get(link("/suche/angebot", **FOUND))).text
    assert ">Erster Absatz.\n\nZweiter Absatz.<" in page
