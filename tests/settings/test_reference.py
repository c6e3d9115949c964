"""The settings written down: the commented file and the page."""

from pathlib import Path

import pytest

from connector import settings
from connector.settings import SettingsError, load
from connector.settings.reading import PREFIX
from tests.settings.least import written


def test_a_template_names_every_setting_and_is_read_back(tmp_path: Path) -> None:
    values = {
        "participant": {"id": "urn:me", "name": 'Amt "Ümwelt" \\ \x7f'},
        "protocol": {"public_url": "https://me.example", "port": 0},
        "management": {"keys": [{"id": "cli", "sha256": "ab" * 32, "scopes": ["admin"]}]},
        "data_root": "open",
        "broker": {"crawl_seconds": 5.0, "participant": None},
    }
    text = settings.render_template(values, title="Settings of a connector")
    found = load(written(tmp_path, text), {})
    assert found.participant.name == 'Amt "Ümwelt" \\ \x7f'
    assert (found.protocol.port, found.broker.crawl_seconds, found.data_root) == (0, 5.0, tmp_path / "open")
    for line in text.splitlines():
        if line.startswith("#") and line.endswith(("=", "]", '"')) and " = " in line:
            assert f"\n{line}\n" in f"\n{text}"
    with pytest.raises(SettingsError, match=r"Unknown setting broker\.nothing"):
        settings.render_template({"broker": {"nothing": 1}}, title="x")


def test_every_commented_default_of_a_template_may_stand_uncommented(tmp_path: Path) -> None:
    values = {"participant": {"id": "urn:me", "name": "Me"}, "protocol": {"public_url": "https://me.example"}}
    lines = settings.render_template(values, title="x").splitlines()
    plain = [line[1:] if line.startswith("#") and line[1:2].isalpha() and " = " in line else line for line in lines]
    assert load(written(tmp_path, "\n".join(plain)), {}) == load(written(tmp_path), {})


def test_the_page_about_settings_is_what_the_code_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert page.read_text("utf-8") == settings.render_markdown()


def test_the_page_has_the_type_the_default_and_the_variable_of_a_setting() -> None:
    page = settings.render_markdown()
    for row in (
        f"| `data.port` | whole number | `7081` | `{PREFIX}DATA__PORT` |",
        f"| `participant.id` | text | required | `{PREFIX}PARTICIPANT__ID` |",
        f'| `mode` | one of `production`, `development` | `"production"` | `{PREFIX}MODE` |',
        f"| `net.ports` | list of whole number | `[443]` | `{PREFIX}NET__PORTS` |",
        f"| `data_root` | path | none | `{PREFIX}DATA_ROOT` |",
        f"| `management.keys` | list of table | `[]` | `{PREFIX}MANAGEMENT__KEYS` |",
    ):
        assert row in page
