"""Two cities, each with a broker and a participant list of its own: an offer of one is found in the other.

The brokers read each other, and tell each other of changes.
"""

import asyncio
import time

from connector.app.trust.joining import tell_members
from connector.authority import card as cards
from connector.cli.demo import samples
from connector.cli.demo.show import CLAIMS, PURPOSE, WAIT_S, NotShown, Show, choose_title
from connector.cli.demo.stage import Actor
from connector.cli.setup.plan import CARD
from connector.protocol.dcp.did import LOCAL_HOST
from connector.settings import load
from connector.views.assets import AssetOrder
from connector.views.search import HitView

NAMES = {
    "here": {"broker": "Datenraum Musterstadt", "city": "Tiefbauamt Musterstadt"},
    "there": {"broker": "Datenraum Nachbarstadt", "firm": "Verkehrsdaten Nachbarstadt GmbH"},
}
FILE, COUNTS = "sensor-readings.csv", "counts"
_POLL_S = 0.05


def set_up(show: Show) -> str:
    """Set up both cities; each data-space operator also enters the broker of the other city on its list."""
    offered = show.stage.base / "offered"
    offered.mkdir(parents=True)
    samples.write_readings(offered / FILE)
    samples.write_counts(offered / COUNTS)
    port_base = show.port_base
    for stage, names in zip((show.stage, show.neighbour), NAMES.values(), strict=True):
        for word, name in names.items():
            stage.set_up(word, name, port_base=port_base, data=offered if word == "city" else None)
            port_base = port_base + 10 if port_base else None
    here, there = show.stage.actors["broker"], show.neighbour.actors["broker"]
    show.stage.enrol(CLAIMS, guests=[there])
    show.neighbour.enrol(CLAIMS, guests=[here])
    return show.say("demo.cities-set-up")


def start(show: Show) -> str:
    """Start all processes; each broker takes over what the other one lists, and tells it of changes."""
    here, there = show.stage.actors["broker"], show.neighbour.actors["broker"]
    for stage, other in ((show.stage, there), (show.neighbour, here)):
        stage.start_all({"broker": _name_broker(other)})
    # Who was started first has asked in vain for the list of the other city.
    for stage, members in ((show.stage, show.stage.actors), (show.neighbour, show.neighbour.actors)):
        settings = load(stage.actors["broker"].settings)
        addresses = [f"http://{LOCAL_HOST}:{actor.ports['protocol']}" for actor in members.values()]
        asyncio.run(tell_members(settings, addresses))
    show.clients = {"city": show.stage.actors["city"].client(), "firm": show.neighbour.actors["firm"].client()}
    return show.say("demo.cities-start", here=here.name, there=there.name)


def _name_broker(other: Actor) -> dict[str, str]:
    """Return the settings of a broker about another one, as environment variables."""
    reader = f'{{participant = "{other.id}", api = "http://{LOCAL_HOST}:{other.ports["broker"]}"}}'
    return {"DATENKONTOR_BROKER__RELAYS": f'["{other.id}"]', "DATENKONTOR_BROKER__READERS": f"[{reader}]"}


def publish(show: Show, live_url: str) -> str:
    """Publish offers in the first city: where most of them vanish at once, a broker waits for a second look."""
    policy = show.city.policies.fill("purpose", purpose=PURPOSE, period="P1Y").policy
    sources = {
        "demo.readings": {"kind": "file", "path": FILE},
        "demo.counts": {"kind": "file", "path": COUNTS},
        "demo.parking": {"kind": "http", "url": live_url},
    }
    for title, source in sources.items():
        order = AssetOrder(title={"de": show.say(title)}, source=source, policy=policy, synthetic=True)
        show.assets.append(show.city.assets.publish(show.city.assets.add(order).id))
    return show.say("demo.publish", count=len(show.assets), titles=", ".join(map(choose_title, show.assets)))


def find(show: Show) -> str:
    """Find the offer in the other city, with the identifier and the address of its provider."""
    begun = time.monotonic()
    hit = _wait(show, wanted=True)
    provider = show.stage.actors["city"]
    address = cards.read_card(provider.directory / CARD).address
    if hit is None or (hit.participant, hit.address) != (provider.id, address):
        raise NotShown("demo.cities-not-found", title=choose_title(show.assets[0]), wait_s=WAIT_S)
    seconds = time.monotonic() - begun
    return show.say("demo.cities-find", title=choose_title(show.assets[0]), provider=provider.name, seconds=seconds)


def withdraw(show: Show) -> str:
    """Withdraw the offer in the first city, and wait until the other one does not find it any more."""
    show.city.assets.withdraw(show.assets[0].id)
    begun = time.monotonic()
    if _wait(show, wanted=False) is not None:
        raise NotShown("demo.cities-not-gone", title=choose_title(show.assets[0]), wait_s=WAIT_S)
    return show.say("demo.cities-withdraw", seconds=time.monotonic() - begun)


def _wait(show: Show, *, wanted: bool) -> HitView | None:
    """Wait until the company of the other city finds all offers, or the first one no more; return its last result."""
    deadline = time.monotonic() + WAIT_S
    hits: dict[str, HitView] = {}
    while time.monotonic() < deadline:
        hits = {hit.id: hit for hit in show.firm.search("").items}
        found = [asset.id in hits for asset in show.assets]
        if all(found) if wanted else not found[0]:
            break
        time.sleep(_POLL_S)
    return hits.get(show.assets[0].id)
