"""`demo`: a small data space of real processes on this machine, and the product's main job in it, step by step.

Every step checks what it claims: digests are compared, states are asked of both sides, a refusal must come with its
reason. A step that does not hold ends the demonstration with exit code 1.
"""

import hashlib
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from connector.cli.demo import samples
from connector.cli.demo.stage import Stage
from connector.cli.demo.words import SENTENCES
from connector.cli.frame.failure import Failure
from connector.cli.frame.output import Output, format_size
from connector.cli.policies.terms import describe_policies
from connector.cli.processes.outcome import choose_reason
from connector.client import Connector
from connector.client.chapters.assets import Asset
from connector.client.chapters.negotiations import Negotiation
from connector.client.chapters.search import Hit
from connector.client.chapters.transfers import Transfer
from connector.client.frame.errors import ClientError

WAIT_S = 30.0
PURPOSE = "dpv:ImproveTransportMobility"
NAMES = {
    "broker": "Datenraum Musterstadt",
    "city": "Tiefbauamt Musterstadt",
    "firm": "Verkehrsdaten GmbH",
    "other": "Werbeagentur Schall",
}
CLAIMS = {"firm": {"purpose": [PURPOSE]}, "other": {"purpose": ["dpv:Marketing"]}}
DOWNLOADS = "50"


class NotShown(Exception):
    """A step does not hold; the message says what was expected and what was found."""


@dataclass
class Show:
    """The demonstration under way."""

    output: Output
    stage: Stage
    data: Path | None
    port_base: int | None
    clients: dict[str, Connector] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)
    assets: list[Asset] = field(default_factory=list)
    live: Asset | None = None
    live_transfer: Transfer | None = None

    def say(self, key: str, **fields: object) -> str:
        """Return a sentence of the demonstration in the language of this call."""
        return SENTENCES[self.output.lang][key].format(**fields)

    @property
    def city(self) -> Connector:
        """The department's client."""
        return self.clients["city"]

    @property
    def firm(self) -> Connector:
        """The first company's client."""
        return self.clients["firm"]


DemoStep = Callable[[Show], str]


def run_demo(output: Output, *, once: bool, data: Path | None, port_base: int | None) -> int:
    """Run the demonstration; return the exit code. `data` is a file or folder of the person's own to offer."""
    base = Path(tempfile.mkdtemp(prefix="datenkontor-demo-"))
    show = Show(output=output, stage=Stage(base), data=data.resolve() if data else None, port_base=port_base)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with closing(samples.LiveSource()) as source:
            ended = _play(show, _steps(source))
            if ended and not once:
                _stay(show)
    except KeyboardInterrupt:
        ended = False
    finally:
        show.stage.stop()
        if not once and not output.json:
            print(show.say("stopped"))
    if ended:
        shutil.rmtree(base, ignore_errors=True)
    return 0 if ended else 1


def _steps(source: samples.LiveSource) -> list[tuple[str, DemoStep]]:
    return [
        ("set-up", set_up),
        ("start", start),
        ("publish", lambda show: publish(show, source.url)),
        ("index", index),
        ("search", search),
        ("terms", read_terms),
        ("negotiate", negotiate),
        ("push", push),
        ("pull", pull),
        ("live", pull_live),
        ("refuse", refuse),
        ("suspend", suspend),
        ("resume", resume),
        ("terminate", terminate),
    ]


def _play(show: Show, steps: list[tuple[str, DemoStep]]) -> bool:
    for name, step in steps:
        before = time.monotonic()
        try:
            detail, good = step(show), True
        except (NotShown, ClientError, Failure) as error:
            detail, good = show.say("failed", reason=str(error), folder=show.stage.base), False
        seconds = time.monotonic() - before
        if show.output.json:
            line = {"step": name, "ok": good, "seconds": round(seconds, 3), "detail": detail}
            print(json.dumps(line, ensure_ascii=False), flush=True)
        else:
            print(f"{show.output.format_mark(good)} {detail}  [{seconds:.2f} s]", flush=True)
        if not good:
            return False
    return True


