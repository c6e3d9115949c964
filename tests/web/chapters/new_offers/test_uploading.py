"""A file from a desk becomes the data of an offer: with a form, by script, interrupted, empty, lying, too large."""

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import people
from connector.controlplane.usecases.offering import offer_forms
from connector.dataplane.uploads import MOST_BYTES, Uploads, is_upload
from connector.ports.entities import UserRole
from connector.web.frame.application import PagesHouse
from connector.web.pages import make_pages_app
from tests.support.plane import OWNER
from tests.web.office import Office, Reading

TREES = "Art;Höhe;Datum\nLinde;12,5;2026-05-01\nAhorn;9;2026-05-03\n".encode()
BYTES = {"content-type": "application/octet-stream"}


def form_of(location: str) -> str:
    return parse_qs(urlsplit(location).query)["id"][0]


async def test_a_file_is_uploaded_with_a_form_and_described(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("baum_kataster.csv", TREES, "text/csv")})
    assert sent.status_code == 303, sent.text
    page = await browser.get(sent.headers["location"])
    form = await office.form(form_of(sent.headers["location"]))
    assert form.answers["titel"] == "Baum kataster"
    assert (form.answers["von"], form.answers["bis"]) == ("2026-05-01", "2026-05-03")
    assert (office.root / form.source["path"]).read_bytes() == TREES  # type: ignore[index]
    text = Reading(page.text).text
    assert "getrennt durch ;" in text
    assert "3 Felder" in text
    assert "9 – 12,5" in text


async def test_the_script_sends_what_is_missing(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    begun = (await browser.post("/neues-angebot/beginnen", data={})).json()
    query = {"id": begun["id"], "name": "bäume.csv", "groesse": str(len(TREES)), "geaendert": "1"}
    stored = await browser.get("/neues-angebot/hochladen", params=query)
    assert stored.json() == {"stored": 0}
    short = await browser.post("/neues-angebot/hochladen", params=query, content=TREES[:10], headers=BYTES)
    assert short.status_code == 422
    stored = await browser.get("/neues-angebot/hochladen", params=query)
    assert stored.json() == {"stored": 10}
    rest = {**query, "ab": "10"}
    done = await browser.post("/neues-angebot/hochladen", params=rest, content=TREES[10:], headers=BYTES)
    assert done.json()["path"].startswith("/neues-angebot/beschreibung?id=")
    form = await office.form(begun["id"])
    assert (office.root / form.source["path"]).read_bytes() == TREES  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("leer.csv", b"", "leer"),
        ("bild.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "Bild"),
        ("gross.csv", b"a;b\n" * 30_000, "100000"),
    ],
)
async def test_what_is_no_such_data_is_told_in_words(office: Office, name: str, data: bytes, told: str) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await browser.post("/neues-angebot/hochladen", files={"datei": (name, data, "text/csv")})
    assert answer.status_code == 422
    page = Reading(answer.text)
    assert told in page.text
    assert "unchecked" not in page.text
    assert ("div", "alert") in [(tag, given.get("role")) for tag, given in page.elements]


async def test_a_file_that_fails_without_script_leaves_no_empty_form(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    refused = await browser.post("/neues-angebot/hochladen", files={"datei": ("leer.csv", b"", "text/csv")})
    assert refused.status_code == 422
    assert "leer" in Reading(refused.text).text
    assert await office.store.offer_forms(OWNER) == []
    assert list_files(office.root) == set()
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("baum.csv", TREES, "text/csv")})
    # A form that had data before keeps it, and what was typed.
    form_id = form_of(sent.headers["location"])
    await browser.post(f"/neues-angebot/hochladen?id={form_id}", files={"datei": ("leer.csv", b"", "text/csv")})
    assert (await office.form(form_id)).answers["titel"] == "Baum"


@pytest.mark.parametrize(("language", "notice"), [("de", "Quelle: "), ("en", "Source: ")])
async def test_open_data_names_this_provider_as_its_source(office: Office, language: str, notice: str) -> None:
    browser = await office.sign_in(UserRole.PROVIDER, language=language)
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("baum.csv", TREES, "text/csv")})
    form_id = form_of(sent.headers["location"])
    page = (await browser.get(f"/neues-angebot/bedingungen?id={form_id}")).text
    fields = [given for _, given in Reading(page).elements if given.get("name") == "open-data.notice"]
    assert [field["value"] for field in fields] == [f"{notice}Tiefbauamt Musterstadt"]
    # Another file does not take the place of what somebody wrote.
    form = await office.form(form_id)
    written = {"open-data.notice": "Stadt X", "stand": str(form.version), "id": form_id, "vorlage": "open-data"}
    await browser.post("/neues-angebot/bedingungen", data=written)
    await browser.post(f"/neues-angebot/hochladen?id={form_id}", files={"datei": ("neu.csv", TREES, "text/csv")})
    assert (await office.form(form_id)).answers["open-data.notice"] == "Stadt X"


