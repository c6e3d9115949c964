"""The tests with real peers of DCP are collected only where they are asked for, `-m peers`, and share a data space."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.views.assets import AssetOrder, DataClass
from tests.interop.peers.space import HERS, HIS, OURS, Space, give_roles, open_space


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "peers" else True


@pytest.fixture(scope="session")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    with open_space(tmp_path_factory.mktemp("peers")) as made:
        made.give(made.anna, HERS)
        made.give(made.bert, HIS)
        made.give_us(OURS)
        give_roles(made)
        made.edc.offer("asset-1", "https://localhost/nothing")
        source = {"kind": "file", "path": "roads.csv"}
        order = AssetOrder(id="roads", title={"de": "x"}, source=source, data_class=DataClass.OPEN, licence="cc-by/4.0")
        made.us.client.assets.add(order)
        made.us.client.assets.publish("roads")
        yield made
