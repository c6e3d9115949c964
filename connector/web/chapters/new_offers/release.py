"""A new offer, steps 4 and 5: it is checked, and released, or handed to a second person."""

from starlette.responses import Response

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.offering import assets, offer_forms
from connector.ports.entities import OfferForm
from connector.web.chapters.new_offers.changes import carry_out, show_change
from connector.web.frame.forms import FormFault, read_form, read_version
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.offering.answers import read_inspection
from connector.web.offering.checking import check_form
from connector.web.offering.steps import find_step, list_steps
from connector.web.offering.terms_of_form import write_document
from connector.web.rights import is_guarded, may_write
from connector.web.terms import describe_in_all


async def show_check(visit: Visit) -> Response:
    """Show what a check finds, each with a link to the field in which it is mended."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    checked = await check_form(visit, form)
    return render(visit, "new_offer_check.html", form=form, steps=list_steps(form, "pruefen"), checked=checked)


async def show_release(visit: Visit) -> Response:
    """Show the whole offer once more, and what its release means."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    return await (show_change(visit, form) if form.asset else _show(visit, form))


async def release(visit: Visit) -> Response:
    """Make the offer: published, or as a draft that a second person releases."""
    fields = await read_form(visit.request)
    person, publisher = visit.person, visit.desk.publisher
    if not may_write(person.roles):
        raise FormFault("error-not-yours", 403)
    form = await offer_forms.find(visit.desk.context, fields.get("id", ""))
    if form.asset:
        return await carry_out(visit, form, fields)
    if form.version != read_version(fields, "stand"):
        return await _show(visit, form, visit.words.say("offering.clash-release"), status=409)
    checked = await check_form(visit, form)
    if not checked.ready or checked.order is None:
        return go_to(find_step(form, "pruefen"))
    editors = (*(name for name in form.editors if name != person.name), person.name)
    try:
        # The form ends with the asset in one commit: it is never left beside an asset that says something else.
        asset = await assets.add(publisher, checked.order, editors=editors, changes=[offer_forms.make_end(form)])
    except NotAllowed as error:
        if error.code != "changed":
            raise
        form = await offer_forms.find(visit.desk.context, form.id)
        return await _show(visit, form, visit.words.say("offering.clash-release"), status=409)
    done = "vorgelegt"
    if not is_guarded(asset.data_class):
        await assets.publish(publisher, asset.id, by=person.name, seen=asset.version)
        done = "veroeffentlicht"
    return go_to(make_link("/angebote/angebot", id=asset.id, fertig=done))


async def _show(visit: Visit, form: OfferForm, fault: str = "", status: int = 200) -> Response:
    checked = await check_form(visit, form)
    if checked.order is None or checked.policy is None or not checked.ready:
        return go_to(find_step(form, "pruefen"))
    document = write_document(visit.desk.evaluator.library.operands, checked.policy)
    order = checked.order
    return render(
        visit,
        "new_offer_release.html",
        status=status,
        form=form,
        steps=list_steps(form, "freigabe"),
        order=order,
        found=read_inspection(form),
        read=await describe_in_all(visit.desk.evaluator.library, visit.words, document),
        guarded=is_guarded(order.data_class),
        fault=fault,
    )
