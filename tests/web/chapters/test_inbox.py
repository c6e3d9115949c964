"""The inbox: what a person reads, who may answer, and two people with one request."""

import msgspec
import pytest

from connector.ports.changes import PutAsset
from connector.ports.entities import AssetStatus, DataClass, PageBounds, UserRole
from connector.protocol.dsp.common import Role
from tests.support.plane import OWNER
from tests.web.office import CITY, OFFER, Office, Reading, path

REQUEST = path("/eingang/anfrage", "urn:n:1")
FORM = {"id": "urn:n:1", "stand": "1"}
REASON = {**FORM, "begruendung": "Nur für Verkehr."}


async def _pending(office: Office) -> str | None:
    process = await office.store.negotiation(OWNER, "urn:n:1")
    assert process
    return process.pending.message if process.pending else None


async def test_a_request_says_who_asks_what_differs_and_since_when(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    for opened in ("/", "/eingang", REQUEST):
        text = Reading((await browser.get(opened)).text).text
        assert "City möchte „Baustellen und Sperrungen, laufend“ nutzen" in text
        assert "Weicht von Ihrem Angebot ab: Die neue Fassung erlaubt mehr." in text
        assert "seit 3 Tagen" in text
        assert "Die Anfrage geht über das Angebot hinaus." in text
    assert "Wofür Sie dürfen die Daten nutzen." in text
    assert "Rolle: Anbieter" in text
    # The identifier is on the page once, as such; sentences have the name.
    assert text.count(CITY) == 1


async def test_the_same_terms_are_said_to_be_the_same(office: Office) -> None:
    await office.offer(data_class=DataClass.CONFIDENTIAL)
    await office.ask(asked=OFFER)
    browser = await office.sign_in(UserRole.RELEASE)
    page = await browser.get(REQUEST)
    assert "Zu den Bedingungen Ihres Angebots." in page.text
    assert "/eingang/zurueckgeben" not in page.text


async def test_nothing_waits_is_said_in_words(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "Nichts wartet auf eine Entscheidung." in (await browser.get("/eingang")).text
    assert "Im Moment nichts." in (await browser.get("/")).text


@pytest.mark.parametrize(
    ("action", "form", "done", "message"),
    [
        ("zustimmen", FORM, "zugestimmt", "ContractAgreementMessage"),
        ("ablehnen", REASON, "abgelehnt", "ContractNegotiationTerminationMessage"),
        ("zurueckgeben", FORM, "zurueckgegeben", "ContractOfferMessage"),
    ],
)
async def test_an_answer_is_sent_and_the_audit_log_names_the_person(
    office: Office, action: str, form: dict[str, str], done: str, message: str
) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await browser.post(f"/eingang/{action}", data=form)
    assert answer.headers["location"] == f"/eingang?fertig={done}", answer.text
    assert await _pending(office) == message
    leaves, _ = await office.store.leaves(OWNER, PageBounds(limit=100), process_id="urn:n:1")
    named = [msgspec.json.decode(leaf.body)["fields"] for leaf in leaves if leaf.kind == "answered by a person"]
    assert named == [{"by": "a.kaya"}]
    assert "Nichts wartet" in (await browser.get(answer.headers["location"])).text


async def test_our_offer_goes_back_with_our_own_terms(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    await browser.post("/eingang/zurueckgeben", data=FORM)
    process = await office.store.negotiation(OWNER, "urn:n:1")
    assert process
    assert process.pending
    assert b"ImproveTransportMobility" in process.pending.body


async def test_two_people_answer_one_request_and_the_second_is_told(office: Office) -> None:
    await office.furnish()
    one = await office.sign_in(UserRole.RELEASE)
    other = await office.sign_in(UserRole.PROVIDER, name="b.adler")
    assert (await one.post("/eingang/zustimmen", data=FORM)).status_code == 303
    for action in ("ablehnen", "zustimmen", "zurueckgeben"):
        late = await other.post(f"/eingang/{action}", data=REASON)
        assert late.status_code == 409
        assert "Aylin Kaya hat am 24. November 2025, 16:00 Uhr zugestimmt." in late.text
        assert "Ihre Antwort wurde nicht gesendet." in late.text
    assert await _pending(office) == "ContractAgreementMessage"
    # Who goes back in the browser, or follows an old link, learns it too.
    assert (await one.get(REQUEST)).status_code == 409


async def test_a_decline_needs_a_reason(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    for reason in ("", " \n ", "x" * 1001):
        answer = await browser.post("/eingang/ablehnen", data={**FORM, "begruendung": reason})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert await _pending(office) is None


@pytest.mark.parametrize(
    ("role", "data_class", "may"),
    [
        (UserRole.PROVIDER, DataClass.INTERNAL, True),
        (UserRole.PROVIDER, DataClass.CONFIDENTIAL, False),
        (UserRole.PROVIDER, DataClass.PERSONAL, False),
        (UserRole.RELEASE, DataClass.PERSONAL, True),
        (UserRole.PRIVACY, DataClass.INTERNAL, False),
        (UserRole.AUDITOR, DataClass.OPEN, False),
        (UserRole.CONSUMER, DataClass.OPEN, False),
    ],
)
async def test_protected_data_is_answered_by_a_second_pair_of_eyes(
    office: Office, role: UserRole, data_class: DataClass, may: bool
) -> None:
    await office.offer(data_class=data_class)
    await office.ask()
    browser = await office.sign_in(role)
    page = await browser.get(REQUEST)
    assert ("/eingang/zustimmen" in page.text) is may
    for action in ("zustimmen", "ablehnen", "zurueckgeben"):
        if not may:
            assert (await browser.post(f"/eingang/{action}", data=REASON)).status_code == 403
    assert await _pending(office) is None


async def test_a_counter_offer_to_us_is_answered_by_who_gets_data(office: Office) -> None:
    await office.ask(role=Role.CONSUMER, state="OFFERED", asked={**OFFER, "target": "x"}, offered_by=Role.PROVIDER)
    process = await office.store.negotiation(OWNER, "urn:n:1")
    assert process
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get(REQUEST)
    assert "bietet „Baustellen und Sperrungen, laufend“ mit anderen Bedingungen an" in Reading(page.text).text
    assert "/eingang/zurueckgeben" not in page.text
    assert (await browser.post("/eingang/zurueckgeben", data=FORM)).status_code == 409
    assert (await browser.post("/eingang/ablehnen", data=REASON)).status_code == 303


async def test_an_offer_that_changed_is_agreed_to_only_knowingly(office: Office) -> None:
    await office.furnish()
    asset = await office.store.asset(OWNER, "urn:d:1")
    assert asset
    changed = msgspec.structs.replace(asset, offer_id="urn:offer:new", version=2)
    await office.store.commit([PutAsset(changed, 1)])
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "hat sich seit der Anfrage geändert" in (await browser.get(REQUEST)).text
    assert (await browser.post("/eingang/zustimmen", data=FORM)).status_code == 409
    assert (await browser.post("/eingang/zustimmen", data={**FORM, "geaendert": "1"})).status_code == 303


async def test_a_withdrawn_offer_can_only_be_declined(office: Office) -> None:
    await office.furnish()
    asset = await office.store.asset(OWNER, "urn:d:1")
    assert asset
    await office.store.commit([PutAsset(msgspec.structs.replace(asset, status=AssetStatus.WITHDRAWN, version=2), 1)])
    browser = await office.sign_in(UserRole.PROVIDER)
    page = await browser.get(REQUEST)
    assert "Ihr Angebot ist zurückgezogen" in page.text
    assert "/eingang/zustimmen" not in page.text
    assert (await browser.post("/eingang/zustimmen", data=FORM)).status_code == 409
    assert (await browser.post("/eingang/ablehnen", data=REASON)).status_code == 303


async def test_terms_that_nobody_can_read_are_shown_as_such(office: Office) -> None:
    await office.offer()
    await office.ask(asked={"@type": "Offer", "permission": "nonsense"})
    browser = await office.sign_in(UserRole.PROVIDER)
    for opened in ("/eingang", REQUEST):
        answer = await browser.get(opened)
        assert answer.status_code == 200
        assert "nicht in Worten zeigen" in answer.text


async def test_the_inbox_has_pages_and_an_unknown_place_is_said(office: Office) -> None:
    await office.offer()
    for number in range(12):
        await office.ask(f"urn:n:{number}")
    browser = await office.sign_in(UserRole.PROVIDER)
    first = await browser.get("/eingang")
    assert first.text.count('<li class="entry">') == 10
    (following,) = [link for link in Reading(first.text).links() if "nach=" in link and link.startswith("/eingang")]
    assert (await browser.get(following)).text.count('<li class="entry">') == 2
    assert (await browser.get("/eingang?nach=zzz")).status_code == 422
    assert (await browser.get(path("/eingang/anfrage", "urn:none"))).status_code == 404
