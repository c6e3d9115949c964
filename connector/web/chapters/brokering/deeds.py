"""The acts of the operator: one that takes something away asks for a reason; each is told when done, and undone.

An act over another state than the page showed changes nothing: the last act about the source is the version.
"""

from collections.abc import Awaitable, Mapping

import msgspec
from starlette.responses import Response

from connector.broker.operating.acts import UNKNOWN_SOURCE, ActRefused
from connector.desk.operating import values
from connector.desk.operating.sources import require_source
from connector.desk.operating.values import set_mark, view_act
from connector.ports.broker_store import Entry
from connector.ports.moderation import OF_SOURCES, WHOLE_SOURCE, Act, MarkKind, ModerationChange
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.moderation import ActView
from connector.web.frame.forms import FormFault, read_form, read_reason, read_version
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render

PATH, UNDO = "/betrieb/aendern", "/betrieb/zuruecknehmen"
SOURCE, OFFER, LOG = "/betrieb/quellen/quelle", "/betrieb/angebote/angebot", "/betrieb/verlauf"
DEEDS: Mapping[str, tuple[MarkKind, bool]] = {
    "aussetzen": (MarkKind.SUSPENDED, True),
    "fortsetzen": (MarkKind.SUSPENDED, False),
    "ausblenden": (MarkKind.HIDDEN, True),
    "zeigen": (MarkKind.HIDDEN, False),
    "test": (MarkKind.TEST, True),
    "kein-test": (MarkKind.TEST, False),
    "entfernen": (MarkKind.REMOVED, True),
    "wieder-aufnehmen": (MarkKind.REMOVED, False),
}
"""What the address calls each act: the kind of its mark, and whether it sets it."""


class AskedDeed(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be done, to which source or offer; `name` is what people call it, `stand` the last act."""

    deed: str
    participant: str
    dataset: str
    name: str
    source_name: str
    offers: int
    stand: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An act that was just done: its sentence, and its number if it can be undone."""

    sentence: str
    number: int | None = None


async def show_question(visit: Visit) -> Response:
    """Ask for the reason of an act, with what follows from it."""
    said = {name: read_query(visit, name) or "" for name in ("teilnehmer", "id", "tat")}
    return await _ask(visit, await _find_asked(visit, said))


async def act(visit: Visit) -> Response:
    """Do an act, and lead to what it is about."""
    form = await read_form(visit.request)
    asked = await _find_asked(visit, form)
    kind, wanted = DEEDS[asked.deed]
    if read_version(form, "stand") != asked.stand:
        raise FormFault("error-changed", 409)
    reason = ""
    if wanted:
        try:
            reason = read_reason(form, "begruendung")
        except FormFault as fault:
            return await _ask(visit, asked, visit.words.say(fault.key))
    change = ModerationChange(
        participant=asked.participant,
        dataset=asked.dataset,
        kind=kind,
        wanted=wanted,
        reason=reason,
        by=visit.person.name,
    )
    return await follow(visit, set_mark(visit.broker.operator, change), asked.participant, asked.dataset)


async def undo(visit: Visit) -> Response:
    """Take an act back, and lead to what it was about."""
    form = await read_form(visit.request)
    number = read_version(form, "nummer")
    before = await visit.broker.operator.record.act(number)
    if before is None:
        raise ActRefused("no-act", visit.words.say("brokering.refused-no-act"), missing=True)
    undoing = values.undo(visit.broker.operator, number, visit.person.name)
    return await follow(visit, undoing, before.change.participant, before.change.dataset)


async def follow(visit: Visit, doing: Awaitable[Act | None], participant: str, dataset: str = WHOLE_SOURCE) -> Response:
    """Do an act, and lead to the source or the offer, which says what was done. Raises ActRefused."""
    done = await values.do(visit.broker.operator, doing)
    told = done.act.number if done.act else "unveraendert"
    if dataset:
        return go_to(make_link(OFFER, teilnehmer=participant, id=dataset, fertig=told))
    return go_to(make_link(SOURCE, id=participant, fertig=told))


async def tell_done(visit: Visit) -> Told | None:
    """Return what the address says was just done, if it says so."""
    said = read_query(visit, "fertig") or ""
    if said.isascii() and said.isdecimal() and len(said) <= 15:
        act = await visit.broker.operator.record.act(int(said))
        if act is not None:
            return Told(sentence=visit.words.say(f"brokering.done-{view_act(act).act}"), number=act.number)
    known = visit.words.find(f"brokering.done-{said}") if said.isalpha() else ""
    return Told(sentence=known) if known else None


async def list_acts(visit: Visit, participant: str, dataset: str | None = None, most: int = 10) -> list[ActView]:
    """Return the newest acts about a source, or with `dataset` about that one and the whole source."""
    acts, _ = await visit.broker.operator.record.acts(participant, None, 100)
    wanted = [one for one in acts if dataset is None or one.change.dataset in {dataset, WHOLE_SOURCE}]
    return [view_act(one) for one in wanted[:most]]


async def find_stand(visit: Visit, participant: str) -> int:
    """Return the number of the last act about a source; 0 if there is none."""
    acts, _ = await visit.broker.operator.record.acts(participant, None, 1)
    return acts[0].number if acts else 0


def name_entry(visit: Visit, entry: Entry | None, dataset: str) -> str:
    """Return the title of an entry, else the identifier of its dataset."""
    return visit.words.pick(entry.titles if entry else None, dataset)


async def _find_asked(visit: Visit, said: Mapping[str, str]) -> AskedDeed:
    """Return the act that a form or an address means. Raises FormFault, ActRefused."""
    record = visit.broker.operator.record
    deed, dataset, name = said.get("tat", ""), said.get("id", ""), said.get("teilnehmer", "")
    if deed not in DEEDS or (dataset and DEEDS[deed][0] in OF_SOURCES):
        raise FormFault("form-unreadable")
    if not name or max(len(name), len(dataset)) > LONGEST_IDENTIFIER:
        raise ActRefused("no-source", UNKNOWN_SOURCE, missing=True)
    source = await require_source(visit.broker.operator, name)
    entry = await record.stored(source.participant, dataset) if dataset else None
    if dataset and entry is None:
        raise ActRefused("no-dataset", visit.words.say("brokering.refused-no-dataset"), missing=True)
    source_name = source.name or visit.words.party(source.participant)
    return AskedDeed(
        deed=deed,
        participant=source.participant,
        dataset=dataset,
        name=name_entry(visit, entry, dataset) if dataset else source_name,
        source_name=source_name,
        offers=source.datasets,
        stand=await find_stand(visit, source.participant),
    )


async def _ask(visit: Visit, asked: AskedDeed, fault: str = "") -> Response:
    kind, wanted = DEEDS[asked.deed]
    if not wanted:
        raise FormFault("form-unreadable")
    back = (
        make_link(OFFER, teilnehmer=asked.participant, id=asked.dataset)
        if asked.dataset
        else make_link(SOURCE, id=asked.participant)
    )
    return render(
        visit, "broker_ask.html", status=422 if fault else 200, asked=asked, kind=kind.value, back=back, fault=fault
    )
