"""The record of a contract: its time line from the audit log, and the contract as a file."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from connector.controlplane.core import commits
from connector.controlplane.usecases import agreements
from connector.desk.agreements import write_agreement
from connector.identity.seals import ListedSeals
from connector.ports.changes import PutProcess
from connector.ports.entities import UserRole
from connector.ports.seals import KeptSeal, SigningUnavailable
from connector.protocol.evidence import AgreementEvidence
from connector.protocol.seals import Seal, compute_digest
from connector.views.agreements import AgreementView
from connector.web.frame import paper
from tests.contract import values
from tests.support.plane import CITY, KEY, ME, NOW, OWNER, Desk
from tests.web.frame.test_paper import find_streams
from tests.web.office import Office, Reading, path

HISTORY = path("/vertraege/verlauf", "urn:a:1")


async def _record(office: Office) -> None:
    await office.furnish()
    context = office.desk.rooms.context
    agreement = (await office.store.agreements_named(OWNER, "urn:a:1"))[0]
    judged = {"verdict": "deny", "rules": []}
    told: list[tuple[str, str, dict[str, object]]] = [
        (agreement.negotiation_id, "received ContractRequestMessage", {"seal": {"seal": {"created": NOW // 1000}}}),
        (agreement.negotiation_id, "answered by a person", {"by": "a.kaya"}),
        (agreement.negotiation_id, "decided agree", {"judged": {"verdict": "permit", "rules": []}}),
        ("urn:t:1", "flow started", {}),
        ("urn:t:1", "lease renewed", {}),
        ("urn:t:1", "decided terminate", {"judged": judged}),
        (agreement.key, "payment settled", {"by": "accounts"}),
        (agreement.key, "agreement withdrawn", {"by": "b.adler", "reason": "<b>Zweck</b> erreicht."}),
        ("urn:somebody else", "held", {}),
    ]
    for process, event, fields in told:
        await office.store.commit([commits.record(context, event, process, fields)])


async def test_the_time_line_says_what_happened_who_did_it_and_why(office: Office) -> None:
    await _record(office)
    browser = await office.sign_in(UserRole.AUDITOR, person="Aylin Kaya")
    page = (await browser.get(HISTORY)).text
    text = Reading(page).text
    story = [
        "Eingegangen: Anfrage", "Vom Absender unterschrieben: 24. November 2025, 16:00 Uhr.",
        "Von einem Menschen beantwortet", "durch Aylin Kaya", "Entschieden: zustimmen",
        "Lieferung freigegeben", "Entschieden: ablehnen oder abbrechen", "erlauben es nicht", "Zahlung: beglichen",
        "durch accounts", "Vertrag beendet", "durch b.adler", "Zweck",
    ]  # fmt: skip
    places = [text.index(words) for words in story]
    assert places == sorted(places)
    assert text.count("Vom Absender unterschrieben") == 1
    assert "Erlaubnis erneuert" not in text
    assert "Wartet auf" not in text
    assert "<b>" not in page
    assert "/nachweise/eintrag?nummer=" in page


async def test_only_who_audits_is_led_into_the_log(office: Office) -> None:
    await _record(office)
    browser = await office.sign_in(UserRole.CONSUMER)
    page = (await browser.get(HISTORY)).text
    assert "Eintrag " in page
    assert "/nachweise" not in page


async def test_the_agreement_says_who_agreed_what_and_what_happens_next(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.RELEASE)
    text = Reading((await browser.get(path("/vertraege/vertrag", "urn:a:1"))).text).text
    assert "Anbieter Tiefbauamt Musterstadt Bezieher City" in text
    assert "Bis 31. Dezember 2027, 23:00 Uhr zu erfüllen: löschen." in text
    assert "bis die Datenkoordination ihn beendet" in text


@pytest.mark.parametrize("language", ["de", "en"])
async def test_the_file_is_the_agreement_and_has_the_same_bytes_each_time(office: Office, language: str) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.AUDITOR, language=language)
    first, second = [await browser.get(path("/vertraege/datei", "urn:a:1")) for _ in range(2)]
    assert first.content == second.content
    assert first.headers["content-disposition"].startswith("attachment")
    read = msgspec.json.decode(first.content, type=AgreementView)
    assert (read.id, read.policy["@type"], read.counterparty_name) == ("urn:a:1", "Agreement", "City")
    agreement = (await office.store.agreements_named(OWNER, "urn:a:1"))[0]
    assert read.sha256 == hashlib.sha256(agreement.document).hexdigest()
    (found,) = await agreements.describe(office.desk.rooms.evaluator, [agreement])
    assert write_agreement(found) == first.content


async def test_what_does_not_exist_has_no_record(office: Office) -> None:
    browser = await office.sign_in(UserRole.AUDITOR)
    for place in ("/vertraege/verlauf", "/vertraege/datei"):
        assert (await browser.get(path(place, "urn:none"))).status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", b"vertrag-baustellen-und-sperrungen-laufend-urn-a-1.pdf"),
        ("en", b"agreement-roadworks-and-closures-live-urn-a-1.pdf"),
    ],
)
async def test_the_paper_has_the_file_inside_and_the_same_bytes_each_time(
    office: Office, language: str, said: bytes
) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.CONSUMER, language=language)
    first, second = [await browser.get(path("/vertraege/pdf", "urn:a:1")) for _ in range(2)]
    assert first.content == second.content
    assert said.decode() in first.headers["content-disposition"]
    attached = (await browser.get(path("/vertraege/datei", "urn:a:1"))).content
    assert attached in find_streams(first.content)


async def test_without_the_extra_the_pages_say_how_to_get_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "find_spec", lambda _name: None)
    await office.furnish()
    browser = await office.sign_in(UserRole.CONSUMER)
    page = (await browser.get(path("/vertraege/vertrag", "urn:a:1"))).text
    assert "datenkontor[pdf]" in page
    assert "/vertraege/pdf" not in page
    answer = await browser.get(path("/vertraege/pdf", "urn:a:1"))
    assert (answer.status_code, "datenkontor[pdf]" in answer.text, "Druckfunktion" in answer.text) == (503, True, True)


async def _seal(office: Office, agreement_id: str = "urn:a:1") -> None:
    """Let the counterparty have signed an agreement."""
    (agreement,) = await office.store.agreements_named(OWNER, agreement_id)
    seal = Seal(
        url="https://me.example/dsp", content_digest="c", agreement_digest=compute_digest(agreement.document),
        created=NOW // 1000, key="k", algorithm="ES256",
    )  # fmt: skip
    kept = msgspec.json.encode(KeptSeal(seal=seal, jwk={"kty": "EC"}))
    await office.store.commit([PutProcess(values.negotiation(agreement.negotiation_id, seal=kept), None)])


async def test_the_agreement_says_whether_the_other_side_has_signed_it(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.AUDITOR)
    before = Reading((await browser.get(path("/vertraege/vertrag", "urn:a:1"))).text).text
    assert "nur hier belegt Von City liegt keine Unterschrift vor." in before
    await _seal(office)
    page = await browser.get(path("/vertraege/vertrag", "urn:a:1"))
    assert "City hat diesen Text unterschrieben: 24. November 2025, 16:00 Uhr." in Reading(page.text).text
    assert path("/vertraege/beweis", "urn:a:1") in page.text


async def test_the_evidence_is_a_file_that_names_the_agreement_and_has_both_keys(office: Office) -> None:
    await office.furnish()
    await _seal(office)
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(path("/vertraege/beweis", "urn:a:1"))
    named = 'attachment; filename="beweis-baustellen-und-sperrungen-laufend-urn-a-1.json"'
    assert answer.headers["content-disposition"] == named
    evidence = msgspec.json.decode(answer.content, type=AgreementEvidence)
    (agreement,) = await office.store.agreements_named(OWNER, "urn:a:1")
    assert evidence.agreement.encode() == agreement.document
    assert evidence.keys.keys() == {ME, CITY}
    assert (await browser.get(path("/vertraege/beweis", "urn:a:none"))).status_code == 404


async def test_without_a_key_of_its_own_the_page_offers_no_evidence(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.values = msgspec.structs.replace(desk.values, seals=None)
    office = Office(desk)
    await office.furnish()
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "/vertraege/beweis" not in (await browser.get(path("/vertraege/vertrag", "urn:a:1"))).text
    assert (await browser.get(path("/vertraege/beweis", "urn:a:1"))).status_code == 409


class KeyAway(ListedSeals):
    """The seals of a participant whose key is in a device that is away."""

    def state(self, payload: bytes) -> bytes:
        raise SigningUnavailable(f"The token does not sign {len(payload)} bytes.")


@pytest.mark.parametrize(
    ("language", "told"),
    [("de", "Das Gerät mit dem Signaturschlüssel antwortet nicht."), ("en", "The device with the signing key")],
)
async def test_who_asks_for_a_signature_while_the_key_is_away_is_told_so(
    tmp_path: Path, language: str, told: str
) -> None:
    desk = Desk(tmp_path)
    desk.values = msgspec.structs.replace(desk.values, seals=KeyAway(KEY, dict, lambda: NOW))
    office = Office(desk)
    await office.furnish()
    browser = await office.sign_in(UserRole.CONSUMER, language=language)
    answer = await browser.get(path("/vertraege/beweis", "urn:a:1"))
    assert answer.status_code == 503
    assert told in Reading(answer.text).text
