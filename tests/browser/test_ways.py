"""The three ways through the pages, offer, answer and get, and the tasks of each role: by mouse, by keyboard alone and
without script, in each language, with the same end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, expect

from connector.language.catalogue import LANGUAGES, Language
from connector.ports.entities import AssetStatus, PageBounds, UserRole
from tests.browser.hands import Keyboard, Mouse, write_table
from tests.browser.routine import ROUTINE
from tests.browser.served import CHROMIUM, ServedOffice, sign_in, watch
from tests.browser.tasks import ACTING, Task
from tests.browser.work import Work, open_link
from tests.pages.world import furnish
from tests.support.plane import OWNER
from tests.web import getting
from tests.web.getting import DATA, TITLE

pytestmark = [pytest.mark.web, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]


def _offer(work: Work) -> None:
    """From a file to an offer that everybody sees."""
    work.hand.press("menu-offers")
    work.hand.press("offering.title")
    work.hand.choose_file("datei", write_table(work.folder))
    if not work.script:
        work.hand.press("offering.upload-button")
    work.page.wait_for_url("**/neues-angebot/beschreibung*")
    for key in ("on-terms", "on-check", "on-release"):
        work.hand.press(f"offering.{key}")
    work.hand.press("offer-publish")
    work.page.wait_for_url("**/angebote/angebot?*")
    offers, _ = work.ask_store(
        work.served.office.store.assets(OWNER, PageBounds(limit=50), status=AssetStatus.PUBLISHED)
    )
    assert "Baum kataster" in [title for offer in offers for title in offer.title.values()]


def _agree(work: Work) -> None:
    work.hand.press("menu-inbox")
    work.hand.press("request-open")
    work.hand.press("request-agree")
    work.page.wait_for_url("**/eingang?fertig=zugestimmt")
    process = work.ask_store(work.served.office.store.negotiation(OWNER, "urn:n:1"))
    assert process.pending.message == "ContractAgreementMessage"


def _decline(work: Work) -> None:
    work.hand.press("menu-inbox")
    work.hand.press("request-open")
    work.hand.write("begruendung", "Nur für Verkehr.")
    work.hand.press("request-decline")
    work.page.wait_for_url("**/eingang?fertig=abgelehnt")
    process = work.ask_store(work.served.office.store.negotiation(OWNER, "urn:n:1"))
    assert process.pending.message == "ContractNegotiationTerminationMessage"


def _get(work: Work) -> None:
    """From a search to a request that is sent."""
    work.hand.press("menu-search")
    work.hand.press("finding.search")
    work.page.wait_for_url("**/suche?*q=*")
    open_link(work, TITLE[work.language])
    work.hand.press("finding.ask")
    work.page.wait_for_url("**/suche/anfrage?*")
    work.hand.choose("zweck", 1)
    work.hand.press("finding.to-check")
    work.page.wait_for_url("**/suche/anfrage/pruefen?*")
    work.hand.press("finding.send")
    work.page.wait_for_url("**/anfragen/anfrage?*")
    sent = work.ask_store(work.served.office.store.negotiations(OWNER, PageBounds(limit=50)))[0]
    assert any(one.dataset == DATA and one.id.startswith("urn:id:") for one in sent)


def _read_rows(work: Work) -> None:
    """From a delivery to the rows of a file."""
    work.page.goto(getting.OPENED["/lieferungen/lieferung"])
    work.hand.press("receiving.open")
    work.page.wait_for_url("**/lieferungen/inhalt?*")
    expect(work.page.get_by_role("cell", name="Marktplatz").first).to_be_visible()


def _end_agreement(work: Work) -> None:
    work.hand.press("menu-agreements")
    open_link(work, work.served.office.title[work.language])
    work.hand.press("agreement-end")
    work.hand.write("begruendung", "Zweck erreicht.")
    work.hand.press("end-button")
    work.page.wait_for_url("**/vertraege/vertrag?*")
    (ended,) = parse_qs(urlsplit(work.page.url).query)["id"]
    (agreement,) = work.ask_store(work.served.office.store.agreements_named(OWNER, ended))
    assert agreement.withdrawn_at is not None


def _publish_confidential(work: Work) -> None:
    work.page.goto("/angebote/angebot?id=urn:d:2")
    work.hand.tick("geprueft")
    work.hand.press("offer-publish")
    work.page.wait_for_url("**/angebote/angebot?*fertig=*")
    offer = work.ask_store(work.served.office.store.asset(OWNER, "urn:d:2"))
    assert offer.status is AssetStatus.PUBLISHED


def _withdraw(work: Work) -> None:
    work.page.goto("/angebote/angebot?id=urn:d:1")
    work.hand.press("offer-withdraw")
    work.page.wait_for_url("**/angebote/zurueckziehen?*")
    work.hand.press("withdraw-button")
    work.page.wait_for_url("**/angebote/angebot?*fertig=*")
    offer = work.ask_store(work.served.office.store.asset(OWNER, "urn:d:1"))
    assert offer.status is AssetStatus.WITHDRAWN


WAYS: dict[str, tuple[UserRole, Task]] = {
    "offer": (UserRole.PROVIDER, _offer),
    "answer": (UserRole.RELEASE, _agree),
    "get": (UserRole.CONSUMER, _get),
}
TASKS: dict[str, tuple[UserRole, Task]] = {
    "provider declines": (UserRole.PROVIDER, _decline),
    "provider withdraws": (UserRole.PROVIDER, _withdraw),
    "release publishes": (UserRole.RELEASE, _publish_confidential),
    "release ends": (UserRole.RELEASE, _end_agreement),
    "consumer reads": (UserRole.CONSUMER, _read_rows),
    **ACTING,
    **ROUTINE,
}
HANDS = {"mouse": (Mouse, True), "keyboard": (Keyboard, True), "without script": (Mouse, False)}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    office = ServedOffice(tmp_path)
    office.do(furnish(office.office))
    yield office
    office.close()


def _do(browser: Browser, served: ServedOffice, folder: Path, role: UserRole, task: Task, **how: Any) -> None:
    kind, script = HANDS[how["hand"]]
    context = browser.new_context(locale="de-DE", java_script_enabled=script, base_url=served.address)
    page, faults = watch(context, served)
    sign_in(page, served, role)
    page.goto(f"/sprache/{how['language']}")
    task(Work(served, page, kind(page, how["language"]), how["language"], script, folder))
    assert faults == []
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_gone_to_its_end(
    browser: Browser, served: ServedOffice, tmp_path: Path, way: str, hand: str, language: Language
) -> None:
    _do(browser, served, tmp_path, *WAYS[way], hand=hand, language=language)


def test_each_role_has_five_tasks() -> None:
    roles = [role for role, _ in (*WAYS.values(), *TASKS.values())]
    assert {role: count for role in UserRole if (count := roles.count(role)) < 5} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_done(
    browser: Browser, served: ServedOffice, tmp_path: Path, task: str, hand: str, language: Language
) -> None:
    _do(browser, served, tmp_path, *TASKS[task], hand=hand, language=language)
