"""Data that is not what its name says is recognised by its first bytes, and nothing else is."""

import gzip
import io
import zipfile

import pytest

from connector.dataplane.formats.signatures import find_contradiction

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