def _stay(show: Show) -> None:
    """Say what still runs and what to try, and wait for Ctrl-C."""
    if show.output.json:
        signal.pause()
    print(f"\n{show.say('done', seconds=time.monotonic() - show.begun)}")
    for actor in show.stage.actors.values():
        print(f"  {actor.name}: http://127.0.0.1:{actor.ports['protocol']}  ({actor.settings})")
    firm = show.stage.actors["firm"]
    print(f"\n{show.say('try')}")
    for words in ("search Verkehr", "negotiation list", f"get {show.assets[-1].id} -o out/"):
        print(f"  DATENKONTOR_KEY={firm.key} datenkontor {words} --settings {firm.settings}")
    print(f"\n{show.say('stop', folder=show.stage.base)}", flush=True)
    signal.pause()


def set_up(show: Show) -> str:
    """Make four participants and let the operator sign the list of them."""
    for number, (word, name) in enumerate(NAMES.items()):
        port_base = show.port_base + 10 * number if show.port_base else None
        data = _offered(show) if word == "city" else None
        show.stage.set_up(word, name, port_base=port_base, data=data)
    show.stage.enrol(CLAIMS)
    return show.say("set-up")


def start(show: Show) -> str:
    """Start a process for each, side by side."""
    show.stage.start_all()
    show.clients = {word: actor.client() for word, actor in show.stage.actors.items() if word != "broker"}
    return show.say("start")


def publish(show: Show, live_url: str) -> str:
    """Let the department offer a file, a folder and a live source; or the person's own data and a live source."""
    templates = show.city.policies
    for_purpose = templates.fill("purpose", purpose=PURPOSE, period="P1Y").policy
    counted = templates.fill("downloads", downloads=DOWNLOADS).policy
    offers = list(_own(show.data)) if show.data else list(_generated(show))
    for (title, source, media_type, synthetic), policy in zip(offers, (for_purpose, counted), strict=False):
        asset = show.city.assets.add(
            title, source, media_type=media_type, policy=policy, synthetic=synthetic, keywords=["Verkehr"]
        )
        show.assets.append(show.city.assets.publish(asset.id))
    live = {"kind": "http", "url": live_url}
    title = show.say("parking")
    media_type = "application/json"
    trial = templates.fill("purpose", purpose=PURPOSE, period="P30D").policy
    asset = show.city.assets.add(title, live, media_type=media_type, policy=trial, live=True, synthetic=True)
    show.live = show.city.assets.publish(asset.id)
    titles = ", ".join(_title(asset) for asset in (*show.assets, show.live))
    return show.say("publish", count=len(show.assets) + 1, titles=titles)


def index(show: Show) -> str:
    """Wait until the broker has indexed what was published."""
    wanted = len(show.assets) + 1
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        found = show.firm.search("").total
        if found >= wanted:
            return show.say("index", count=found)
        time.sleep(0.1)
    raise NotShown(f"The broker should know {wanted} offers and did not after {WAIT_S:g} s.")


def search(show: Show) -> str:
    """Search at the broker, as a person would."""
    words = _title(show.assets[0]).split()[0].strip(",")
    hit = _hit(show, words, show.assets[0])
    title = next(iter(hit.title.values()), hit.id)
    return show.say("search", words=words, title=title, publisher=hit.publisher or hit.participant)


def read_terms(show: Show) -> str:
    """Read the terms of the offer that was found, in a sentence."""
    dataset = show.firm.catalog.dataset(show.stage.actors["city"].id, show.assets[0].id)
    return show.say("terms", terms=describe_policies(show.firm, [dataset["hasPolicy"][0]], show.output.lang)[0])


