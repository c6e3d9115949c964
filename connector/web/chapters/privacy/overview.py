"""The first page of data protection: personal data that is offered or waits for its release, and what is late."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from connector.controlplane.core.documents import make_catalog_offer
from connector.controlplane.judging.library import evaluate
from connector.controlplane.usecases.privacy import processing, vetoes
from connector.controlplane.usecases.privacy.processing import ProcessingActivity
from connector.desk.processing import view_activity
from connector.ports.entities import Asset, AssetStatus, PageBounds
from connector.views.privacy import ProcessingView
from connector.web.frame.forms import FormFault, read_form, read_reason, read_version
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.visit import Visit, go_to, make_link, render
from connector.web.rights import may_veto

PAGE, COUNTED = 25, 100


class PersonalOffer(msgspec.Struct, frozen=True):
    """An offer of personal data: what the record says of it, and how many agreements are in force."""

    asset: Asset
    line: ProcessingView
    agreements: int


async def show_overview(visit: Visit) -> Response:
    """Show the offers of personal data, those that wait for a release first, and how many duties are late."""
    context = visit.desk.context
    rows, following = await read_rows(context.store.personal_assets(context.owner, read_bounds(visit, PAGE)))
    found = await _describe(visit, rows)
    late, _ = await context.store.late_duties(context.owner, PageBounds(limit=COUNTED))
    return render(
        visit,
        "privacy.html",
        waiting=[one for one in found if one.asset.status is not AssetStatus.PUBLISHED],
        offered=[one for one in found if one.asset.status is AssetStatus.PUBLISHED],
        following=following,
        late=len(late),
        may_veto=may_veto(visit.person.roles),
    )


async def veto(visit: Visit) -> Response:
    """Veto the release of an offer, with a reason; the page of the offer says at the field that it is missing."""
    form = await read_form(visit.request)
    _check_right(visit)
    offer, seen = form.get("id", ""), read_version(form, "stand")
    if not form.get("begruendung", "").strip():
        return go_to(make_link("/angebote/angebot", id=offer, fehlt="begruendung"))
    reason = read_reason(form, "begruendung")
    await vetoes.veto(visit.desk.publisher, offer, reason, by=visit.person.name, seen=seen)
    return go_to(make_link("/angebote/angebot", id=offer, fertig="einspruch"))


async def lift(visit: Visit) -> Response:
    """Take a veto back."""
    form = await read_form(visit.request)
    _check_right(visit)
    seen = read_version(form, "stand")
    await vetoes.lift(visit.desk.publisher, form.get("id", ""), by=visit.person.name, seen=seen)
    return go_to(make_link("/angebote/angebot", id=form.get("id", ""), fertig="einspruch-zurueck"))


def _check_right(visit: Visit) -> None:
    if not may_veto(visit.person.roles):
        raise FormFault("error-not-yours", 403)


async def _describe(visit: Visit, rows: Sequence[Asset]) -> list[PersonalOffer]:
    evaluator, context = visit.desk.evaluator, visit.desk.context
    offers = [make_catalog_offer(asset.policy, offer_id=asset.offer_id) for asset in rows]
    terms = await evaluate(lambda: [processing.read_terms(evaluator.library, offer) for offer in offers], *offers)
    return [
        PersonalOffer(
            asset=asset,
            line=view_activity(evaluator, visit.desk.publisher.contact, ProcessingActivity(asset=asset, terms=said)),
            agreements=await context.store.in_force(context.owner, asset.id),
        )
        for asset, said in zip(rows, terms, strict=True)
    ]
