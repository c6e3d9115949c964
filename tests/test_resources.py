"""The data folders of the distribution."""

import pytest

from connector import resources


def test_data_folders_are_found_and_nothing_beside_them() -> None:
    assert resources.read_text("policies", "operands.toml")
    for folder, *parts in (("tests",), ("policies", ".."), ("policies", "../README.md"), ("policies", "none.toml")):
        with pytest.raises(resources.MissingResource):
            resources.find_path(folder, *parts)
    with pytest.raises(resources.MissingResource, match="folder"):
        resources.read_text("policies")
