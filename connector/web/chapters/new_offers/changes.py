"""An offer is changed in the same steps in which it was made: begun, shown with what follows, and carried out."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from connector.controlplane.core import documents
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.usecases.offering import asset_changes, offer_forms
from connector.ports.entities import OfferForm
from connector.web.frame.forms import FormFault, read_form, read_version
from connector.web.frame.visit import Visit, go_to, make_link, render
from connector.web.offering.answers import write_answers
from connector.web.offering.changing import describe_change
from connector.web.offering.checking import check_form
from connector.web.offering.steps import find_step, list_steps
from connector.web.offering.template_cards import write_filled
from connector.web.offering.terms_of_form import normalise
from connector.web.rights import may_write


async def begin_change(visit: Visit) -> Response:
    """Begin the change of an offer, or go on with the one that has begun."""
    fields = await read_form(visit.request)
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    context = visit.desk.context
    asset = await find_asset(context, fields.get("id", ""))
    form = await offer_forms.find_change(context, asset.id)
    if form is None:
        policy = normalise(documents.drop_frame(asset.policy))
        answers = {name: text for name, text in write_answers(asset).items() if text}
        filled = write_filled(policy)
        form = await offer_forms.begin(
            context,
            visit.person.name,
            change_of=asset,
            answers=answers | (filled or {}),
            source=asset.source,
            policy=msgspec.json.encode(policy) if filled is None else None,
        )
    return go_to(find_step(form, "beschreibung"))


async def show_change(visit: Visit, form: OfferForm, fault: str = "", status: int = 200) -> Response:
    """Return the page that shows a change and what follows from it, before it is made."""
    if not (await check_form(visit, form)).ready:
        return go_to(find_step(form, "pruefen"))
    return render(
        visit,
        "change.html",
        status=status,
        form=form,
        steps=list_steps(form, "freigabe"),
        change=await describe_change(visit, form),
        fault=fault,
    )


async def carry_out(visit: Visit, form: OfferForm, fields: Mapping[str, str]) -> Response:
    """Change the asset as the page has shown it."""
    change, by = await describe_change(visit, form), visit.person.name
    if form.version != read_version(fields, "stand") or change.asset.version != read_version(fields, "fassung"):
        return await show_change(visit, form, visit.words.say("offering.clash-release"), status=409)
    if change.held_back or not (await check_form(visit, form)).ready:
        return go_to(find_step(form, "pruefen"))
    editors = (*(name for name in form.editors if name != by), by)
    try:
        await asset_changes.edit(
            visit.desk.publisher,
            form.asset,
            change.members,
            editors=editors,
            seen=change.asset.version,
            changes=[offer_forms.make_end(form)],
        )
    except NotAllowed as error:
        if error.code != "changed":
            raise
        form = await offer_forms.find(visit.desk.context, form.id)
        return await show_change(visit, form, visit.words.say("offering.clash-release"), status=409)
    return go_to(make_link("/angebote/angebot", id=form.asset, fertig="geaendert"))
