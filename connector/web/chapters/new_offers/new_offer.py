"""A new offer, steps 1 and 2: where the data is, and what it is. A form can be left, resumed, and given up."""

from math import ceil
from typing import Any

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, UseCaseError
from connector.controlplane.usecases.offering import offer_forms
from connector.controlplane.usecases.offering.describing import settle_description
from connector.controlplane.usecases.offering.drafts import check_texts, resolve_stated
from connector.controlplane.usecases.offering.inspecting import inspect
from connector.dataplane.files.media_types import guess_media_type
from connector.ports.entities import OfferForm
from connector.views.assets import DEFAULT_MEDIA_TYPE
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.offering.answers import (
    DESCRIPTION,
    FLAGS,
    explain_refusal,
    read_inspection,
    suggest_answers,
    write_order,
)
from connector.web.offering.choices import list_choices
from connector.web.offering.described import LONGEST_PLACE, PlaceFault
from connector.web.offering.keeping import confirm_kept, keep, keep_read
from connector.web.offering.places import (
    KIND,
    STREAMS,
    find_field,
    is_place_answer,
    list_parameters,
    list_places,
    read_place,
)
from connector.web.offering.steps import find_step, list_steps
from connector.web.offering.template_cards import NOTICE
from connector.web.rights import may_write


async def show_data(visit: Visit) -> Response:
    """Show the first step: a file to upload, or a place in which the data lies."""
    wanted = read_query(visit, "id")
    form = await offer_forms.find(visit.desk.context, wanted) if wanted else None
    return show_step_of_data(visit, form)


def show_step_of_data(
    visit: Visit, form: OfferForm | None, fault: str = "", status: int = 200, *, wrong: str = ""
) -> Response:
    """Return the page of the first step, with what an inspection has found; `wrong` is the field of a fault."""
    uploads, answers = visit.pages.uploads, form.answers if form else {}
    return render(
        visit,
        "new_offer_data.html",
        status=422 if fault and status == 200 else status,
        form=form,
        steps=list_steps(form, "daten"),
        found=read_inspection(form),
        fault=fault,
        wrong=wrong,
        largest=uploads.largest if uploads else 0,
        kept_days=max(1, ceil(visit.desk.partial_days)),
        places=list_places(visit.words, answers, visit.pages.secrets),
        parameters=list_parameters(visit.words, answers),
        placed=KIND in answers,
        tried=form is not None and form.source is not None and read_query(visit, "fertig") == "probiert",
        narrowed=any(name.startswith("wahl.") and name.endswith(".name") and text for name, text in answers.items()),
    )


async def take_place(visit: Visit) -> Response:
    """Take data that lies somewhere already: below the root, at a service, in a database or store, or a stream."""
    fields = await read_form(visit.request)
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    answers = {name: text[:LONGEST_PLACE] for name, text in fields.items() if is_place_answer(name)}
    if fields.get("id"):

        async def read(_: OfferForm) -> dict[str, str]:
            return answers

        kept = await keep_read(visit, fields, read)
        form = kept.form
        if kept.clash:
            return show_step_of_data(visit, form, visit.words.say("offering.clash"), 409, wrong="stand")
    else:
        form = await offer_forms.begin_once(visit.desk.context, visit.person.name, answers)
    try:
        place = read_place(form.answers)
        form = await take_source(visit, form, place.source, place.name, media_type=place.media_type)
    except PlaceFault as fault:
        return show_step_of_data(visit, form, fault.explain(visit.words), wrong=fault.field)
    except UseCaseError as error:
        text = visit.words.pick(error.reasons) or visit.words.translate(error.reason)
        return show_step_of_data(visit, form, text, wrong=find_field(form.answers, error.reason))
    return go_to(
        find_step(form, "daten", fertig="probiert") if fields.get("probieren") else find_step(form, "beschreibung")
    )


async def take_source(
    visit: Visit, form: OfferForm, source: dict[str, Any], name: str, *, media_type: str = ""
) -> OfferForm:
    """Look at the data of a source and save it in a form, with suggested answers.

    `media_type` is what a person stated (empty: what the name says). Raises Invalid, NotAllowed.
    """
    plain = name.partition("?")[0]
    guessed = guess_media_type(plain if source["kind"] != "http" else plain.rpartition("/")[2]) or DEFAULT_MEDIA_TYPE
    found = await inspect(visit.desk.publisher, source, name[:200], media_type or guessed)
    return await offer_forms.save(
        visit.desk.context,
        form,
        visit.person.name,
        seen=form.version,
        answers=suggest_answers(form, found, name) | _suggest_notice(visit, form) | _tell_stream(source),
        source=source,
        found=msgspec.json.encode(found),
    )


def _suggest_notice(visit: Visit, form: OfferForm) -> dict[str, str]:
    """Return the notice that names this provider as the source, in the language of the page, unless there is one."""
    return {} if NOTICE in form.answers else {NOTICE: visit.words.say("offering.notice", provider=visit.pages.provider)}


def _tell_stream(source: dict[str, Any]) -> dict[str, str]:
    return {"laufend": "1"} if source["kind"] in STREAMS else {}


async def show_description(visit: Visit) -> Response:
    """Show the second step: title, description and all that a catalogue asks for."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    return _show_description(visit, form)


async def describe(visit: Visit) -> Response:
    """Keep the description, and go on if it can be understood."""
    kept = await keep(visit, DESCRIPTION.__contains__, FLAGS)
    if kept.by_script:
        return confirm_kept(kept)
    if kept.clash:
        return _show_description(visit, kept.form, (visit.words.say("offering.clash"), "stand"), status=409)
    fault = _find_fault(visit, kept.form)
    return _show_description(visit, kept.form, fault) if fault else go_to(find_step(kept.form, "bedingungen"))


async def show_discard(visit: Visit) -> Response:
    """Ask before a form is given up: what was typed and uploaded is lost."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    return render(visit, "discard.html", form=form, found=read_inspection(form))


async def discard(visit: Visit) -> Response:
    """Give up a form, with what was uploaded for it."""
    fields = await read_form(visit.request)
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    context, uploads = visit.desk.context, visit.pages.uploads
    form = await offer_forms.find(context, fields.get("id", ""))
    # Once the form is gone, nobody makes an offer of what was uploaded for it. An older release of this software may
    # have been interrupted after it had made one.
    await offer_forms.drop(context, form)
    if uploads is not None and await context.store.asset(context.owner, form.id) is None:
        await uploads.drop(form.id)
    if form.asset:
        return go_to(make_link("/angebote/angebot", id=form.asset, fertig="verworfen"))
    return go_to("/angebote?fertig=verworfen")


def _find_fault(visit: Visit, form: OfferForm) -> tuple[str, str] | None:
    """Return what is wrong with a description and in which field, or None."""
    order = write_order(form, None)
    if not order.title:
        return visit.words.say("offering.title-missing"), "titel"
    try:
        check_texts(order)
        resolve_stated(visit.desk.evaluator, settle_description(order))
    except Invalid as error:
        return explain_refusal(visit.words, error.code, error.reason)
    return None


def _show_description(
    visit: Visit, form: OfferForm, fault: tuple[str, str] | None = None, status: int = 200
) -> Response:
    return render(
        visit,
        "new_offer_description.html",
        status=422 if fault and status == 200 else status,
        form=form,
        steps=list_steps(form, "beschreibung"),
        found=read_inspection(form),
        choices=list_choices(visit.desk.evaluator.library.operands, visit.words, form),
        contact=visit.desk.publisher.contact,
        fault=fault,
    )
