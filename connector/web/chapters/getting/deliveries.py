"""The deliveries: the list, and one as it happens: started, paused, resumed and broken off."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NoSuchEntity, UseCaseError
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import catalog, transfer, users
from connector.dataplane.transfer.follow import is_stream
from connector.desk.received import list_files
from connector.language.catalogue import say, tell_reason
from connector.ports.entities import Agreement, PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState
from connector.views.conversion import to_view
from connector.views.transfers import DeliveryView
from connector.web.frame.forms import FormFault, read_form, read_reason
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.streams import Glance, open_file_of_lines, open_stream
from connector.web.frame.visit import Visit, fill, go_to, make_link, name_party, read_query, render
from connector.web.offering.described import PlaceFault
from connector.web.rights import ASKERS
from connector.web.showing.choosable import read_choosable, read_parameters, write_choice
from connector.web.showing.steps import list_delivery_steps
from connector.web.showing.targets import FOLDER, find_target_field, is_elsewhere, list_targets, read_target

PAGE, MOST_LEAVES, SHOWN_FILES = 25, 200, 100
MOVING_S, RESTING_S = 1.0, 15.0


class Deed(msgspec.Struct, frozen=True):
    """What the reader may do with a delivery now."""

    pause: bool
    resume: bool
    stop: bool


async def show_deliveries(visit: Visit) -> Response:
    """List the deliveries to and from this participant, newest first."""
    context = visit.desk.context
    rows, following = await read_rows(context.store.transfers(context.owner, read_bounds(visit, PAGE)))
    found = [(row, name_party(visit, row.peer), await _read_progress(visit, row)) for row in rows]
    return render(visit, "deliveries.html", found=found, following=following)


async def show_delivery(visit: Visit) -> Response:
    """Show one delivery: its steps, how much has arrived, and its files."""
    process = await transfer.get(visit.desk.context, read_query(visit, "id") or "")
    return render(
        visit,
        "delivery.html",
        **await _describe_now(visit, process, await _read_progress(visit, process), None),
        deed=_find_deed(visit, process),
        over=process.state in TRANSFER.terminal,
        done=visit.words.find(f"receiving.done-{read_query(visit, 'fertig')}"),
    )


async def stream_delivery(visit: Visit) -> Response:
    """Answer with the state of one delivery, now and after each change, until it has ended."""
    context = visit.desk.context
    pid = (await transfer.get(context, read_query(visit, "id") or "")).id
    before: list[tuple[int, int]] = []

    async def look() -> Glance:
        process = await transfer.get(context, pid)
        progress = await _read_progress(visit, process)
        rate = _measure(before, context.now(), progress.bytes_moved)
        moving = process.state == TransferState.STARTED
        described = await _describe_now(visit, process, progress, rate if moving else None)
        part = fill(visit, "delivery_live.html", **described)
        deed = msgspec.structs.asdict(_find_deed(visit, process))
        ended = process.state in TRANSFER.terminal
        return Glance(
            {"part": part, "deed": deed, "last": ended}, last=ended, again_s=MOVING_S if moving else RESTING_S
        )

    return open_stream(visit, look, pid)


async def show_choice(visit: Visit) -> Response:
    """Show in which form the data can be taken, and by what the provider lets it be narrowed."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "vertrag") or "", Role.CONSUMER)
    return await _show_choice(visit, agreement, read_query(visit, "nach") or "", {})


async def order(visit: Visit) -> Response:
    """Start a delivery under an agreement; the same form sent again leads to the same delivery."""
    form = await read_form(visit.request)
    agreement = await find_agreement(visit.desk.context, form.get("vertrag", ""), Role.CONSUMER)
    after = form.get("nach", "")
    try:
        choice, parameters, sink = write_choice(form), read_parameters(form), read_target(form)
    except FormFault as fault:
        return await _show_choice(visit, agreement, after, form, visit.words.say(fault.key))
    except PlaceFault as fault:
        return await _show_choice(visit, agreement, after, form, fault.explain(visit.words), fault.field)
    keep = form.get("offen") == "1"
    asked = (choice, repr(parameters) if parameters else "", "offen" if keep else "", repr(sink) if sink else "")
    pid = _make_id(agreement.key, "\n".join((after, *filter(None, asked))))
    try:
        begun = await transfer.request(
            visit.desk.enforcer,
            agreement.key,
            id=pid,
            sink=sink,
            keep=keep,
            choice=choice,
            parameters=parameters,
            by=visit.person.name,
        )
    except Invalid as error:
        if error.code != "sink":
            raise
        text = visit.words.pick(error.reasons) or visit.words.translate(error.reason)
        return await _show_choice(visit, agreement, after, form, text, find_target_field(form, error.reason))
    return go_to(make_link("/lieferungen/lieferung", id=begun.id, fertig="angefordert"))


async def _show_choice(
    visit: Visit, agreement: Agreement, after: str, typed: Mapping[str, str], fault: str = "", wrong: str = ""
) -> Response:
    try:
        dataset = await catalog.fetch_dataset(visit.desk.counterparties, agreement.counterparty, agreement.dataset)
    except UseCaseError:
        dataset = None  # Who has an agreement may get the data as it is, whatever the catalogue says at present.
    return render(
        visit,
        "choice.html",
        status=422 if fault else 200,
        agreement=agreement,
        party=name_party(visit, agreement.counterparty),
        after=after,
        typed=typed,
        away=dataset is None,
        choosable=read_choosable(dataset or {}),
        targets=list_targets(visit.words, typed, visit.pages.secrets),
        targeted=bool(typed.get(FOLDER)) or is_elsewhere(typed),
        fault=fault,
        wrong=wrong,
    )