def list_files(folder: Path) -> set[Path]:
    return {found for found in folder.rglob("*") if found.is_file()}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "con", ".hidden", "a\x00b.csv", "x" * 400 + ".csv", "🌳.csv"]
)
async def test_no_name_leads_out_of_the_folder(office: Office, tmp_path: Path, name: str) -> None:
    before = list_files(tmp_path)
    browser = await office.sign_in(UserRole.PROVIDER)
    begun = (await browser.post("/neues-angebot/beginnen", data={})).json()
    query = {"id": begun["id"], "name": name, "groesse": str(len(TREES)), "geaendert": "1"}
    await browser.post("/neues-angebot/hochladen", params=query, content=TREES, headers=BYTES)
    fresh = list_files(tmp_path) - before
    assert fresh
    assert all((office.root / "uploads") in path.parents for path in fresh)


@pytest.mark.parametrize("role", [UserRole.AUDITOR, UserRole.PRIVACY, UserRole.CONSUMER, UserRole.OPERATOR])
async def test_only_who_makes_offers_uploads(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    answer = await browser.post("/neues-angebot/hochladen", files={"datei": ("a.csv", TREES, "text/csv")})
    assert answer.status_code == 403
    assert list_files(office.root) == set()


@pytest.mark.parametrize("groesse", ["-1", "x", "9" * 30, ""])
async def test_a_size_that_no_page_sends_is_refused(office: Office, groesse: str) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    await office.fill_in()
    query = {"id": "urn:f:1", "name": "a.csv", "groesse": groesse, "geaendert": "1"}
    answer = await browser.post("/neues-angebot/hochladen", params=query, content=b"a", headers=BYTES)
    assert answer.status_code == 422


@pytest.mark.parametrize("made", [True, False])
async def test_what_is_given_up_is_removed_unless_an_offer_has_it(office: Office, made: bool) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("baum.csv", TREES, "text/csv")})
    form_id = form_of(sent.headers["location"])
    if made:
        await office.offer(form_id)
    await browser.post("/neues-angebot/verwerfen", data={"id": form_id})
    assert bool(list_files(office.root)) is made


@pytest.mark.parametrize("released", [True, False])
async def test_a_file_that_arrives_late_replaces_nothing(office: Office, released: bool) -> None:
    """The form is released, or another window uploads a file of this name, while the file is on its way."""
    browser = await office.sign_in(UserRole.PROVIDER)
    await office.fill_in(answers={"titel": "Bäume", "vorlage": "purpose", "klasse": "confidential"})
    query = {"id": "urn:f:1", "name": "baum.csv", "groesse": str(len(TREES)), "geaendert": "1"}
    first = await browser.post("/neues-angebot/hochladen", params=query, content=TREES, headers=BYTES)
    assert first.status_code == 200
    form = await office.form()
    assert form.source

    async def send_slowly() -> AsyncIterator[bytes]:
        yield b"x" * 10
        if released:
            await browser.post("/neues-angebot/freigabe", data={"id": form.id, "stand": str(form.version)})
        else:
            saved = {**form.answers, "titel": "Anders", "id": form.id, "stand": str(form.version)}
            await browser.post("/neues-angebot/beschreibung", data=saved)
        yield b"x" * (len(TREES) - 10)

    headers = {**BYTES, "content-length": str(len(TREES))}
    late = await browser.post("/neues-angebot/hochladen", params=query, content=send_slowly(), headers=headers)
    assert late.status_code == 422
    asset = await office.store.asset(OWNER, "urn:f:1")
    source = asset.source if asset else (await office.form()).source
    assert bool(asset) is released
    assert source == form.source
    assert (office.root / form.source["path"]).read_bytes() == TREES
    assert len(list_files(office.root / "uploads")) == 1


@pytest.mark.parametrize("deed", ["disabled", "another role"])
async def test_a_file_of_who_may_no_longer_make_offers_is_not_taken(office: Office, deed: str) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    await office.fill_in()
    before = await office.form()
    query = {"id": "urn:f:1", "name": "baum.csv", "groesse": str(len(TREES)), "geaendert": "1"}

    async def send() -> AsyncIterator[bytes]:
        yield TREES[:10]
        if deed == "disabled":
            await users.disable(office.register, "a.kaya", by="test")
        else:
            await people.change_roles(office.register, "a.kaya", [UserRole.AUDITOR], by="test")
        yield TREES[10:]

    headers = {**BYTES, "content-length": str(len(TREES))}
    late = await browser.post("/neues-angebot/hochladen", params=query, content=send(), headers=headers)
    assert late.status_code == 422
    assert await office.form() == before
    assert list_files(office.root / "uploads") == set()


