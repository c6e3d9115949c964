"""Assets of the provider: added as drafts, published, withdrawn.

An asset is published only if it can be served and its policy can be enforced. Personal data also needs a release by a
person, and an offer with all statements that such an offer requires.
"""

import msgspec

from connector.controlplane.core import documents, instants
from connector.controlplane.core.commits import record
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.policy_input import encode_policy
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases.offering import datasets, drafts
from connector.controlplane.usecases.offering.drafts import OPEN_POLICY
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.ports.changes import Conflict, PutAsset
from connector.ports.entities import Asset, AssetStatus, DataClass, PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import TransferState
from connector.views.assets import AssetDescription, AssetOrder


class WithdrawnAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that is not offered any more, how many agreements on it still hold, and how many transfers run."""

    asset: Asset
    agreements: int
    running: int


async def add(publisher: Publisher, draft: AssetOrder, *, offer_id: str | None = None) -> Asset:
    """Keep a new asset as a draft, to be offered as `offer_id` (else a fresh one).

    Raises Invalid, or NotAllowed where the identifier is taken.
    """
    draft = drafts.check_draft(publisher, draft)
    draft = msgspec.structs.replace(draft, stated=drafts.resolve_stated(publisher.evaluator, draft))
    policy = encode_policy(draft.policy) if draft.policy else OPEN_POLICY
    asset = Asset(
        owner=publisher.context.owner,
        id=draft.id or publisher.context.new_id(),
        status=AssetStatus.DRAFT,
        source=draft.source,
        policy=policy,
        access=drafts.encode_access(draft),
        reservation=encode_policy(draft.reservation) if draft.reservation else None,
        offer_id=offer_id or publisher.context.new_id(),
        document=b"{}",
        **{name: getattr(draft, name) for name in AssetDescription.__struct_fields__},
        created_at=publisher.context.now(),
        updated_at=publisher.context.now(),
        version=1,
    )
    try:
        await publisher.context.store.commit(
            [PutAsset(asset, None), record(publisher.context, "asset drafted", asset.id, {})]
        )
    except Conflict:
        raise NotAllowed("taken", f"An asset {asset.id} exists already: choose another identifier.") from None
    return asset


async def get(context: Context, asset_id: str) -> Asset:
    """Return an asset. Raises NotFound."""
    asset = await context.store.asset(context.owner, asset_id)
    if asset is None:
        raise NoSuchEntity("no-asset", f"There is no asset {asset_id}: list them to see which there are.")
    return asset


async def publish(publisher: Publisher, asset_id: str, *, release: bool = False) -> Asset:
    """Offer an asset. `release` is a person's word that personal data may be offered. Raises NotFound, NotAllowed."""
    asset = await get(publisher.context, asset_id)
    if asset.status is AssetStatus.PUBLISHED:
        return asset
    if asset.data_class is DataClass.PERSONAL and not release:
        reason = "Personal data is offered only with a person's release: say so explicitly to publish it."
        raise NotAllowed("personal", reason)
    # A policy is checked again: what could be enforced when it was drafted may not be enforceable now.
    now, data = instants.instant(publisher.context.now()), known_data.to_data(asset)
    unfit = acceptance.find_unpublishable(
        publisher.evaluator.library, visibility.catalog_policy(asset), now, data
    ) or _find_impersonal(publisher.evaluator, asset)
    if unfit:
        raise NotAllowed("not-offerable", unfit.texts["en"], unfit.texts)
    problem = publisher.supports(asset.source, None)
    if problem:
        raise NotAllowed("not-offerable", problem)
    published = msgspec.structs.replace(asset, document=datasets.render_dataset(publisher.evaluator, asset))
    return await _move(publisher, asset, published, AssetStatus.PUBLISHED)


def _find_impersonal(evaluator: Evaluator, asset: Asset) -> acceptance.Unfit | None:
    """Return why an asset is no offer of personal data: by its terms, or by the most that is given."""
    for terms in (asset.policy, asset.reservation):
        policy = documents.make_catalog_offer(terms, offer_id=asset.offer_id) if terms else None
        unfit = acceptance.find_impersonal(evaluator, policy, asset.stated, asset.data_class) if policy else None
        if unfit:
            return unfit
    return None


async def withdraw(
    publisher: Publisher, asset_id: str, *, end_agreements: bool = False, reason: str = ""
) -> WithdrawnAsset:
    """Offer an asset no longer. An agreement is a promise: those that were made hold, and what runs goes on.

    With `end_agreements` we withdraw from each of them too, so that nothing is delivered any more; consumers are told
    the reason. Raises NotFound.
    """
    asset = await get(publisher.context, asset_id)
    if asset.status is not AssetStatus.WITHDRAWN:
        asset = await _move(publisher, asset, asset, AssetStatus.WITHDRAWN)
    count = 0
    after: str | None = None
    while True:
        rows, after = await publisher.context.store.agreements(
            publisher.context.owner, PageBounds(limit=500, after=after), dataset=asset_id
        )
        for row in rows:
            if row.role is Role.PROVIDER and row.finalized_at is not None and row.withdrawn_at is None:
                count += not end_agreements
                if end_agreements:
                    await agreements.withdraw(publisher.evaluator, row.id, reason)
        if after is None:
            return WithdrawnAsset(
                asset=asset, agreements=count, running=await _count_running(publisher.context, asset_id) if count else 0
            )


async def _count_running(context: Context, asset_id: str) -> int:
    count = 0
    after: str | None = None
    while True:
        page = PageBounds(limit=500, after=after)
        rows, after = await context.store.transfers(context.owner, page, state=TransferState.STARTED)
        count += sum(row.role is Role.PROVIDER and row.dataset == asset_id for row in rows)
        if after is None:
            return count


async def _move(publisher: Publisher, before: Asset, after: Asset, status: AssetStatus) -> Asset:
    after = msgspec.structs.replace(
        after, status=status, updated_at=publisher.context.now(), version=before.version + 1
    )
    try:
        change = PutAsset(after, before.version)
        await publisher.context.store.commit(
            [change, record(publisher.context, f"asset {status}", after.id, {"class": after.data_class})]
        )
    except Conflict:
        raise NotAllowed("changed", "The asset was changed at the same moment: look at it and try again.") from None
    publisher.announce()
    return after
