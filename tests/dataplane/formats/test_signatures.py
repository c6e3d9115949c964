"""Data that is not what its name says is recognised by its first bytes, and nothing else is."""

import gzip
import io
import zipfile

import pytest

from connector.dataplane.formats import signatures
from connector.dataplane.formats.signatures import find_contradiction, find_encoding
from connector.language.catalogue import LANGUAGES, Language, read_chapter

CSV = b"a,b\n1,2\n"


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), CSV)
    return held.getvalue()


@pytest.mark.parametrize(
    ("head", "media_type", "kind"),
    [
        (gzip.compress(CSV, mtime=0), "text/csv", "compressed by gzip"),
        (gzip.compress(CSV, mtime=0), "application/geo+json", "compressed by gzip"),
        (zipped(), "text/csv; charset=utf-8", "a ZIP archive, or a document of an office program"),
        (b"%PDF-1.4\n", "text/plain", "a PDF"),
        (b'\xef\xbb\xbf [{"a": 1}]', "text/csv", "JSON"),
        (b'{"a": 1}\n{"a": 2}\n', "text/tab-separated-values", "JSON"),
        (b"\n<!DOCTYPE html>\n<html>", "text/csv", "a web page"),
        (b"<html lang=de>", "application/json", "a web page"),
        (b'<?xml version="1.0"?><a/>', "application/json", "XML"),
        (CSV, "application/json", "no JSON"),
        (CSV, "application/x-ndjson", "no JSON"),
        ("a;b\n".encode("utf-32"), "text/csv", "in UTF-32, which is not read"),
    ],
)
def test_data_of_another_kind_than_its_type_is_named(head: bytes, media_type: str, kind: str) -> None:
    assert find_contradiction(head, media_type) == kind


PAGES = (
    b"<!DOCTYPE html><title>Login</title>",
    b"\n\n  <html lang=de>",
    b"<!-- portal -->\n<html><body>Session expired</body></html>",
    b"<!-- a --> <!-- licence: 1 - 2 -->\r\n<!doctype HTML>",
    b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html>',
    b"<head><title>Login</title></head><body>Session expired</body>",
    b"<BODY onload=login()>Session expired",
)
SCRIPTS = (b"window.location='/login';", b"document.location.href = '/'", b"(function () {go()})()", b"var a = 1;")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("media_type", ["text/csv", "application/json", "application/geo+json", "application/x-ndjson"])
def test_a_web_page_is_recognised_by_every_usual_beginning(page: bytes, media_type: str) -> None:
    assert find_contradiction(page, media_type) == "a web page"
    assert find_contradiction(page, "text/html", "text/html") is None


@pytest.mark.parametrize("media_type", ["text/plain", "application/pdf", "application/vnd.ms-excel"])
def test_a_page_that_is_stated_as_one_is_no_other_data(media_type: str) -> None:
    for page in PAGES:
        assert find_contradiction(page, media_type, "text/html; charset=utf-8") == "a web page"
        assert find_contradiction(page, "application/xhtml+xml", "text/html") is None


@pytest.mark.parametrize(
    ("head", "stated", "kind"),
    [
        *((head, "application/javascript", "a script") for head in SCRIPTS),
        (b"<title>Login", "text/html", "a web page"),
        (b"<script>location='/login'</script>", "text/html", "a web page"),
        (b"<p>Session expired", "TEXT/HTML;charset=utf-8", "a web page"),
        (b"Unauthorized", "text/html", "a message"),
    ],
)
def test_what_a_backend_states_tells_how_its_bytes_are_read(head: bytes, stated: str, kind: str) -> None:
    assert find_contradiction(head, "text/csv", stated) == kind
    assert find_contradiction(head, "text/csv", "text/csv") is None


