"""An inspection says what data is, and keeps none of its values."""

import dataclasses
from pathlib import Path

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.offering.inspecting import inspect, inspect_closely
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.views.sightings import Sighting
from tests.support.plane import Desk
from tests.web.office import Office

FILE = {"kind": "file", "path": "leute.csv"}


async def test_nothing_of_the_data_itself_is_kept(tmp_path: Path) -> None:
    office = Office(Desk(tmp_path))
    (office.root / "leute.csv").write_text("Name;E-Mail;Datum\nKaya;a.kaya@stadt.example;2026-05-01\n", "utf-8")
    found = await inspect(office.values.publisher, FILE, "leute.csv", "text/csv")
    assert found.persons == ("E-Mail",)
    assert [field.name for field in found.seen.fields] == ["Name", "E-Mail", "Datum"]
    written = msgspec.json.encode(found)
    assert b"Kaya" not in written
    assert b"stadt.example" not in written


@pytest.mark.parametrize("seen", ["The file is gone.", Sighting(media_type="text/csv", size=0)])
async def test_what_cannot_be_read_or_is_empty_is_refused_without_a_word_of_the_command_line(
    tmp_path: Path, seen: Sighting | str
) -> None:
    async def look(*_: object) -> Sighting | str:
        return seen

    publisher = dataclasses.replace(Desk(tmp_path).values.publisher, look=look)
    with pytest.raises(Invalid) as refused:
        await inspect(publisher, FILE, "leute.csv")
    assert "unchecked" not in refused.value.reason


async def test_a_source_that_is_not_served_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.dataplane.problem = "This kind of source is not supported."
    publisher: Publisher = desk.values.publisher
    with pytest.raises(Invalid, match="not supported"):
        await inspect(publisher, {"kind": "sql"}, "x")


async def test_what_is_wrong_is_kept_without_the_value_that_shows_it(tmp_path: Path) -> None:
    office = Office(Desk(tmp_path))
    rows = "".join(f"2026-05-{day:02};Anna{day}\n" for day in range(1, 28))
    (office.root / "leute.csv").write_text(f"Stand;Ort\n{rows}1970-01-01;Akademiestra?e\n", "utf-8")
    found = await inspect(office.values.publisher, FILE, "leute.csv", "text/csv")
    assert {finding.code for finding in found.seen.findings} >= {"epoch", "damaged"}
    assert b"Akademiestra" not in msgspec.json.encode(found)
    shown = await inspect_closely(office.values.publisher, FILE, "leute.csv", "text/csv")
    assert "Akademiestra?e" in {finding.example for finding in shown.findings}
    assert (shown.title, shown.time) == ("Leute", "Stand")
