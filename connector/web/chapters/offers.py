"""The offers of this participant: the list, one offer with its terms in words, published and withdrawn."""

from starlette.responses import Response

from connector.controlplane.core import instants
from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases.offering import assets, offer_forms
from connector.controlplane.usecases.offering.inspecting import Inspection, inspect
from connector.controlplane.usecases.products import running
from connector.ports.entities import Asset, AssetStatus, DataClass
from connector.views.recipes import is_recipe, read_recipe
from connector.web.frame.forms import FormFault, read_form, read_reason, read_version
from connector.web.frame.listing import read_bounds, read_matching
from connector.web.frame.visit import Visit, go_to, make_link, name_people, read_query, render
from connector.web.offering.recipe_words import describe_recipe
from connector.web.offering.stating import list_stated
from connector.web.rights import find_protection, is_guarded, may_end, may_publish, may_veto, may_withdraw, may_write
from connector.web.showing.offer_rows import list_offer_rows
from connector.web.terms import describe_terms

PAGE, LONGEST_WORD = 25, 100


async def show_offers(visit: Visit) -> Response:
    """List the offers, newest first, those in one state or with a word in their title if the query names one."""
    context, wanted = visit.desk.context, read_query(visit, "stand")
    status = next((known for known in AssetStatus if known == wanted), None)
    word = " ".join((read_query(visit, "wort") or "").split())[:LONGEST_WORD]

    def has_word(asset: Asset) -> bool:
        return any(word.casefold() in text.casefold() for text in asset.title.values())

    offers, following = await read_matching(
        lambda bounds: context.store.assets(context.owner, bounds, status=status),
        read_bounds(visit, PAGE),
        has_word if word else lambda _: True,
    )
    begun = await offer_forms.list_forms(context) if may_write(visit.person.roles) and not (status or word) else []
    return render(
        visit,
        "offers.html",
        rows=await list_offer_rows(visit, offers),
        following=following,
        word=word,
        wanted=status,
        statuses=tuple(AssetStatus),
        begun=begun,
        people=await name_people(visit, (form.editors[-1] for form in begun)),
        may_write=may_write(visit.person.roles),
        done=visit.words.find(f"offer-done-{read_query(visit, 'fertig')}"),
    )


async def show_offer(visit: Visit) -> Response:
    """Show one offer: its terms, who may see it, how it is used, and what the reader may do with it."""
    asset = await find_asset(visit.desk.context, read_query(visit, "id") or "")
    missing = read_query(visit, "fehlt") == "begruendung"
    return await _show(visit, asset, veto_fault=visit.words.say("reason-missing") if missing else "")


async def publish(visit: Visit) -> Response:
    """Publish an offer; what is confidential or about persons needs the word that it was checked."""
    form = await read_form(visit.request)
    asset = await find_asset(visit.desk.context, form.get("id", ""))
    own = visit.person.name in asset.edited_by
    protection = find_protection(asset)
    if not may_publish(visit.person.roles, protection, own=own):
        raise FormFault("error-own-release" if own else "error-release", 403)
    if is_guarded(protection) and form.get("geprueft") != "1":
        return await _show(visit, asset, visit.words.say("release-unchecked"))
    release = asset.data_class is DataClass.PERSONAL
    seen, by = read_version(form, "stand"), visit.person.name
    await assets.publish(visit.desk.publisher, asset.id, release=release, by=by, seen=seen)
    return go_to(make_link("/angebote/angebot", id=asset.id, fertig="veroeffentlicht"))


async def make_product(visit: Visit) -> Response:
    """Make a product anew from its inputs as they are now; the same click sent twice makes it once."""
    form = await read_form(visit.request)
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    seen, publisher = read_version(form, "nummer"), visit.desk.publisher
    product = await running.find(publisher, form.get("id", ""))
    if product.number == seen:
        await running.request(publisher, product.asset)
    return go_to(make_link("/angebote/angebot", id=product.asset, fertig="hergestellt"))


async def show_withdrawal(visit: Visit) -> Response:
    """Ask before an offer is withdrawn, with what happens then."""
    asset = await find_asset(visit.desk.context, read_query(visit, "id") or "")
    return await _ask(visit, asset)


