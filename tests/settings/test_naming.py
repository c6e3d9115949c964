"""What people call the values of claims, from the settings."""

from pathlib import Path

import pytest

from connector.settings import Settings, SettingsError, load
from tests.settings.least import LEAST


def _load(tmp_path: Path, names: str) -> Settings:
    file = tmp_path / "datenkontor.toml"
    file.write_text(names + LEAST)
    return load(file, {})


def test_a_name_has_one_language_or_both(tmp_path: Path) -> None:
    names = 'names = [{ value = "city", de = "Stadt", en = "city" }, { value = "trams", de = "Straßenbahn" }]\n'
    assert _load(tmp_path, names).labels == {"city": {"de": "Stadt", "en": "city"}, "trams": {"de": "Straßenbahn"}}


@pytest.mark.parametrize("names", ['[{ de = "Stadt" }]', '[{ value = "" }]', '[{ value = "city", fr = "ville" }]'])
def test_a_name_that_nobody_can_use_is_refused(tmp_path: Path, names: str) -> None:
    with pytest.raises(SettingsError):
        _load(tmp_path, f"names = {names}\n")
