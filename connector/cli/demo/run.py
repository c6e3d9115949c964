"""The run of the demonstration: its steps in order, their output, and its end.

Every step checks its own sentence: digests are compared, states are read on both sides, and a refusal needs a reason. A
step that fails ends the demonstration with exit code 1.
"""

import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from connector.cli.demo import agreeing, cities, controlling, delivering, opening, visiting
from connector.cli.demo.samples import LiveSource
from connector.cli.demo.show import DemoStep, Show
from connector.cli.demo.stage import Stage
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.remote import explain_error
from connector.client.frame.errors import ClientError
from connector.protocol.dcp.did import LOCAL_HOST


def run_demo(
    output: Output,
    *,
    once: bool,
    data: Path | None,
    port_base: int | None,
    two_cities: bool = False,
    tour: bool = False,
) -> int:
    """Run the demonstration, of one city or two, and return the exit code; `data` is a file or folder to offer.

    `tour` leads a person through the pages after the last step.
    """
    base = Path(tempfile.mkdtemp(prefix="datenkontor-demo-"))
    show = Show(
        output=output,
        stage=Stage(base, by_document=True),
        data=data.resolve() if data else None,
        port_base=port_base,
        other_city=Stage(base, prefix="there-", by_document=True) if two_cities else None,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with closing(LiveSource()) as source:
            complete = _play(show, _list_steps_of_two(source) if two_cities else _list_steps(source))
            if complete and tour:
                lead(show, wait=not once and not output.json)
            if complete and not once:
                _stay(show)
    except KeyboardInterrupt:
        complete = False
    finally:
        for stage in show.stages:
            stage.stop()
        if not once and not output.json:
            print(show.say("demo.stopped"))
    if complete:
        shutil.rmtree(base, ignore_errors=True)
    return 0 if complete else 1


def lead(show: Show, *, wait: bool) -> None:
    """Tell the stations of the tour one after the other; with `wait`, go on when the person says so."""
    for name, told in visiting.list_stations(show):
        if show.output.json:
            print(json.dumps({"station": name, "detail": told}, ensure_ascii=False), flush=True)
            continue
        print(f"\n{told}", flush=True)
        if wait:
            print(show.say("demo.tour-next"), end=" ", flush=True)
            wait = bool(sys.stdin.readline())


def _list_steps(source: LiveSource) -> list[tuple[str, DemoStep]]:
    return [
        ("set-up", opening.set_up),
        ("start", opening.start),
        ("publish", lambda show: opening.publish(show, source.url)),
        ("index", opening.index),
        ("search", agreeing.search),
        ("terms", agreeing.read_terms),
        ("negotiate", agreeing.negotiate),
        ("push", delivering.push),
        ("pull", delivering.pull),
        ("live", delivering.pull_live),
        ("refuse", controlling.refuse),
        ("suspend", controlling.suspend),
        ("resume", controlling.resume),
        ("terminate", controlling.terminate),
        ("pages", visiting.open_pages),
        ("hold", visiting.let_wait),
    ]


def _list_steps_of_two(source: LiveSource) -> list[tuple[str, DemoStep]]:
    return [
        ("set-up", cities.set_up),
        ("start", cities.start),
        ("publish", lambda show: cities.publish(show, source.url)),
        ("find", cities.find),
        ("withdraw", cities.withdraw),
    ]


def _play(show: Show, steps: list[tuple[str, DemoStep]]) -> bool:
    """Run the steps until one fails; return whether all succeeded."""
    for name, step in steps:
        before = time.monotonic()
        try:
            detail, good = step(show), True
        except Failure as failure:
            detail, good = _explain(show, failure), False
        except ClientError as error:
            detail, good = _explain(show, Failure(Code.FAILED, "errors.reported", reason=explain_error(error))), False
        _print_step(show, name, detail, good=good, seconds=time.monotonic() - before)
        if not good:
            return False
    return True


def _explain(show: Show, failure: Failure) -> str:
    return show.say("demo.failed", reason=failure.say(show.output.lang), folder=show.stage.base)


def _print_step(show: Show, name: str, detail: str, *, good: bool, seconds: float) -> None:
    if show.output.json:
        line = {"step": name, "ok": good, "seconds": round(seconds, 3), "detail": detail}
        print(json.dumps(line, ensure_ascii=False), flush=True)
    else:
        print(f"{show.output.format_mark(good)} {detail}  [{seconds:.2f} s]", flush=True)


def _stay(show: Show) -> None:
    """Print the running participants and some commands to try, and wait for Ctrl-C."""
    if show.output.json:
        signal.pause()
    print(f"\n{show.say('demo.done', seconds=time.monotonic() - show.begun)}")
    for stage in show.stages:
        for actor in stage.actors.values():
            print(f"  {actor.name}: http://{LOCAL_HOST}:{actor.ports['protocol']}  ({actor.settings})")
    firm = show.stages[-1].actors["firm"]
    print(f"\n{show.say('demo.try')}")
    got = () if show.other_city else (f"get {show.assets[-1].id} -o out/",)
    for words in ("search Verkehr", "negotiation list", *got):
        print(f"  DATENKONTOR_KEY={firm.key} datenkontor {words} --settings {firm.settings}")
    _print_pages(show)
    print(f"\n{show.say('demo.stop', folder=show.stage.base)}", flush=True)
    signal.pause()


def _print_pages(show: Show) -> None:
    """Print the address of each page, with whom it is for."""
    if not show.pages:
        return
    print(f"\n{show.say('demo.pages')}")
    for page in show.pages:
        role = show.say(f"pages.role-{page.person.role}") if page.person else ""
        person = f"{page.person.person}, {role}" if page.person else show.say("demo.everybody")
        print(f"  {page.participant} – {person}:\n    {page.address}")