async def withdraw(visit: Visit) -> Response:
    """Withdraw an offer; with the word of who may end them, its agreements too."""
    form = await read_form(visit.request)
    asset = await find_asset(visit.desk.context, form.get("id", ""))
    ending = form.get("vertraege") == "1"
    if not may_withdraw(visit.person.roles) or (ending and not may_end(visit.person.roles)):
        raise FormFault("error-not-yours", 403)
    reason = ""
    if ending:
        try:
            reason = read_reason(form, "begruendung")
        except FormFault as fault:
            return await _ask(visit, asset, visit.words.say(fault.key))
    by = visit.person.name
    await assets.withdraw(visit.desk.publisher, asset.id, end_agreements=ending, reason=reason, by=by)
    return go_to(make_link("/angebote/angebot", id=asset.id, fertig="zurueckgezogen"))


async def _show(visit: Visit, asset: Asset, fault: str = "", *, veto_fault: str = "") -> Response:
    context, evaluator, words = visit.desk.context, visit.desk.evaluator, visit.words
    policy = visibility.catalog_policy(asset)
    at, data = instants.instant(context.now()), known_data.to_data(asset)
    remarks = (
        *acceptance.personal_remarks(evaluator, policy, asset.stated, asset.data_class),
        *acceptance.asset_remarks(evaluator.library, policy, at, data),
    )
    done = words.find(f"offer-done-{read_query(visit, 'fertig')}") or words.find(
        f"privacy.done-{read_query(visit, 'fertig')}"
    )
    own, protection = visit.person.name in asset.edited_by, find_protection(asset)
    changing = await offer_forms.find_change(context, asset.id)
    named = [form.editors[-1] for form in (changing,) if form] + [veto.by for veto in (asset.veto,) if veto]
    people = await name_people(visit, named)
    measured = await context.store.quality(context.owner, asset.id)
    return render(
        visit,
        "offer.html",
        status=422 if fault or veto_fault else 200,
        asset=asset,
        terms=await describe_terms(evaluator.library, words, policy),
        access=await describe_terms(evaluator.library, words, asset.access) if asset.access else None,
        stated=list_stated(evaluator.library.operands, words, asset),
        found=await _look(visit, asset),
        product=await context.store.product(context.owner, asset.id) if asset.lineage else None,
        recipe=describe_recipe(words, read_recipe(asset.source)) if is_recipe(asset.source) else (),
        quality=measured.versions[0] if measured and measured.versions else None,
        name_party=lambda party: context.find_name(party) or party,
        remarks=[words.pick(remark) for remark in remarks],
        counts=await _count(visit, asset),
        guarded=is_guarded(protection),
        lowered_from=protection if protection is not asset.data_class else None,
        may_publish=may_publish(visit.person.roles, protection, own=own),
        own=own,
        may_write=may_write(visit.person.roles),
        changing=changing,
        people=people,
        may_withdraw=may_withdraw(visit.person.roles),
        may_veto=may_veto(visit.person.roles),
        objector=people.get(asset.veto.by, asset.veto.by) if asset.veto else "",
        done=done,
        fault=fault,
        veto_fault=veto_fault,
    )


async def _look(visit: Visit, asset: Asset) -> Inspection | str | None:
    """Return what the data of an offer shows that somebody else releases, or why it cannot be read; else None."""
    if asset.status is not AssetStatus.DRAFT or not is_guarded(find_protection(asset)):
        return None
    place = str(asset.source.get("path") or asset.source.get("url") or "").rpartition("/")[2]
    try:
        return await inspect(visit.desk.publisher, asset.source, place, asset.media_type)
    except Invalid as error:
        return visit.words.pick(error.reasons) or visit.words.translate(error.reason)


async def _ask(visit: Visit, asset: Asset, fault: str = "") -> Response:
    return render(
        visit,
        "withdraw.html",
        status=422 if fault else 200,
        asset=asset,
        counts=await _count(visit, asset),
        may_end=may_end(visit.person.roles),
        may_withdraw=may_withdraw(visit.person.roles),
        fault=fault,
    )


async def _count(visit: Visit, asset: Asset) -> dict[str, int]:
    """Return how many agreements are in force, transfers running and requests waiting."""
    store, owner = visit.desk.context.store, visit.desk.context.owner
    agreed = await store.in_force(owner, asset.id)
    return {
        "agreements": agreed,
        "running": await store.running(owner, asset.id) if agreed else 0,
        "waiting": await store.waiting(owner, asset.id),
    }