def negotiate(show: Show) -> str:
    """Conclude contracts on everything, and compare what both sides hold."""
    for asset in (*show.assets, _live(show)):
        agreement = _agreed(show.firm, show, asset)
        if show.city.agreements.show(agreement).sha256 != show.firm.agreements.show(agreement).sha256:
            raise NotShown(f"Both sides should hold the same agreement on {_title(asset)} and do not.")
    return show.say("negotiate")


def push(show: Show) -> str:
    """Have the first file delivered by push, and compare digests."""
    asset = show.assets[0]
    transfer = _delivered(show, asset, push=True)
    saved = show.firm.transfers.download(transfer.id, show.stage.base / "pushed" / "")
    _compare({file.path: file.sha256 for file in saved.files}, _digests(show, asset))
    named = saved.files[0].path if len(saved.files) == 1 else _title(asset)
    moved = sum(file.size for file in saved.files)
    return show.say("push", file=named, size=format_size(moved), digest=saved.files[0].sha256[:16])


def pull(show: Show) -> str:
    """Pull every dataset, and compare the digest of every file."""
    count = 0
    for asset in show.assets:
        transfer = _delivered(show, asset, push=False)
        saved = show.firm.transfers.download(transfer.id, show.stage.base / f"pulled-{count}" / "")
        _compare({file.path: file.sha256 for file in saved.files}, _digests(show, asset))
        count += len(saved.files)
    return show.say("pull", count=count)


def pull_live(show: Show) -> str:
    """Keep a transfer of the live source open and pull twice."""
    agreement = _agreed(show.firm, show, _live(show))
    begun = show.firm.transfers.start(agreement, keep=True)
    transfer = show.firm.transfers.wait(begun.id, timeout_s=WAIT_S)
    if transfer.state != "STARTED":
        raise NotShown(f"The live transfer should be STARTED and is {transfer.state}: {transfer.ended}")
    show.live_transfer = transfer
    first, second = _pulled(show), _pulled(show)
    if first == second:
        raise NotShown("Two pulls of the live source should differ and do not.")
    return show.say("live", first=first, second=second)


def refuse(show: Show) -> str:
    """Let the company that does not meet the terms ask for a contract."""
    other = show.clients["other"]
    begun = other.negotiations.start(show.stage.actors["city"].id, show.assets[0].id)
    found: Negotiation = other.negotiations.wait(begun.id, timeout_s=WAIT_S)
    if found.state != "TERMINATED" or found.ended is None or not found.ended.reason:
        raise NotShown(f"The second company should be refused with a reason and its negotiation is {found.state}.")
    decided = show.city.negotiations.show(found.peer_pid or "").ended
    if decided is None or decided.reason != found.ended.reason:
        raise NotShown(f"Both sides should know one reason and the department says {decided}.")
    return show.say("refuse", name=NAMES["other"], reason=choose_reason(decided, show.output.lang))


def suspend(show: Show) -> str:
    """Let the department suspend, and pull."""
    show.city.transfers.suspend(_theirs(show).id, reason=show.say("why"))
    transfer = show.firm.transfers.wait(_running(show).id, states=["SUSPENDED"], timeout_s=WAIT_S)
    try:
        reading = _pulled(show)
    except ClientError as error:
        return show.say("suspend", reason=str(error))
    raise NotShown(f"A suspended transfer ({transfer.state}) should deliver nothing and delivered {reading}.")


def resume(show: Show) -> str:
    """Let the department resume, and pull."""
    show.city.transfers.resume(_theirs(show).id)
    show.firm.transfers.wait(_running(show).id, states=["STARTED"], timeout_s=WAIT_S)
    return show.say("resume", reading=_pulled(show))


def terminate(show: Show) -> str:
    """Let the department terminate, and ask both sides."""
    theirs = _theirs(show).id
    show.city.transfers.terminate(theirs, reason=show.say("end"))
    states = {
        show.firm.transfers.wait(_running(show).id, states=["TERMINATED"], timeout_s=WAIT_S).state,
        show.city.transfers.wait(theirs, states=["TERMINATED"], timeout_s=WAIT_S).state,
    }
    if states != {"TERMINATED"}:
        raise NotShown(f"Both sides should say TERMINATED and say {', '.join(map(str, states))}.")
    return show.say("terminate")