@pytest.mark.parametrize("stated", ["text/html", "application/javascript", "text/plain", "application/json", ""])
@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (CSV, "text/csv"),
        (b"name\n", "text/csv"),
        (b"", "text/csv"),
        (b"name;age", "text/csv"),
        (b"variable,function,if\n1,2,3\n", "text/csv"),
        (b"window,location\n1,2\n", "text/csv"),
        (b"<,>\n1,2\n", "text/csv"),
        (b'{"a": 1}', "application/json"),
        (b"PAR1", "application/vnd.apache.parquet"),
        (b"# read me", "text/plain"),
        (b"<gml/>", "application/gml+xml"),
    ],
)
def test_right_data_is_let_through_whatever_is_stated(head: bytes, media_type: str, stated: str) -> None:
    assert find_contradiction(head, media_type, stated) is None


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_kind_of_data_is_said_in_every_language(language: Language) -> None:
    kinds = {name for _, name in signatures._MARKS} | {"a web page", "a script", "a message", "XML", "JSON", "no JSON"}
    assert kinds <= read_chapter(language, "problems").keys()


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (CSV, "text/csv"),
        (b"", "text/csv"),
        (b"", "application/json"),
        (b"[id],[name]\n1,x\n", "text/csv"),
        ("a;b\n".encode("utf-16"), "text/csv"),
        (b'\xef\xbb\xbf[{"a": 1}]', "application/json"),
        (b"  -1.5", "application/json"),
        (b'{"type": "FeatureCollection"}', "application/geo+json"),
        (b"<!DOCTYPE html>", "text/html"),
        (b"<!DOCTYPE html>", "application/xhtml+xml"),
        (b"<?xml version='1.0'?>", "application/gml+xml"),
        (gzip.compress(CSV, mtime=0), "application/gzip"),
        (gzip.compress(CSV, mtime=0), "application/octet-stream"),
        (zipped(), "application/vnd.oasis.opendocument.spreadsheet"),
    ],
)
def test_data_that_can_be_of_its_type_is_let_through(head: bytes, media_type: str) -> None:
    assert find_contradiction(head, media_type) is None


@pytest.mark.parametrize("encoding", ["windows-1252", "cp850", "macintosh"])
@pytest.mark.parametrize(
    "text",
    [
        "Straße;Größe\nSchönebürg;Äcker\nMünchner Str.;Über\n",
        "name;n\nMüll;1\n",
        "name;n\nKanäle;1\n",
        "name\nGröße\n",
        "Übersicht der Plätze\n",
        "GROßER PLATZ;KÖLN\n",
    ],
)
def test_the_code_pages_of_dos_and_of_the_mac_are_told_by_their_letters(text: str, encoding: str) -> None:
    found = find_encoding(text.encode(encoding))
    assert found is not None
    assert text.encode(encoding).decode(found) == text


@pytest.mark.parametrize(
    "text",
    [
        "„Haus“ – ‚x‘…",
        "10 €",
        "Café d’été",
        "Hašek",
        "5°C, 20 m² §3",
        "Œuvre",
        "L’Haÿ",
        "Øresund å æ",
        "x·y",
        "Produkt™Plus",
        "ABC™Plus",
        "ABC€Plus",
        "ABC…Plus",
        "ABC†Plus",
        "und…so",
        "Karl…heinz",
        "Box®neu",
        "Firma©Stadt",
    ],
)
def test_signs_of_windows_are_not_taken_for_letters_of_another_code_page(text: str) -> None:
    assert find_encoding(text.encode("windows-1252")) == "windows-1252"


# Between two small letters nobody writes these, and each is a usual letter of DOS or of the Mac: "Kan„le" is Kanäle.
@pytest.mark.parametrize("sign", sorted(set("‚„†‡ˆ‰‹Œ…‘’“”•–—˜™›œ¡¢£¤¥¦§¨©ª«¬®¯°±²³´¶·¸¹º»¼½¾¿×÷€") - set("‚„‡ˆ”¤§")))
def test_a_sign_of_windows_between_small_letters_is_one(sign: str) -> None:
    assert find_encoding(f"name;n\nabc{sign}plus;1\n".encode("windows-1252")) == "windows-1252"


@pytest.mark.parametrize(("word", "encoding"), [("Kanäle", "cp850"), ("Façade", "cp850"), ("Straße", "macintosh")])
def test_a_single_letter_of_an_old_code_page_is_one(word: str, encoding: str) -> None:
    assert find_encoding(f"name;n\n{word};1\n".encode(encoding)) == encoding


def test_a_single_damaged_word_does_not_change_the_encoding_of_all() -> None:
    text = "Straße\nGröße\n" * 50
    assert find_encoding(text.encode("windows-1252") + "M\x81ll\nSchŠden\n".encode("latin-1", "replace")) != "cp850"
    assert find_encoding(text.encode("cp850") + "Š".encode("windows-1252")) == "cp850"
