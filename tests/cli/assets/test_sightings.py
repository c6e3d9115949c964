"""What was seen in a file, as `asset add --dry-run` shows it."""

from pathlib import Path

from connector.cli.assets.sightings import describe_reading, describe_sighting, find_sign, name_sign
from connector.language.catalogue import LANGUAGES
from connector.views.assets import Records
from connector.views.sightings import SeenField, Sighting
from tests.cli.conftest import Cli
from tests.cli.management import Management

SEEN = Sighting(
    media_type="text/csv",
    size=1234,
    format="csv",
    encoding="windows-1252",
    delimiter=";",
    decimal=",",
    thousands=".",
    fields=(SeenField(name="ort", others=2, example="Köln"), SeenField(name="wert", numbers=1, others=1, example="x")),
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
