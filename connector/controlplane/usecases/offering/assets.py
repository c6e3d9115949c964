"""Assets of the provider: added as drafts, published, withdrawn.

An asset is published only if it can be served and its policy can be enforced. Personal data also needs a release by a
person, and an offer with all statements that such an offer requires.
"""

from collections.abc import Mapping, Sequence

import msgspec

from connector.controlplane.core import documents, instants
from connector.controlplane.core.commits import record
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.core.pages import walk
from connector.controlplane.core.watch import INPUTS
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases.offering import completeness, datasets, drafts, suggesting
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.recipes import preparing
from connector.language.catalogue import say_in_all
from connector.ports.changes import Change, PutAsset
from connector.ports.entities import Asset, AssetStatus, DataClass, PageBounds
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.catalog import DATASET_LIMIT
from connector.views.assets import AssetDescription, AssetOrder
from connector.views.sightings import Sighting

# What is added to a Dataset when it is sent: size, digest, date and media type of each distribution.
FACTS_BYTES = 4 * 1024
CHANGED = "Another request changed the asset: read it again, then repeat the change."


class WithdrawnAsset(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawn asset, with the numbers of its valid agreements, active transfers and waiting requests.

    `ended` is how many agreements ended with it.
    """

    asset: Asset
    agreements: int
    running: int
    waiting: int
    ended: int = 0


async def add(
    publisher: Publisher,
    draft: AssetOrder,
    *,
    offer_id: str | None = None,
    editors: tuple[str, ...] = (),
    changes: Sequence[Change] = (),
) -> Asset:
    """Add an asset as a draft, with `offer_id` (default: a new one) as the identifier of its offer.

    `editors` are the users who described it on the pages, the last one adds it now. `changes` are stored with it.
    Raises Invalid, or NotAllowed if the identifier is in use, the offer is too long for peers, or one of `changes` is
    out of date.
    """
    async with preparing.hold_result(publisher.evaluator, publisher.deriver, draft) as prepared:
        return await _add(publisher, draft, prepared, offer_id, editors, changes)


async def _add(
    publisher: Publisher,
    draft: AssetOrder,
    prepared: preparing.Prepared | None,
    offer_id: str | None,
    editors: tuple[str, ...],
    changes: Sequence[Change],
) -> Asset:
    draft, _ = await drafts.try_draft(publisher, prepared.draft if prepared else draft)
    terms = drafts.encode_terms(publisher, draft)
    asset = Asset(
        owner=publisher.context.owner,
        id=draft.id or "",
        status=AssetStatus.DRAFT,
        source=draft.source,
        policy=terms.policy,
        access=terms.access,
        reservation=terms.reservation,
        offer_id=offer_id or publisher.context.new_id(),
        document=b"{}",
        **{name: getattr(draft, name) for name in AssetDescription.__struct_fields__},
        created_at=publisher.context.now(),
        updated_at=publisher.context.now(),
        version=1,
        edited_by=editors,
        lineage=prepared.inputs if prepared else (),
    )
    _render_in_bounds(publisher, asset)
    try:
        await publisher.context.store.commit(
            [
                PutAsset(asset, None),
                record(publisher.context, "asset drafted", asset.id, name_person(*editors[-1:])),
                *(await preparing.begin(publisher.evaluator, prepared, asset.id) if prepared else ()),
                *changes,
            ]
        )
    except Conflict:
        if changes and await publisher.context.store.asset(asset.owner, asset.id) is None:
            raise NotAllowed("changed", CHANGED) from None
        raise NotAllowed("taken", f"An asset {asset.id} already exists: use another identifier.") from None
    return asset


async def look(publisher: Publisher, draft: AssetOrder) -> Sighting:
    """Check a draft as `add` does and return what its source shows; nothing is stored. Raises Invalid.

    It also says what the description lacks and suggests statements, which the owner can state.
    """
    async with preparing.hold_result(publisher.evaluator, publisher.deriver, draft) as prepared:
        draft, found = await drafts.try_draft(publisher, prepared.draft if prepared else draft)
    seen = found or Sighting(media_type=draft.media_type)
    context = publisher.context
    rows, _ = await context.store.assets(context.owner, PageBounds(limit=1), status=AssetStatus.PUBLISHED)
    return msgspec.structs.replace(
        seen,
        gaps=completeness.list_gaps(draft, publisher.contact),
        suggestions=suggesting.suggest(draft, seen, rows[0] if rows else None),
    )


async def publish(
    publisher: Publisher, asset_id: str, *, release: bool = False, by: str = "", seen: int | None = None
) -> Asset:
    """Publish an asset. `release` means that a person released its personal data.

    `by` is the person, if it is one, and `seen` the version that this person has read. Raises NoSuchEntity, NotAllowed.
    """
    asset = await find_asset(publisher.context, asset_id)
    if asset.status is AssetStatus.PUBLISHED:
        return asset
    if seen is not None and asset.version != seen:
        raise NotAllowed("changed", CHANGED)
    await preparing.check_offer(publisher.evaluator, asset)
    dated = msgspec.structs.replace(asset, published_at=asset.published_at or publisher.context.now())
    published = msgspec.structs.replace(render(publisher, dated, release=release), edited_by=(), former_classes=())
    return await store_changed(publisher, asset, published, AssetStatus.PUBLISHED, fields=name_person(by))


def render(publisher: Publisher, asset: Asset, *, release: bool) -> Asset:
    """Return an asset with its Dataset, if it may be published. Raises NotAllowed."""
    if asset.veto is not None:
        told = say_in_all("privacy.vetoed", reason=asset.veto.reason)
        raise NotAllowed("vetoed", told["en"], told)
    if asset.data_class is DataClass.PERSONAL and not release:
        reason = "Personal data can be published only after a release by a person: confirm the release (--release)."
        raise NotAllowed("personal", reason)
    missing = completeness.find_missing(asset, publisher.contact)
    if missing:
        raise NotAllowed("incomplete", missing["en"], missing)
    # The policy is checked again: it may not be enforceable any more since the draft.
    now, data = instants.instant(publisher.context.now()), known_data.to_data(asset)
    unfit = acceptance.find_unpublishable(
        publisher.evaluator.library, visibility.catalog_policy(asset), now, data
    ) or _find_impersonal(publisher.evaluator, asset)
    if unfit:
        raise NotAllowed("not-offerable", unfit.texts["en"], unfit.texts)
    problem = publisher.supports(asset.source, None)
    if problem:
        raise NotAllowed("not-offerable", problem)
    return msgspec.structs.replace(asset, document=_render_in_bounds(publisher, asset))


def _render_in_bounds(publisher: Publisher, asset: Asset) -> bytes:
    """Return the Dataset of an asset. Raises NotAllowed if it is larger than what peers and the broker take."""
    document = datasets.render_dataset(publisher, asset)
    most = DATASET_LIMIT - FACTS_BYTES
    if len(document) > most:
        reason = f"The offer has {len(document)} bytes, more than {most}: shorten its texts or its policy."
        raise NotAllowed("too-long", reason)
    return document


def _find_impersonal(evaluator: Evaluator, asset: Asset) -> acceptance.Unfit | None:
    """Return why the policy or the reservation policy of an asset is not complete for personal data, or None."""
    for terms in (asset.policy, asset.reservation):
        policy = documents.make_catalog_offer(terms, offer_id=asset.offer_id) if terms else None
        unfit = acceptance.find_impersonal(evaluator, policy, asset.stated, asset.data_class) if policy else None
        if unfit:
            return unfit
    return None


async def withdraw(
    publisher: Publisher, asset_id: str, *, end_agreements: bool = False, reason: str = "", by: str = ""
) -> WithdrawnAsset:
    """Withdraw an asset from the catalogue. Its agreements remain valid, and its active transfers continue.

    With `end_agreements`, the provider withdraws from each agreement too: nothing is delivered any more, and the
    consumers receive the reason. Raises NoSuchEntity, NotAllowed.
    """
    asset = await find_asset(publisher.context, asset_id)
    if asset.status is not AssetStatus.WITHDRAWN:
        asset = await store_changed(publisher, asset, asset, AssetStatus.WITHDRAWN, fields=name_person(by))
    store, owner = publisher.context.store, publisher.context.owner
    if end_agreements:
        ended = 0
        async for row in walk(lambda page: store.agreements_in_force(owner, page, dataset=asset_id)):
            await agreements.withdraw(publisher.evaluator, row.id, reason, by=by)
            ended += 1
        waiting = await store.waiting(owner, asset_id)
        return WithdrawnAsset(asset=asset, agreements=0, running=0, waiting=waiting, ended=ended)
    count = await store.in_force(owner, asset_id)
    return WithdrawnAsset(
        asset=asset,
        agreements=count,
        running=await store.running(owner, asset_id) if count else 0,
        waiting=await store.waiting(owner, asset_id),
    )


def name_person(by: str = "") -> dict[str, str]:
    """Return the field of an audit entry that names the user who acts; none for a program."""
    return {"by": by} if by else {}


async def store_changed(
    publisher: Publisher,
    before: Asset,
    after: Asset,
    status: AssetStatus,
    *,
    event: str = "",
    changes: Sequence[Change] = (),
    fields: Mapping[str, object] | None = None,
) -> Asset:
    """Store a changed asset with its audit entry, and announce the change. Raises NotAllowed if it changed since.

    `event` is the name of the entry (default: the status), and `fields` are further fields of it. `changes` are stored
    with it.
    """
    after = msgspec.structs.replace(
        after, status=status, updated_at=publisher.context.now(), version=before.version + 1
    )
    entry = record(
        publisher.context, f"asset {event or status}", after.id, {"class": after.data_class, **(fields or {})}
    )
    try:
        await publisher.context.store.commit([PutAsset(after, before.version), entry, *changes])
    except Conflict:
        raise NotAllowed("changed", CHANGED) from None
    publisher.announce(after.id)
    publisher.context.watch.notify(INPUTS, after.id)
    return after
