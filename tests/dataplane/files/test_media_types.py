import pytest

from connector.dataplane.files.media_types import guess_media_type


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.csv", "text/csv"),
        ("a.jsonl", "application/x-ndjson"),
        ("a.ndjson", "application/x-ndjson"),
        ("a.geojson", "application/geo+json"),
        ("a.gpx", "application/gpx+xml"),
        ("a.shp", "application/vnd.shp"),
        ("a.dbf", "application/vnd.dbf"),
        ("a.gpkg", "application/geopackage+sqlite3"),
        ("a", None),
    ],
)
def test_a_media_type_is_guessed_from_the_name(name: str, media_type: str | None) -> None:
    assert guess_media_type(name) == media_type


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.geojson", "a.tar", "a", "a.b"])
@pytest.mark.parametrize(
    ("ending", "media_type"),
    [
        (".gz", "application/gzip"),
        (".bz2", "application/x-bzip2"),
        (".xz", "application/x-xz"),
        (".Z", "application/x-compress"),
        (".zst", "application/zstd"),
        (".zip", "application/zip"),
        (".br", None),
    ],
)
def test_a_compressed_file_is_never_taken_for_what_is_in_it(name: str, ending: str, media_type: str | None) -> None:
    assert guess_media_type(name + ending) == media_type
    assert guess_media_type("a.tgz") == guess_media_type("a.svgz") == "application/gzip"
