"""The sink that a command names: in one of three ways, or none."""

from pathlib import Path

import pytest

from connector.cli.assets.place import choose_place
from connector.cli.frame.failure import Failure


def test_a_sink_is_a_folder_a_backend_or_an_address_in_a_file(tmp_path: Path) -> None:
    address = tmp_path / "table.json"
    address.write_text('{"kind": "sql", "path": "a.sqlite", "table": "air", "key": ["id"]}')
    assert choose_place(None, None, None) is None
    assert choose_place("air/", None, None) == {"kind": "file", "path": "air/"}
    assert choose_place(None, "https://gis.example/load", None) == {"kind": "http", "url": "https://gis.example/load"}
    assert (choose_place(None, None, address) or {})["table"] == "air"
    with pytest.raises(Failure):
        choose_place("air/", None, address)
    with pytest.raises(Failure):
        choose_place(None, None, tmp_path / "missing.json")