def _offered(show: Show) -> Path:
    """Return the folder that the department offers from: generated, or where the person's own data lies."""
    if show.data:
        if not show.data.exists():
            raise NotShown(f"{show.data} does not exist: name a file or folder.")
        return show.data.parent
    folder = show.stage.base / "offered"
    folder.mkdir(parents=True)
    samples.write_readings(folder / "sensor-readings.csv")
    samples.write_counts(folder / "counts")
    return folder


def _generated(show: Show) -> Iterator[tuple[str, dict[str, str], str, bool]]:
    yield show.say("readings"), {"kind": "file", "path": "sensor-readings.csv"}, "text/csv", True
    yield show.say("counts"), {"kind": "file", "path": "counts"}, "application/json", True


def _own(data: Path) -> Iterator[tuple[str, dict[str, str], str, bool]]:
    yield data.stem, {"kind": "file", "path": data.name}, "application/octet-stream", False


def _agreed(client: Connector, show: Show, asset: Asset) -> str:
    """Return the agreement on an asset, negotiated now unless there is one."""
    known = client.agreements.list(dataset=asset.id).items
    if known:
        return known[0].id
    begun = client.negotiations.start(show.stage.actors["city"].id, asset.id)
    found = client.negotiations.wait(begun.id, timeout_s=WAIT_S)
    if found.state != "FINALIZED" or not found.agreement_id:
        raise NotShown(f"The negotiation on {_title(asset)} should be FINALIZED and is {found.state}: {found.ended}")
    return found.agreement_id


def _delivered(show: Show, asset: Asset, *, push: bool) -> Transfer:
    begun = show.firm.transfers.start(_agreed(show.firm, show, asset), push=push)
    found = show.firm.transfers.wait(begun.id, timeout_s=WAIT_S)
    if found.state != "COMPLETED":
        raise NotShown(f"The delivery of {_title(asset)} should be COMPLETED and is {found.state}: {found.ended}")
    return found


def _pulled(show: Show) -> str:
    """Pull the live source once and return its reading."""
    transfer = _running(show)
    show.firm.transfers.pull(transfer.id)
    target = show.stage.base / "live.json"
    show.firm.transfers.download(transfer.id, target, overwrite=True)
    return f"#{json.loads(target.read_text(encoding='utf-8'))['reading']}"


def _theirs(show: Show) -> Transfer:
    """Return the department's side of the live transfer."""
    pid = _running(show).peer_pid
    if pid is None:
        raise NotShown("The live transfer should have a counterpart and has none.")
    return show.city.transfers.show(pid)


def _running(show: Show) -> Transfer:
    if show.live_transfer is None:
        raise NotShown("The live transfer should run and was not begun.")
    return show.live_transfer


def _live(show: Show) -> Asset:
    if show.live is None:
        raise NotShown("The live source should be offered and is not.")
    return show.live


def _hit(show: Show, words: str, asset: Asset) -> Hit:
    for hit in show.firm.search(words).items:
        if hit.id == asset.id:
            return hit
    raise NotShown(f"A search for {words!r} should find {_title(asset)} and does not.")


def _digests(show: Show, asset: Asset) -> dict[str, str]:
    """Return the digests of what is offered, by file name or path below the folder."""
    root = (show.data.parent if show.data else show.stage.base / "offered") / asset.source["path"]
    files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    base = root.parent if root.is_file() else root
    return {str(path.relative_to(base)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _compare(arrived: dict[str, str], offered: dict[str, str]) -> None:
    if sorted(arrived.values()) != sorted(offered.values()):
        raise NotShown(f"What arrived ({len(arrived)} files) should equal what was offered ({len(offered)}).")


def _title(asset: Asset) -> str:
    return next(iter(asset.title.values()))
