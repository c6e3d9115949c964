"""`--record`: the description of the records of an asset."""

import pytest

from connector.cli.assets.records import parse_records
from connector.views.assets import RECORD_FORMATS
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def test_an_asset_says_how_its_records_are_read(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets", asset(records={"format": "csv", "subject": "id"}), status=201)
    done = cli(
        "asset", "add", "--file", "rides.csv", "--record", "subject=id", "--record", "group=district",
        "--record", "group=age", "--record", "dk:recordRegion=land", "--record", "smallest-group=5",
        "--record", "delimiter=;",
    )  # fmt: skip
    assert done.code == 0, done.err
    (body,) = management.bodies("POST", "/v1/assets")
    assert body["records"] == {
        "format": "csv",
        "subject": "id",
        "groups": ["district", "age"],
        "facts": {"dk:recordRegion": "land"},
        "smallest_group": 5,
        "delimiter": ";",
    }
    management.answer("GET", "/v1/assets/air", asset(records={"format": "csv", "subject": "id"}))
    assert "csv, utf-8; field of the person id" in cli("asset", "show", "air").out


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (["subject"], "KEY=VALUE"),
        (["colour=red"], "Unknown record option 'colour'"),
        (["subject=a", "subject=b"], "given twice"),
        (["smallest-group=few"], "whole number"),
    ],
)
def test_what_says_nothing_of_records_is_refused(
    cli: Cli, management: Management, said: list[str], problem: str
) -> None:
    options = [part for entry in said for part in ("--record", entry)]
    done = cli("asset", "add", "--file", "rides.csv", *options)
    assert done.code == 2
    assert problem in done.err
    unknown = cli("asset", "add", "--file", "rides.bin", "--record", "subject=a")
    assert "--record format=csv" in unknown.err


@pytest.mark.parametrize(("name", "form"), [("rides.csv", "csv"), ("rides.tsv", "csv"), ("rides.json", "json")])
def test_the_media_type_gives_the_format_of_the_records(cli: Cli, management: Management, name: str, form: str) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    assert cli("asset", "add", "--file", name, "--record", "subject=a").code == 0
    assert management.bodies("POST", "/v1/assets")[0]["records"] == {"format": form, "subject": "a"}


@pytest.mark.parametrize("media_type", RECORD_FORMATS)
def test_every_media_type_with_records_gives_their_format(media_type: str) -> None:
    described = parse_records(["subject=a"], f"{media_type}; charset=utf-8")
    assert described is not None
    assert described.format == RECORD_FORMATS[media_type]
