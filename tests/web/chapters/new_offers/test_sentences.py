"""The editor of terms: built by buttons alone, tried, compared, read in and written out."""

import msgspec
import pytest

from connector.ports.entities import UserRole
from tests.web.office import OFFER, Office, Reading, path

SENTENCES = path("/neues-angebot/saetze", "urn:f:1")
CONDITION = "permission.0.constraint.0"


async def act(office: Office, browser: object, tun: str, **fields: str) -> object:
    form = await office.form()
    data = {"id": "urn:f:1", "stand": str(form.version), "tun": tun, **fields}
    return await browser.post("/neues-angebot/saetze", data=data)  # type: ignore[attr-defined]


async def read(office: Office) -> dict[str, object]:
    form = await office.form()
    assert form.policy is not None
    policy: dict[str, object] = msgspec.json.decode(form.policy)
    return policy


async def test_terms_are_built_by_buttons_alone(office: Office) -> None:
    await office.fill_in(policy=b'{"@type":"Offer","@id":"urn:x"}')
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "Niemand darf etwas." in (await browser.get(SENTENCES)).text
    await act(office, browser, "regel:permission")
    added = await act(office, browser, "bedingung:permission.0")
    assert added.headers["location"].endswith("#s-permission.0")  # type: ignore[attr-defined]
    chosen = {f"{CONDITION}.was": "http://www.w3.org/ns/odrl/2/elapsedTime"}
    await act(office, browser, "zeigen", **chosen)
    typed = {**chosen, f"{CONDITION}.vergleich": "lteq", f"{CONDITION}.wert": "6", f"{CONDITION}.wert.einheit": "M"}
    await act(office, browser, "bedingung:permission.0", **typed)
    await act(office, browser, "ein:permission.0.constraint.1")
    await act(office, browser, "weg:permission.0.constraint.0.or.1")
    assert (await read(office))["permission"] == [
        {"action": "use", "constraint": [
            {"leftOperand": "odrl:elapsedTime", "operator": "lteq",
             "rightOperand": {"@value": "P6M", "@type": "xsd:duration"}},
        ]},
    ]  # fmt: skip
    assert "6 Monate" in (await browser.get(SENTENCES)).text
    on = await act(office, browser, "weiter", **typed)
    assert "/neues-angebot/pruefen" in on.headers["location"]  # type: ignore[attr-defined]


async def test_the_sentences_begin_with_the_template_and_can_be_given_up(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "Verkehr und Mobilität verbessern" in (await browser.get(SENTENCES)).text
    await act(office, browser, "regel:obligation")
    assert "obligation" in await read(office)
    # The templates lead to the sentences as long as there are some.
    terms = await browser.get(path("/neues-angebot/bedingungen", "urn:f:1"))
    assert terms.headers["location"] == SENTENCES
    await act(office, browser, "vorlagen")
    assert (await office.form()).policy is None


async def test_a_condition_without_a_value_is_kept_and_told(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    await act(office, browser, "bedingung:permission.0")
    answer = await act(office, browser, "weiter")
    assert answer.status_code in {303, 422}  # type: ignore[attr-defined]
    check = await browser.get(path("/neues-angebot/pruefen", "urn:f:1"))
    assert "Weiter zur Freigabe" not in check.text


async def test_a_dry_run_says_whether_and_why(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    asked = f"{SENTENCES}&wer=https%3A%2F%2Fcity.example&wann=2026-01-31"
    refused = Reading((await browser.get(asked)).text)
    assert "nein" in refused.text
    assert "Zweck" in refused.text
    allowed = await browser.get(f"{asked}&zweck=https%3A%2F%2Fw3id.org%2Fdpv%23ImproveTransportMobility")
    assert "ja" in Reading(allowed.text).text.split("Probe")[1]
    assert "Das ist kein Tag." in (await browser.get(f"{asked}x")).text


TURTLE = """
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
<urn:x> a odrl:Offer ; odrl:permission [ odrl:action odrl:display ] .
"""


@pytest.mark.parametrize(
    "text", [TURTLE, msgspec.json.encode({**OFFER, "permission": [{"action": "odrl:display"}]}).decode()]
)
async def test_odrl_is_read_in_and_written_out(office: Office, text: str) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    await act(office, browser, "einlesen", odrl=text)
    assert (await read(office))["permission"] == [{"action": "odrl:display"}]
    exported = await browser.get(SENTENCES.replace("saetze?", "saetze/odrl?"))
    assert exported.headers["content-disposition"].startswith("attachment")
    again = exported.json()
    assert again["permission"] == [{"action": "odrl:display"}]
    await act(office, browser, "einlesen", odrl=exported.text)
    assert (await read(office))["permission"] == [{"action": "odrl:display"}]


@pytest.mark.parametrize("text", ["", "nonsense", "{", "[1]", '{"permission": 7}', "<urn:x> a <urn:y> .", "@prefix"])
async def test_what_is_no_odrl_is_told_and_stays_typed(office: Office, text: str) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await act(office, browser, "einlesen", odrl=text)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert (await office.form()).policy is None


async def test_another_window_is_not_overwritten(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    await act(office, browser, "regel:obligation")
    late = {"id": "urn:f:1", "stand": "1", "tun": "weg:permission.0"}
    answer = await browser.post("/neues-angebot/saetze", data=late)
    assert answer.status_code == 409
    assert (await browser.post("/neues-angebot/saetze", data={**late, "speichern": "1"})).status_code == 409
    assert "permission" in await read(office)


async def test_too_many_sentences_are_told(office: Office) -> None:
    rule = {"action": "use", "constraint": [OFFER["permission"][0]["constraint"][0]] * 59}
    await office.fill_in(policy=msgspec.json.encode({**OFFER, "permission": [rule], "obligation": []}))
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await act(office, browser, "bedingung:permission.0")
    assert "Mehr Sätze" in answer.text  # type: ignore[attr-defined]


async def test_a_remark_stands_at_its_sentence(office: Office) -> None:
    bounds = (("lteq", "5"), ("gteq", "9"))
    counted = [{"leftOperand": "odrl:count", "operator": name, "rightOperand": bound} for name, bound in bounds]
    rules = [{"action": "use"}, {"action": "odrl:display", "constraint": counted}]
    await office.fill_in(policy=msgspec.json.encode({"@type": "Offer", "@id": "urn:x", "permission": rules}))
    browser = await office.sign_in(UserRole.PROVIDER)
    text = (await browser.get(SENTENCES)).text
    second = text[text.index('id="s-permission.1"') : text.index('id="s-permission.1.constraint.0"')]
    assert "Eine Regel kann nie zutreffen" in second
    assert text.count("Eine Regel kann nie zutreffen") == 1
