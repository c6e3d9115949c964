"""Times are printed and read in the zone of the variable or of the settings, never in that of the machine."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.zone import VARIABLE, find_zone
from tests.cli.conftest import Cli
from tests.cli.management import Management, agreement

MIDNIGHT = datetime(2026, 7, 1, 22, tzinfo=UTC)
"""Midnight in Berlin, and other times elsewhere."""


@pytest.fixture(params=["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in another zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def test_the_variable_and_a_name_come_before_the_zone_of_a_new_connector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert str(find_zone()) == "Europe/Berlin"
    monkeypatch.setenv(VARIABLE, "Europe/Vienna")
    assert str(find_zone()) == "Europe/Vienna"
    assert str(find_zone("UTC")) == "UTC"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ('zone = "America/New_York"', "America/New_York"),
        ("", "UTC"),
        ('zone = "Europe/Karlsruhe"', "Europe/Berlin"),
        ("zone = 3", "Europe/Berlin"),
        ("no settings", "Europe/Berlin"),
        (None, "Europe/Berlin"),
    ],
)
def test_the_zone_of_the_settings_is_that_of_their_connector(tmp_path: Path, text: str | None, zone: str) -> None:
    if text is not None:
        (tmp_path / "datenkontor.toml").write_text(text)
    assert str(find_zone(file=tmp_path / "datenkontor.toml")) == zone


@pytest.mark.usefixtures("machine")
def test_tables_and_options_follow_the_settings_and_not_the_machine(
    cli: Cli, management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    management.answer("GET", "/v1/agreements", {"items": [agreement(agreed_at=MIDNIGHT)], "next": None})
    management.answer("GET", "/v1/audit/export", {"lines": []})
    for zone, shown, asked in (
        ("Europe/Berlin", "2026-07-02 00:00:00", "2026-12-31T00:00:00+01:00"),
        ("Asia/Tokyo", "2026-07-02 07:00:00", "2026-12-31T00:00:00+09:00"),
    ):
        (tmp_path / "datenkontor.toml").write_text(f'zone = "{zone}"\n')
        assert shown in cli("agreement", "list").out
        cli("audit", "export", "--from", "2026-12-31", "--out", "-")
        assert management.asked[-1].query["start"] == [asked]
    monkeypatch.setenv(VARIABLE, "UTC")
    assert "2026-07-01 22:00:00" in cli("agreement", "list").out


@pytest.mark.parametrize("name", ["Europe/Karlsruhe", "../etc/passwd", "/etc/localtime", "x" * 300, "a\0b"])
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(Failure, match="is no zone") as caught:
        find_zone(name)
    assert caught.value.code == Code.USAGE
