"""What was seen in a file, as `asset add --dry-run` shows it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.cli.assets.sightings import (
    advise_format,
    describe_reading,
    describe_sighting,
    find_sign,
    list_unread,
    name_sign,
)
from connector.dataplane.files.media_types import guess_media_type
from connector.language.catalogue import LANGUAGES
from connector.views.assets import Records
from connector.views.sightings import SeenField, Sighting, Suggestion
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset

SEEN = Sighting(
    media_type="text/csv",
    size=1234,
    format="csv",
    encoding="windows-1252",
    delimiter=";",
    decimal=",",
    thousands=".",
    fields=(
        SeenField(name="ort", others=2, example="Köln"),
        SeenField(name="wert", numbers=1, others=1, example="x", line=3),
    ),
    records=2,
    whole=True,
    first=({"ort": "Köln", "wert": "1,5"},),
)


def test_a_dry_run_shows_what_was_seen_and_adds_nothing(cli: Cli, management: Management, here: Path) -> None:
    management.answer("POST", "/v1/assets/look", SEEN)
    done = cli("asset", "add", "--file", here / "offered/air.csv", "--record", "decimal=comma", "--dry-run")
    assert done.code == 0, done.err
    for text in ("windows-1252", "semicolon", "comma", "ort (text)", "1 numbers, 1 others such as 'x'", "wert=1,5"):
        assert text in done.out
    (body,) = management.bodies("POST", "/v1/assets/look")
    assert body["records"] == {"format": "csv", "decimal": ","}
    assert management.bodies("POST", "/v1/assets") == []


def test_signs_have_names_and_names_are_signs() -> None:
    for sign in ",. ';\t":
        assert all(find_sign(name_sign(sign, lang)) == sign for lang in LANGUAGES)
    assert (name_sign("|", "de"), find_sign("|")) == ("|", "|")


def test_a_folder_and_data_without_records_show_only_what_is_known() -> None:
    assert describe_sighting(Sighting(media_type="image/png", size=5, whole=True), "en") == {
        "media type": "image/png", "size": "5 B",
    }  # fmt: skip


def test_how_records_are_read_is_one_line() -> None:
    records = Records(format="csv", encoding="windows-1252", delimiter=";", decimal=",", thousands=".")
    assert describe_reading(records, "en") == (
        "csv, windows-1252, delimiter semicolon, decimal sign comma, thousands sign point"
    )


def test_values_that_are_no_numbers_are_told_for_each_field_with_the_first_line(
    cli: Cli, management: Management, here: Path
) -> None:
    management.answer("POST", "/v1/assets/look", SEEN)
    management.answer("POST", "/v1/assets", asset(media_type="text/csv"), status=201)
    for option in ([], ["--dry-run"]):
        done = cli("asset", "add", "--file", here / "offered/air.csv", "--lang", "de", *option)
        assert (done.code, "wert: 1 Wert ist keine Zahl: 'x' in Zeile 3." in done.err) == (0, True)
    several = replace(SEEN, format="json", fields=(SeenField(name="a", numbers=5, others=2, line=7, example="–"),))
    assert list_unread(several, "en") == ["a: 2 values are no numbers; the first one is '–' in record 7."]
    dates = replace(SEEN, fields=(SeenField(name="tag", numbers=1, others=3, dates=3),))
    assert list_unread(dates, "en") == []


@pytest.mark.parametrize("name", ["alles.zip", "zahlen.csv.gz", "alles.tgz"])
def test_a_file_that_is_no_records_says_what_to_do(cli: Cli, management: Management, here: Path, name: str) -> None:
    (here / "offered" / name).write_bytes(b"x")
    media_type = guess_media_type(name)
    assert media_type is not None
    management.answer("POST", "/v1/assets", asset(media_type=media_type), status=201)
    done = cli("asset", "add", "--file", here / "offered" / name, "--lang", "de")
    assert ("wird als Datei geliefert" in done.err) != ("wird geliefert, wie sie ist" in done.err)
    assert advise_format(media_type, "en") is not None
    assert advise_format("text/csv", "en") is None


def test_data_that_cannot_be_read_as_records_says_so_when_it_is_added(
    cli: Cli, management: Management, here: Path
) -> None:
    problem = "The header line of the CSV has a name twice: rename one of the fields."
    management.answer("POST", "/v1/assets/look", Sighting(media_type="text/csv", format="csv", problem=problem))
    management.answer("POST", "/v1/assets", asset(), status=201)
    said = [cli("asset", "add", "--file", here / "offered/air.csv", "--lang", lang).err for lang in ("en", "de")]
    assert problem in said[0]
    assert problem not in said[1]
    assert "Kopfzeile" in said[1]


def test_what_an_asset_could_state_is_said_as_options_and_what_it_lacks_too(
    cli: Cli, management: Management, here: Path
) -> None:
    suggestions = (
        Suggestion(member="period", value={"start": "2026-05-01", "end": "2026-05-31"}, origin="data"),
        Suggestion(member="media_type", value="text/csv", origin="data"),
        Suggestion(member="contact", value={"name": "Amt 66", "email": "amt@stadt.example"}, origin="offer"),
    )
    gap = {"de": "Es fehlt etwas.", "en": "Something is missing."}
    management.answer("POST", "/v1/assets/look", replace(SEEN, suggestions=suggestions, gaps=(gap,)))
    management.answer("POST", "/v1/assets", asset(remarks=(gap,)), status=201)
    for option in ([], ["--dry-run"]):
        done = cli("asset", "add", "--file", here / "offered/air.csv", "--lang", "en", *option)
        assert "state it: --period start=2026-05-01 --period end=2026-05-31 --media-type text/csv\n" in done.err
        assert "state it: --contact 'name=Amt 66' --contact email=amt@stadt.example\n" in done.err
        assert done.err.count("Something is missing.") == 1
    assert "contact" not in management.bodies("POST", "/v1/assets")[0]
