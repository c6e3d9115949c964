"""The state of the process in words, fresh while the page is open."""

import pytest

from connector.controlplane.notices.foreseeing import EndingCertificate
from connector.desk.machine import DiskState, MachineState
from connector.ports.changes import PutBackoff, PutProcess
from connector.ports.entities import Backoff, UserRole
from connector.ports.identity import ListInUse
from connector.protocol.dsp.common import Role
from connector.web.frame.visit import PagesDesk
from tests.contract import values
from tests.support.plane import CITY, NOW, OWNER
from tests.web.getting import follow
from tests.web.office import Office, Reading

DAY = 86_400_000


async def test_a_process_that_works_says_so_with_all_that_was_checked(office: Office) -> None:
    text = Reading((await (await office.sign_in(UserRole.OPERATOR)).get("/betrieb")).text).text
    assert "Alles funktioniert." in text
    assert "Datenbank" in text
    assert "Im Moment läuft keine Lieferung." in text
    assert "ohne signierte Teilnehmerliste" in text


async def test_problems_silent_peers_flows_and_the_end_of_the_list_are_named(office: Office) -> None:
    office.desk.warning = "The store is closed: open it again."
    office.desk.list_in_use = ListInUse(version=4, expires_at=NOW + 3 * DAY, key="kid-1", has_key=False)
    moved = values.transfer("urn:t:1", role=Role.PROVIDER, peer=CITY, state="STARTED", created_at=NOW, due_at=NOW)
    silent = Backoff(owner=OWNER, peer=CITY, failures=7, until=NOW + DAY)
    await office.store.commit([PutProcess(moved, None), PutBackoff(silent)])
    text = Reading((await (await office.sign_in(UserRole.OPERATOR)).get("/betrieb")).text).text
    assert "Alles funktioniert." not in text
    assert "Vorgänge Die Datenbank ist geschlossen" in text
    assert "City 7" in text
    assert "City Wir liefern Abruf" in text
    assert "gilt noch 3 Tage" in text
    assert "steht noch nicht auf der Liste" in text
    assert "Ein Vorgang wartet auf seinen nächsten Schritt." in text


async def test_what_ends_or_runs_short_on_the_machine_is_said_with_what_to_do(office: Office) -> None:
    office.desk.machine = MachineState(
        certificate=EndingCertificate("city.example", NOW + 5 * DAY), key_since=NOW - 400 * DAY, former_keys=1,
        disks=(DiskState("store", 9, 100), DiskState("received", 50, 100)), backup_at=NOW - 9 * DAY,
        zone="Europe/Berlin", clock_behind=True,
    )  # fmt: skip
    page = (await (await office.sign_in(UserRole.OPERATOR)).get("/betrieb")).text
    text = Reading(page).text
    for said in (
        "gilt noch 5 Tage", "city.example", "Bitte jetzt erneuern", "Frühere Schlüssel, die noch gelten: 1.",
        "vor 9 Tagen", "datenkontor backup sicherung-heute.tar", "9 B von 100 B sind frei.",
        "Der Platz wird knapp", "Die Uhr geht nach", "(Europe/Berlin)",
    ):  # fmt: skip
        assert said in text, said
    assert text.count("Der Platz wird knapp") == 1


async def test_a_machine_that_is_well_asks_for_nothing(office: Office) -> None:
    office.desk.machine = MachineState(
        certificate=EndingCertificate("city.example", NOW + 90 * DAY), key_since=NOW - DAY, backup_at=NOW - DAY,
        disks=(DiskState("store", 50, 100),),
    )  # fmt: skip
    page = (await (await office.sign_in(UserRole.OPERATOR)).get("/betrieb")).text
    assert "Bitte jetzt erneuern" not in page
    assert "Der Platz wird knapp" not in page
    assert "geht nach" not in page
    assert 'class="tag warn"' not in page.partition("Zertifikat und Schlüssel")[2]


async def test_the_page_stays_fresh(office: Office) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    pages: PagesDesk = office.app._pages  # type: ignore[attr-defined]

    async def stop() -> None:
        pages.stopping.set()

    (told,) = await follow(office, browser, "/betrieb/laufend", stop)
    assert "Alles funktioniert." in told["part"]


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.OPERATOR])
async def test_others_do_not_see_it(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    for opened in ("/betrieb", "/betrieb/teilnehmer", "/betrieb/laufend"):
        assert (await browser.get(opened)).status_code == 403
