"""The real open data of cities: offered, negotiated, delivered by pull and by push, equal by SHA-256."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.e2e.live import Live
from tests.support.data import data_folder

pytestmark = pytest.mark.e2e

OFFERS = {
    "roadworks": ("karlsruhe/baustellen.geojson", None),
    "weather": ("bochum/weather_943CC6451BFB_2025-07.csv", None),
    "playgrounds": ("bochum", "playgrounds.*"),
}


@pytest.mark.parametrize("name", OFFERS)
def test_city_data_arrives_as_it_was_offered(live: Live, name: str, tmp_path: Path) -> None:
    path, glob = OFFERS[name]
    place = data_folder(path)
    files = sorted(place.glob(glob)) if glob else [place]
    folder = live.data / name
    folder.mkdir()
    for file in files:
        shutil.copy(file, folder)
    offered = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert offered
    dataset = live.offer(name, glob=glob) if glob else live.offer(f"{name}/{place.name}")
    agreement = live.agree(dataset)
    for push in (False, True):
        begun = live.firm.transfers.start(agreement, push=push)
        live.completed(begun.id)
        saved = live.firm.transfers.download(begun.id, f"{tmp_path}/push-{push}/")
        assert {file.path: file.sha256 for file in saved.files} == offered
        arrived = Path(saved.path) if len(files) > 1 else Path(saved.path).parent
        for file in files:
            assert (arrived / file.name).read_bytes() == file.read_bytes()
