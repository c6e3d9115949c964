"""Received files: opened as text by people who get data, downloaded as bytes, and never shown as what they say."""

import pytest

from connector.ports.changes import PutProcess
from connector.ports.entities import UserRole
from connector.web.showing.rows import SAMPLED
from tests.web.getting import CSV, DELIVERED, GEOJSON, link, make_delivery, put_files
from tests.web.office import Office, Reading

PAGE = b"<!doctype html><script>alert(1)</script>"


async def _open(office: Office, name: str, path: str = "inhalt") -> tuple[int, str]:
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(link(f"/lieferungen/{path}", id=DELIVERED, datei=name))
    return answer.status_code, answer.text


@pytest.fixture
async def delivered(office: Office) -> Office:
    await office.store.commit([PutProcess(make_delivery(), None)])
    put_files(office.desk, luft_csv=CSV, orte_geojson=GEOJSON)
    return office


async def test_a_table_shows_its_rows_and_its_times(delivered: Office) -> None:
    status, text = await _open(delivered, "luft.csv")
    page = Reading(text)
    assert status == 200
    assert "30 Zeilen" in page.text
    assert "gemessen station wert 1 2026-11-01T08:00:00+01:00 Marktplatz 1,5" in page.text
    assert "Zeit: gemessen" in page.text
    assert [tag for tag, _ in page.elements].count("rect") == 30


async def test_geojson_shows_its_places(delivered: Office) -> None:
    _, text = await _open(delivered, "orte.geojson")
    page = Reading(text)
    assert [given["class"] for tag, given in page.elements if tag == "path" and "class" in given][:2] == [
        "point",
        "line",
    ]
    assert "Marktplatz" in page.text


async def test_a_large_file_is_read_at_its_beginning_alone(delivered: Office) -> None:
    put_files(delivered.desk, viel_csv="a;b\n" + "12345678;x\n" * (SAMPLED // 8))
    status, text = await _open(delivered, "viel.csv")
    assert status == 200
    assert "mehr als" in text
    assert text.count("<tr>") == 201
    assert len(text) < 100_000


async def test_a_page_of_a_peer_is_never_mark_up(delivered: Office) -> None:
    folder = delivered.desk.received / DELIVERED.rpartition(":")[2]
    (folder / "seite.html").write_bytes(PAGE)
    assert "lässt sich hier nicht als Tabelle zeigen" in (await _open(delivered, "seite.html"))[1]
    browser = await delivered.sign_in(UserRole.CONSUMER)
    answer = await browser.get(link("/lieferungen/datei", id=DELIVERED, datei="seite.html"))
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_download_goes_on_where_it_broke_off(delivered: Office) -> None:
    browser = await delivered.sign_in(UserRole.CONSUMER)
    path = link("/lieferungen/datei", id=DELIVERED, datei="luft.csv")
    part = await browser.get(path, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, CSV.encode()[10:20])
    assert (await browser.get(path, headers={"range": "bytes=99999-"})).status_code == 416


@pytest.mark.parametrize(
    "role", [UserRole.PROVIDER, UserRole.RELEASE, UserRole.PRIVACY, UserRole.AUDITOR, UserRole.OPERATOR]
)
async def test_only_people_who_get_data_open_it(delivered: Office, role: UserRole) -> None:
    browser = await delivered.sign_in(role, name="a.other")
    for path in ("inhalt", "datei"):
        answer = await browser.get(link(f"/lieferungen/{path}", id=DELIVERED, datei="luft.csv"))
        assert answer.status_code == 403
        assert "Marktplatz" not in answer.text


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "luft.csv/..", "none.csv", ".partial/x", "%2e%2e/x"])
async def test_nothing_but_the_files_of_the_delivery_is_opened(delivered: Office, name: str) -> None:
    (delivered.desk.received / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    assert (await _open(delivered, name))[0] == 404
    assert (await _open(delivered, name, "datei"))[0] == 404


async def test_a_link_among_the_files_is_not_followed(delivered: Office) -> None:
    folder = delivered.desk.received / DELIVERED.rpartition(":")[2]
    (folder / "link.csv").symlink_to("/etc/passwd")
    assert (await _open(delivered, "link.csv"))[0] == 404


async def test_one_of_several_files_has_to_be_named(delivered: Office) -> None:
    browser = await delivered.sign_in(UserRole.CONSUMER)
    assert (await browser.get(link("/lieferungen/inhalt", id=DELIVERED))).status_code == 409
