"""The list of offers: terms in a line, the last delivery, what needs a hand, and a word that finds one of many."""

from connector.ports.changes import PutProcess
from connector.ports.entities import AssetStatus, DataClass, UserRole
from connector.protocol.dsp.common import Role
from tests.support.plane import NOW
from tests.web.getting import link, make_delivery
from tests.web.office import Office, Reading


async def _read(office: Office, *roles: UserRole, place: str = "/angebote") -> str:
    return Reading((await (await office.sign_in(*roles)).get(place)).text).text


async def test_a_row_says_the_terms_the_delivery_and_what_waits(office: Office) -> None:
    await office.offer("urn:d:1")
    await office.ask("urn:n:1", "urn:d:1")
    await office.store.commit(
        [PutProcess(make_delivery(dataset="urn:d:1", role=Role.PROVIDER, created_at=NOW - 86_400_000), None)]
    )
    text = await _read(office, UserRole.PROVIDER)
    assert "Verkehr und Mobilität verbessern" in text
    assert "1 Anfrage wartet" in text
    assert "nicht in letzter Zeit" not in text


async def test_a_draft_says_what_it_needs_of_the_reader(office: Office) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.CONFIDENTIAL, edited_by=("b.adler",))
    assert "Wartet auf Ihre Freigabe." in await _read(office, UserRole.RELEASE)


async def test_who_cannot_act_is_not_asked_to(office: Office) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.CONFIDENTIAL, edited_by=("b.adler",))
    text = await _read(office, UserRole.AUDITOR)
    assert "Wartet auf Ihre Freigabe." not in text


async def test_only_what_was_published_is_said_to_rest(office: Office) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT)
    text = await _read(office, UserRole.PROVIDER)
    assert "noch nie" in text
    assert "nicht in letzter Zeit" not in text
    await office.offer("urn:d:3", status=AssetStatus.WITHDRAWN)
    assert "nicht in letzter Zeit" in await _read(office, UserRole.PROVIDER)


async def test_a_word_finds_one_of_many(office: Office) -> None:
    for number in range(60):
        await office.offer(f"urn:d:{number}", title={"de": f"Zählstelle {number}"})
    await office.offer("urn:d:tree", title={"de": "Bäume <b>"}, created_at=NOW - 86_400_000)
    text = await _read(office, UserRole.PROVIDER, place=link("/angebote", wort="bäume"))
    assert "Bäume <b>" in text
    assert "Zählstelle" not in text
    assert "Kein Angebot hat „Kastanie“" in await _read(office, UserRole.PROVIDER, place="/angebote?wort=Kastanie")
