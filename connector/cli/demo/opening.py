"""The first act: the participants are set up and started, and the department publishes its offers."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from connector.cli.demo import samples
from connector.cli.demo.show import CLAIMS, NAMES, PURPOSE, WAIT_S, NotShown, Show, choose_title
from connector.views.assets import AssetOrder

DOWNLOADS = "50"


class Sample(NamedTuple):
    """An offer of the department: its title, its source and its media type."""

    title: str
    source: dict[str, str]
    media_type: str
    synthetic: bool


def set_up(show: Show) -> str:
    """Set up four participants and let the data-space operator sign the participant list."""
    for number, (word, name) in enumerate(NAMES.items()):
        port_base = show.port_base + 10 * number if show.port_base else None
        data = _prepare_folder(show) if word == "city" else None
        show.stage.set_up(word, name, port_base=port_base, data=data)
    show.stage.enrol(CLAIMS)
    return show.say("demo.set-up")


def start(show: Show) -> str:
    """Start a process for each participant."""
    show.stage.start_all()
    show.clients = {word: actor.client() for word, actor in show.stage.actors.items() if word != "broker"}
    return show.say("demo.start")


def publish(show: Show, live_url: str) -> str:
    """Publish the offers of the department: a file, a folder and a live source, or the given data and a live source."""
    templates = show.city.policies
    for_purpose = templates.fill("purpose", purpose=PURPOSE, period="P1Y").policy
    counted = templates.fill("downloads", downloads=DOWNLOADS).policy
    for sample, policy in zip(_list_samples(show), (for_purpose, counted), strict=False):
        order = AssetOrder(
            title={"de": sample.title},
            source=sample.source,
            media_type=sample.media_type,
            policy=policy,
            synthetic=sample.synthetic,
            keywords=("Verkehr",),
        )
        asset = show.city.assets.add(order)
        show.assets.append(show.city.assets.publish(asset.id))
    live = {"kind": "http", "url": live_url}
    trial = templates.fill("purpose", purpose=PURPOSE, period="P30D").policy
    order = AssetOrder(
        title={"de": show.say("demo.parking")},
        source=live,
        media_type="application/json",
        policy=trial,
        live=True,
        synthetic=True,
    )
    asset = show.city.assets.add(order)
    show.live = show.city.assets.publish(asset.id)
    titles = ", ".join(choose_title(asset) for asset in (*show.assets, show.live))
    return show.say("demo.publish", count=len(show.assets) + 1, titles=titles)


def index(show: Show) -> str:
    """Wait until the broker has indexed the offers."""
    wanted = len(show.assets) + 1
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        indexed = show.firm.search("").total
        if indexed >= wanted:
            return show.say("demo.index", count=indexed)
        time.sleep(0.1)
    raise NotShown("demo.not-indexed", wanted=wanted, wait_s=WAIT_S)


def _prepare_folder(show: Show) -> Path:
    """Return the folder of offered files: that of the given data, or a new one with generated files."""
    if show.data:
        if not show.data.exists():
            raise NotShown("demo.no-data", data=show.data)
        return show.data.parent
    folder = show.stage.base / "offered"
    folder.mkdir(parents=True)
    samples.write_readings(folder / "sensor-readings.csv")
    samples.write_counts(folder / "counts")
    return folder


def _list_samples(show: Show) -> Iterator[Sample]:
    if show.data:
        yield Sample(show.data.stem, {"kind": "file", "path": show.data.name}, "application/octet-stream", False)
        return
    readings = {"kind": "file", "path": "sensor-readings.csv"}
    yield Sample(show.say("demo.readings"), readings, "text/csv", True)
    yield Sample(show.say("demo.counts"), {"kind": "file", "path": "counts"}, "application/json", True)