async def record_stream(visit: Visit) -> Response:
    """Answer with the messages of a stream as they arrive, as a file that grows."""
    process = await _find_own(visit, read_query(visit, "id") or "")
    lines = await transfer.follow(visit.desk.enforcer, process.id, "")
    return open_file_of_lines(visit, lines, f"{process.id.rpartition(':')[2]}.ndjson")


async def pause(visit: Visit) -> Response:
    """Pause a delivery: no byte moves until it is resumed."""

    async def act(process: Transfer) -> None:
        await transfer.suspend(visit.desk.enforcer, process.id, say("en", "receiving.pause-reason"))

    return await _act(visit, act, "unterbrochen")


async def resume(visit: Visit) -> Response:
    """Resume a delivery that was paused here."""

    async def act(process: Transfer) -> None:
        await transfer.resume(visit.desk.enforcer, process.id)

    return await _act(visit, act, "fortgesetzt")


async def show_stop(visit: Visit) -> Response:
    """Ask before a delivery is broken off."""
    return await _ask(visit, await transfer.get(visit.desk.context, read_query(visit, "id") or ""))


async def stop(visit: Visit) -> Response:
    """Break a delivery off; the provider receives the reason."""
    form = await read_form(visit.request)
    process = await _find_own(visit, form.get("id", ""))
    try:
        reason = read_reason(form, "begruendung")
    except FormFault as fault:
        return await _ask(visit, process, visit.words.say(fault.key))
    await transfer.terminate(visit.desk.enforcer, process.id, reason)
    return go_to(make_link("/lieferungen/lieferung", id=process.id, fertig="abgebrochen"))


async def _act(visit: Visit, act: Callable[[Transfer], Awaitable[None]], done: str) -> Response:
    form = await read_form(visit.request)
    process = await _find_own(visit, form.get("id", ""))
    await act(process)
    return go_to(make_link("/lieferungen/lieferung", id=process.id, fertig=done))


async def _find_own(visit: Visit, id: str) -> Transfer:
    """Return a delivery to this participant. Raises NoSuchEntity."""
    process = await transfer.get(visit.desk.context, id)
    if process.role is not Role.CONSUMER:
        raise NoSuchEntity("no-transfer", "This delivery goes to another participant: its agreement ends it.")
    return process


def _make_id(agreement: str, after: str) -> str:
    """Return the identifier of the delivery that follows another one with a choice (empty: none) under an agreement.

    A form that is sent twice has it twice, and nobody chooses it.
    """
    digest = hashlib.sha256(f"{agreement}\n{after}".encode()).digest()
    return f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"


async def _read_progress(visit: Visit, process: Transfer) -> DeliveryView:
    """Return how much has arrived: at present while the delivery is active, else as it was reported last."""
    active = process.state in {TransferState.STARTED, TransferState.SUSPENDED}
    live = await visit.desk.enforcer.dataplane.report(process.owner, process.id) if active else None
    if live is not None:
        return to_view(DeliveryView, live)
    return msgspec.json.decode(process.progress, type=DeliveryView) if process.progress else DeliveryView()


def _measure(before: list[tuple[int, int]], now: int, moved: int) -> int | None:
    """Return the bytes in a second since the last look; None at the first one. Remembers this look."""
    rate = None
    if before:
        at, count = before.pop()
        rate = max(moved - count, 0) * 1000 // max(now - at, 1)
    before.append((now, moved))
    return rate


async def _describe_now(visit: Visit, process: Transfer, progress: DeliveryView, rate: int | None) -> dict[str, Any]:
    """Return the values of the part of the page that changes while it is open; `rate` is in bytes a second."""
    context, words = visit.desk.context, visit.words
    leaves, _ = await context.store.leaves(context.owner, PageBounds(limit=MOST_LEAVES), process_id=process.id)
    ended = process.ended
    fault = (process.pending.fault if process.pending else "") or progress.waits or progress.error or ""
    return {
        "process": process,
        "steps": list_delivery_steps(process, leaves) if process.role is Role.CONSUMER else [],
        "party": name_party(visit, process.peer),
        "progress": progress,
        "rate": rate,
        "reason": tell_reason(words.language, ended.reason, ended.reasons) if ended else "",
        "by_us": ended is not None and ended.by == context.participant,
        "fault": words.translate(fault),
        "remark": words.translate(progress.remark or ""),
        "files": await _list_files(visit, process),
        "streamed": _is_followed(process),
        "may_open": users.has_role(visit.person, ASKERS),
    }


def _is_followed(process: Transfer) -> bool:
    """Return whether messages arrive here now, which a person may read along."""
    started = process.role is Role.CONSUMER and process.state == TransferState.STARTED
    return started and is_stream(process.data_address)


async def _list_files(visit: Visit, process: Transfer) -> list[str]:
    """Return the names of the first files that have arrived; none while they still arrive."""
    if process.role is not Role.CONSUMER or process.state != TransferState.COMPLETED:
        return []
    try:
        return list(await list_files(visit.desk.context, visit.desk.received, process.id))[:SHOWN_FILES]
    except NoSuchEntity:
        return []


def _find_deed(visit: Visit, process: Transfer) -> Deed:
    own = process.role is Role.CONSUMER and users.has_role(visit.person, ASKERS)
    open_here = own and process.state not in TRANSFER.terminal
    paused = process.state == TransferState.SUSPENDED
    return Deed(
        pause=own and process.state == TransferState.STARTED and process.pending is None,
        resume=own and paused and process.suspended_by in {None, process.role} and process.pending is None,
        stop=open_here,
    )


async def _ask(visit: Visit, process: Transfer, fault: str = "") -> Response:
    may_stop = _find_deed(visit, process).stop
    return render(visit, "stop.html", status=422 if fault else 200, process=process, may_stop=may_stop, fault=fault)