async def test_another_file_takes_the_place_of_the_first_one(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("baum.csv", TREES, "text/csv")})
    place = f"/neues-angebot/hochladen?id={form_of(sent.headers['location'])}"
    await browser.post(place, files={"datei": ("baum.csv", TREES + b"Eiche;3;2026-05-04\n", "text/csv")})
    (left,) = list_files(office.root)
    form = await office.form(form_of(sent.headers["location"]))
    assert form.source
    assert left == office.root / form.source["path"]
    assert left.read_bytes().endswith(b"05-04\n")


async def test_a_large_file_takes_little_memory(office: Office) -> None:
    uploads = Uploads(office.root, largest=MOST_BYTES)
    office.app = make_pages_app(office.values, PagesHouse(address=office.address, provider="Amt"), uploads=uploads)
    browser = await office.sign_in(UserRole.PROVIDER)
    begun = (await browser.post("/neues-angebot/beginnen", data={})).json()
    piece, count = b"Linde;12,5\n" * 6_000, 1_000
    query = {"id": begun["id"], "name": "gross.csv", "groesse": str(len(piece) * count), "geaendert": "1"}

    async def send() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield piece

    headers = {**BYTES, "content-length": query["groesse"]}
    tracemalloc.start()
    done = await browser.post("/neues-angebot/hochladen", params=query, content=send(), headers=headers)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.status_code == 200, done.text
    form = await office.form(begun["id"])
    assert form.source
    assert (office.root / form.source["path"]).stat().st_size == len(piece) * count
    # The look at the beginning of the file takes its part of it, however long the file is.
    assert peak < 40_000_000 < len(piece) * count


async def test_what_a_kill_left_of_a_form_that_was_given_up_is_swept(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("a.csv", TREES, "text/csv")})
    form = await office.form(form_of(sent.headers["location"]))
    context, late = office.desk.values.context, 1 << 50
    uploads = Uploads(office.root)
    kept = await offer_forms.list_sources(context)
    assert await uploads.sweep(kept.ids, kept.sources, late) == 0
    # The process ends here, before it removes the file.
    await offer_forms.drop(context, form)
    kept = await offer_forms.list_sources(context)
    assert await uploads.sweep(kept.ids, kept.sources, late) == 1
    assert not (office.root / form.source["path"]).exists()  # type: ignore[index]


@pytest.mark.parametrize(("days", "told"), [(30.0, "30 Tage lang"), (1.0, "einen Tag lang"), (0.2, "einen Tag lang")])
async def test_the_page_says_how_long_a_file_is_kept_that_nobody_goes_on_with(
    office: Office, days: float, told: str
) -> None:
    values = msgspec.structs.replace(office.values, partial_days=days)
    house = PagesHouse(address=office.address, provider="Amt")
    office.app = make_pages_app(values, house, uploads=Uploads(office.root))
    browser = await office.sign_in(UserRole.PROVIDER)
    assert f"Geht es {told} nicht weiter" in Reading((await browser.get("/neues-angebot/daten")).text).text


async def test_a_file_that_nobody_made_an_offer_of_goes_and_what_was_typed_is_shown(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    sent = await browser.post("/neues-angebot/hochladen", files={"datei": ("baum.csv", TREES, "text/csv")})
    form = await office.form(form_of(sent.headers["location"]))
    await offer_forms.let_go(office.desk.values.context, form.saved_at + 1, is_upload)
    kept = await offer_forms.list_sources(office.desk.values.context)
    assert await Uploads(office.root).sweep(kept.ids, kept.sources, 1 << 50) == 1
    for step in ("beschreibung", "bedingungen", "pruefen", "freigabe", "daten"):
        page = await browser.get(f"/neues-angebot/{step}", params={"id": form.id})
        assert page.status_code in {200, 303}, step
    assert "Baum" in (await browser.get("/neues-angebot/beschreibung", params={"id": form.id})).text
    again = await browser.post(
        "/neues-angebot/hochladen", params={"id": form.id}, files={"datei": ("baum.csv", TREES, "text/csv")}
    )
    assert again.status_code == 303
    assert (await office.form(form.id)).source is not None
