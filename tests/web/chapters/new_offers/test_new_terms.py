"""Terms from a template: in words, with who could use the data, and told if a parameter is missing."""

from connector.ports.entities import UserRole
from tests.web.office import Office, Reading, path


async def test_a_template_and_its_parameters_become_terms_in_words(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    chosen = {
        "id": "urn:f:1", "stand": "1", "vorlage": "purpose", "purpose.purpose": "dpv:CombatClimateChange",
        "purpose.period": "6", "purpose.period.einheit": "M",
    }  # fmt: skip
    shown = await browser.post("/neues-angebot/bedingungen", data={**chosen, "tun": "zeigen"})
    assert shown.headers["location"].endswith("#lesen")
    page = Reading((await browser.get(path("/neues-angebot/bedingungen", "urn:f:1"))).text)
    assert "Klimaschutz" in page.text
    assert "6 Monate" in page.text
    # The members of the data space, each with a verdict.
    assert "City ja" in page.text
    on = await browser.post("/neues-angebot/bedingungen", data={**chosen, "stand": "2"})
    assert "/pruefen" in on.headers["location"]


async def test_a_missing_or_wrong_parameter_is_told_and_kept(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    chosen = {"id": "urn:f:1", "stand": "1", "vorlage": "downloads", "downloads.downloads": "viele"}
    answer = await browser.post("/neues-angebot/bedingungen", data=chosen)
    assert answer.status_code == 422
    assert 'value="viele"' in answer.text
    paid = await browser.post("/neues-angebot/bedingungen", data={"id": "urn:f:1", "stand": "2", "vorlage": "paid"})
    assert paid.status_code == 422
    page = Reading(paid.text)
    assert "„Preis in Euro“ fehlt noch." in page.text
    assert "#paid.price" in page.links()


async def test_fields_and_participants_are_chosen_by_name(office: Office) -> None:
    await office.fill_in(answers={"titel": "Luft", "klasse": "personal"})
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = {"id": "urn:f:1", "stand": "1", "vorlage": "personal-data", "personal-data.recipients": "urn:gone"}
    page = Reading((await browser.post("/neues-angebot/bedingungen", data=sent)).text)
    offered = [given for _, given in page.elements if given.get("name") == "personal-data.recipients"]
    chosen = {given["value"]: "checked" in given for given in offered if given["type"] == "checkbox"}
    assert len(chosen) > 1
    assert [value for value, checked in chosen.items() if checked] == ["urn:gone"]
