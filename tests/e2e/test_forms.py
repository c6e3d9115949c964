"""The real data of cities in the form that the consumer chooses: offered, negotiated, delivered, and read by others."""

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pyogrio
import pytest

from connector.protocol import dcat
from connector.views.assets import AssetOrder, DataClass, RowForm
from tests.e2e.live import TERMS, Live
from tests.support.data import data_folder

pytestmark = pytest.mark.e2e

FORMS: tuple[RowForm, ...] = ("csv", "geojson", "parquet", "excel", "features")
OFFERS = {
    "weather": ("bochum/weather_943CC6451BFB_2025-07.csv", "text/csv", 7550),
    "playgrounds": ("bochum/playgrounds.shp", "application/vnd.shp", 352),
    "roadworks": ("karlsruhe/baustellen.geojson", "application/geo+json", 181),
    "facilities": ("stuttgart/stuttgart-static.xml", "application/xml", 49),
    "spaces": ("bielefeld/bielefeld.csv", "text/csv", 853),
}


def offer(live: Live, name: str) -> str:
    """Offer the data and return the agreement of the firm."""
    path, media_type, _ = OFFERS[name]
    place = data_folder(path)
    folder = live.data / f"forms-{name}"
    folder.mkdir()
    for beside in place.parent.glob(f"{place.stem}.*"):
        shutil.copy(beside, folder)
    order = AssetOrder(
        title={"de": name},
        source={"kind": "file", "path": f"forms-{name}/{place.name}"},
        media_type=media_type,
        policy=TERMS,
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
        forms=FORMS,
    )
    asset = live.city.assets.publish(live.city.assets.add(order).id)
    return live.agree(asset.id)


def take(live: Live, agreement: str, choice: str, folder: Path) -> Path:
    """Return the file that a transfer with a choice delivers."""
    begun = live.firm.transfers.start(agreement, choice=choice)
    live.completed(begun.id)
    saved = live.firm.transfers.download(begun.id, f"{folder}/{begun.id.rpartition(':')[2]}/")
    path = Path(saved.path)
    return next(path.iterdir()) if path.is_dir() else path


@pytest.mark.parametrize("name", OFFERS)
def test_city_data_arrives_in_the_form_that_is_chosen(live: Live, name: str, tmp_path: Path) -> None:
    count = OFFERS[name][2]
    agreement = offer(live, name)
    dataset = live.firm.catalog.dataset(live.city_id, live.firm.agreements.show(agreement).dataset)
    offered = [entry.get(dcat.FORM) for entry in msgspec.to_builtins(dataset)["distribution"]]
    assert [form for form in offered if form] == list(FORMS)
    table = pd.read_csv(take(live, agreement, "form=csv", tmp_path), dtype=str)
    typed = pd.read_parquet(take(live, agreement, "form=parquet", tmp_path))
    assert (len(table), len(typed)) == (count, count)
    assert set(table.columns) <= set(typed.columns)
    if name != "weather":
        place = take(live, agreement, "form=geojson", tmp_path)
        known: dict[str, Any] = pyogrio.read_info(place)
        assert (known["features"], known["crs"]) == (count, "EPSG:4326")
        few = json.loads(take(live, agreement, "form=geojson&limit=3", tmp_path).read_bytes())
        assert few["features"] == json.loads(place.read_bytes())["features"][:3]
