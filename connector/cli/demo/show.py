"""The demonstration in progress: its participants, the assets of the department, and the live transfer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from connector.cli.demo.stage import Stage
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.client import Connector
from connector.language.catalogue import say
from connector.views.assets import AssetView
from connector.views.transfers import TransferView
from connector.views.users import UserRole

WAIT_S = 30.0
PURPOSE = "dpv:ImproveTransportMobility"
NAMES = {
    "broker": "Datenraum Musterstadt",
    "city": "Tiefbauamt Musterstadt",
    "firm": "Verkehrsdaten GmbH",
    "other": "Werbeagentur Schall",
}
CLAIMS = {"firm": {"purpose": [PURPOSE]}, "other": {"purpose": ["dpv:Marketing"]}}


class Person(NamedTuple):
    """A person of the demonstration: the word of the participant, what is typed to sign in, the name, the role."""

    word: str
    name: str
    person: str
    role: UserRole


class OpenPage(NamedTuple):
    """An address of pages: whose they are, and for whom the link is; without a person they are for everybody."""

    participant: str
    address: str
    person: Person | None = None


class NotShown(Failure):
    """A step failed; the sentence names the expected and the actual result."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(Code.FAILED, key, **values)


@dataclass
class Show:
    """One demonstration. `data` is a file or folder to offer instead of generated data, `other_city` a second city."""

    output: Output
    stage: Stage
    data: Path | None
    port_base: int | None
    clients: dict[str, Connector] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)
    assets: list[AssetView] = field(default_factory=list)
    live: AssetView | None = None
    live_transfer: TransferView | None = None
    other_city: Stage | None = None
    pages: list[OpenPage] = field(default_factory=list)

    def say(self, key: str, **fields: object) -> str:
        """Return a sentence of the catalogue in the language of this call."""
        return say(self.output.lang, key, **fields)

    @property
    def city(self) -> Connector:
        """The client of the department."""
        return self.clients["city"]

    @property
    def firm(self) -> Connector:
        """The client of the first company."""
        return self.clients["firm"]

    @property
    def neighbour(self) -> Stage:
        """The participants of the other city. Raises NotShown without one."""
        if self.other_city is None:
            raise NotShown("demo.no-neighbour")
        return self.other_city

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The participants of each city."""
        return (self.stage,) if self.other_city is None else (self.stage, self.other_city)

    @property
    def city_id(self) -> str:
        """The identifier of the department."""
        return self.stage.actors["city"].id

    @property
    def live_asset(self) -> AssetView:
        """The asset with the live source. Raises NotShown before it is published."""
        if self.live is None:
            raise NotShown("demo.not-published")
        return self.live

    @property
    def running_transfer(self) -> TransferView:
        """The company's side of the live transfer. Raises NotShown before it is started."""
        if self.live_transfer is None:
            raise NotShown("demo.not-requested")
        return self.live_transfer


DemoStep = Callable[[Show], str]


def choose_title(asset: AssetView) -> str:
    """Return the title of an asset of the demonstration, which has one language."""
    return next(iter(asset.title.values()))
