"""A source is tried before its asset is added: what it shows, or why it cannot be read."""

import pytest
from aiohttp import web

from connector.dataplane.signaling.looking import try_source
from connector.ports.flow import SourceError
from connector.ports.treatment import Records
from tests.dataplane.inspecting.test_photos import make_photo
from tests.dataplane.tabular.files import make_archive, read_playgrounds
from tests.dataplane.world import Side, serving


async def test_a_file_shows_its_size_its_type_and_its_records(provider: Side) -> None:
    address = provider.give("a.csv", b"a;b\n1;x\n")
    seen = await try_source(provider.plane.sources, address, "text/csv", None)
    assert (seen.size, seen.format, seen.delimiter, seen.records, seen.whole) == (8, "csv", ";", 1, True)
    plain = await try_source(provider.plane.sources, provider.give("a.bin", b"\0"), "application/octet-stream", None)
    assert (plain.size, plain.format, plain.fields) == (1, "", ())


async def test_geojson_shows_its_features_and_the_box_around_them(provider: Side) -> None:
    data = b'{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [8.4, 49.0]}}'
    address = provider.give("a.geojson", data)
    seen = await try_source(provider.plane.sources, address, "application/geo+json", None)
    assert (seen.records, seen.box, seen.format) == (1, (8.4, 49.0, 8.4, 49.0), "geojson")


async def test_a_shapefile_is_recognised_in_folders_of_an_archive_and_in_capitals(provider: Side) -> None:
    archive = make_archive({f"Spielplätze/{name.upper()}": data for name, data in read_playgrounds().items()})
    seen = await try_source(provider.plane.sources, provider.give("a.zip", archive), "application/zip", None)
    assert (seen.format, seen.records, seen.crs) == ("shapefile", 352, "EPSG:25832")
    other = provider.give("b.zip", make_archive({"liste.txt": b"a.shp, b.dbf"}))
    assert (await try_source(provider.plane.sources, other, "application/zip", None)).format == ""


async def test_a_photo_says_where_it_was_taken(provider: Side) -> None:
    seen = await try_source(provider.plane.sources, provider.give("a.jpg", make_photo()), "image/jpeg", None)
    (finding,) = seen.findings
    assert "51.4786, 7.2200" in finding.texts["de"]


async def test_a_large_file_is_looked_at_by_its_beginning(provider: Side) -> None:
    address = provider.give("a.csv", b"a;b\n" + b"1;x\n" * 600_000)
    seen = await try_source(provider.plane.sources, address, "text/csv", Records(format="csv"))
    assert (seen.size, seen.records, seen.whole, seen.problem) == (2_400_004, 10_000, False, None)


async def test_a_folder_shows_how_many_files_it_delivers(provider: Side) -> None:
    provider.give("set/a.csv", b"12")
    provider.give("set/b.csv", b"3")
    seen = await try_source(provider.plane.sources, {"kind": "file", "path": "set"}, "text/csv", None)
    assert (seen.files, seen.size, seen.remarks) == (2, 3, ())
    empty = {"kind": "file", "path": "set", "glob": "*.json"}
    assert (await try_source(provider.plane.sources, empty, "text/csv", None)).remarks != ()


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_a_backend_that_refuses_is_named_with_its_status(provider: Side, status: int) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(refuse) as url:
        address = {"kind": "http", "url": url + "/data"}
        with pytest.raises(SourceError, match=str(status)):
            await try_source(provider.plane.sources, address, "text/csv", None)
    assert isinstance(await provider.plane.look({"kind": "none"}, "text/csv", None), str)


@pytest.mark.parametrize("name", ["a:b.csv", "zeile\n.csv", "con.csv", "a\udcffb.csv"])
async def test_a_folder_with_a_name_that_cannot_be_carried_is_refused_by_name(provider: Side, name: str) -> None:
    provider.give("set/fine.csv", b"1")
    provider.give(f"set/{name}", b"2")
    with pytest.raises(SourceError, match="Rename") as refused:
        await try_source(provider.plane.sources, {"kind": "file", "path": "set"}, "text/csv", None)
    assert ascii(name)[1:-1][:20] in str(refused.value)
    assert str(refused.value).isprintable()


async def test_data_that_is_not_what_its_name_says_is_refused_with_what_it_is(provider: Side) -> None:
    seen = await provider.plane.look(provider.give("air.csv", b"\x1f\x8b\x08\0compressed"), "text/csv", None)
    assert isinstance(seen, str)
    assert "is compressed by gzip, but its media type is text/csv" in seen
