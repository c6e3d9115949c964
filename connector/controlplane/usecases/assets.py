"""What we offer: assets are drafted, published and withdrawn; a published asset is a Dataset of the catalogue.

Nothing is published that cannot be served, whose policy cannot be enforced, or that is personal without a release and
all that an offer of personal data has to say.
"""

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.commits import record
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.judging import acceptance, facts, treatments, visibility
from connector.controlplane.judging.judging import Judging
from connector.controlplane.judging.policy_input import encode_policy
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases import asset_records as records
from connector.controlplane.usecases.offering import Offering
from connector.policy.analysis.contains import contains
from connector.policy.analysis.lint import GDPR
from connector.policy.analysis.space.findings import Containment
from connector.policy.compiling.compile import Compiled
from connector.policy.model.literals import parse_number
from connector.policy.model.model import DK, Iri, Text
from connector.policy.vocabulary.sorts import coerce
from connector.ports.changes import Conflict, PutAsset
from connector.ports.entities import Asset, AssetStatement, AssetStatus, DataClass, Marking, PageBounds
from connector.protocol.dsp.catalog import DataService, Distribution, dataset_document
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH, TransferState
from connector.views.assets import AssetDescription, AssetOrder

TEXT, WORDS, POLICY = 10_000, 100, 100_000

# Anyone the data space knows may use it; the plainest offer there is.
OPEN_POLICY = msgspec.json.encode({"@type": "Offer", "@id": "urn:uuid:open", "permission": [{"action": "use"}]})


class WithdrawnAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that is not offered any more, how many agreements on it still hold, and how many transfers run."""

    asset: Asset
    agreements: int
    running: int


async def add(offering: Offering, draft: AssetOrder, *, offer_id: str | None = None) -> Asset:
    """Keep a new asset as a draft, to be offered as `offer_id` (else a fresh one).

    Raises Invalid, or NotAllowed where the identifier is taken.
    """
    draft = _check(offering, draft)
    draft = msgspec.structs.replace(draft, stated=_resolve_stated(offering.judging, draft))
    policy = encode_policy(draft.policy) if draft.policy else OPEN_POLICY
    asset = Asset(
        owner=offering.context.owner,
        id=draft.id or offering.context.new_id(),
        status=AssetStatus.DRAFT,
        source=draft.source,
        policy=policy,
        access=_access(draft),
        reservation=encode_policy(draft.reservation) if draft.reservation else None,
        offer_id=offer_id or offering.context.new_id(),
        document=b"{}",
        **{name: getattr(draft, name) for name in AssetDescription.__struct_fields__},
        created_at=offering.context.now(),
        updated_at=offering.context.now(),
        version=1,
    )
    try:
        await offering.context.store.commit(
            [PutAsset(asset, None), record(offering.context, "asset drafted", asset.id, {})]
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


async def publish(offering: Offering, asset_id: str, *, release: bool = False) -> Asset:
    """Offer an asset. `release` is a person's word that personal data may be offered. Raises NotFound, NotAllowed."""
    asset = await get(offering.context, asset_id)
    if asset.status is AssetStatus.PUBLISHED:
        return asset
    if asset.data_class is DataClass.PERSONAL and not release:
        reason = "Personal data is offered only with a person's release: say so explicitly to publish it."
        raise NotAllowed("personal", reason)
    # A policy is checked again: what could be enforced when it was drafted may not be enforceable now.
    now, data = facts.instant(offering.context.now()), treatments.to_data(asset)
    unfit = acceptance.find_unpublishable(
        offering.judging.library, visibility.catalog_policy(asset), now, data
    ) or _find_impersonal(offering.judging, asset)
    if unfit:
        raise NotAllowed("not-offerable", unfit.texts["en"], unfit.texts)
    problem = offering.supports(asset.source, None)
    if problem:
        raise NotAllowed("not-offerable", problem)
    published = msgspec.structs.replace(asset, document=_document(offering.judging, asset))
    return await _move(offering, asset, published, AssetStatus.PUBLISHED)


def _find_impersonal(judging: Judging, asset: Asset) -> acceptance.Unfit | None:
    """Return why an asset is no offer of personal data: by its terms, or by the most that is given."""
    for terms in (asset.policy, asset.reservation):
        policy = documents.make_catalog_offer(terms, offer_id=asset.offer_id) if terms else None
        unfit = acceptance.find_impersonal(judging, policy, asset.stated, asset.data_class) if policy else None
        if unfit:
            return unfit
    return None


async def withdraw(
    offering: Offering, asset_id: str, *, end_agreements: bool = False, reason: str = ""
) -> WithdrawnAsset:
    """Offer an asset no longer. An agreement is a promise: those that were made hold, and what runs goes on.

    With `end_agreements` we withdraw from each of them too, so that nothing is delivered any more; consumers are told
    the reason. Raises NotFound.
    """
    asset = await get(offering.context, asset_id)
    if asset.status is not AssetStatus.WITHDRAWN:
        asset = await _move(offering, asset, asset, AssetStatus.WITHDRAWN)
    count = 0
    after: str | None = None
    while True:
        rows, after = await offering.context.store.agreements(
            offering.context.owner, PageBounds(limit=500, after=after), dataset=asset_id
        )
        for row in rows:
            if row.role is Role.PROVIDER and row.finalized_at is not None and row.withdrawn_at is None:
                count += not end_agreements
                if end_agreements:
                    await agreements.withdraw(offering.judging, row.id, reason)
        if after is None:
            return WithdrawnAsset(
                asset=asset, agreements=count, running=await _count_running(offering.context, asset_id) if count else 0
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


async def _move(offering: Offering, before: Asset, after: Asset, status: AssetStatus) -> Asset:
    after = msgspec.structs.replace(after, status=status, updated_at=offering.context.now(), version=before.version + 1)
    try:
        change = PutAsset(after, before.version)
        await offering.context.store.commit(
            [change, record(offering.context, f"asset {status}", after.id, {"class": after.data_class})]
        )
    except Conflict:
        raise NotAllowed("changed", "The asset was changed at the same moment: look at it and try again.") from None
    offering.announce()
    return after


def _access(draft: AssetOrder) -> bytes | None:
    if draft.access is None:
        return None
    return documents.make_catalog_offer(encode_policy(draft.access), offer_id="urn:uuid:access")


def _check(offering: Offering, draft: AssetOrder) -> AssetOrder:
    """Return a draft as it is kept. Raises Invalid."""
    texts = [*draft.title.values(), *draft.description.values(), *draft.keywords, *draft.themes]
    if not draft.title or not all(text.strip() for text in draft.title.values()):
        raise Invalid("title", "An asset needs a title: give one in at least one language.")
    if any(len(text) > TEXT for text in texts) or len(draft.keywords) > WORDS or len(draft.themes) > WORDS:
        raise Invalid(
            "too-long", f"A text is too long: at most {TEXT} characters each and {WORDS} keywords and themes."
        )
    if draft.id is not None and (not draft.id.strip() or len(draft.id) > 1000):
        raise Invalid("id", "The identifier of an asset is a text of 1 to 1000 characters.")
    policy = encode_policy(draft.policy) if draft.policy else OPEN_POLICY
    access = _access(draft) or OPEN_POLICY
    if len(policy) > POLICY or len(access) > POLICY:
        raise Invalid("policy", f"The policy is too long: at most {POLICY} bytes.")
    checked = documents.make_catalog_offer(policy, offer_id="urn:uuid:draft")
    described = (
        records.check_records(offering.judging.library.operands, draft.records, draft.media_type)
        if draft.records
        else None
    )
    data = treatments.NONE if "glob" in draft.source else treatments.data(described, draft.media_type)
    unfit = acceptance.find_unpublishable(
        offering.judging.library, checked, facts.instant(offering.context.now()), data
    )
    unfit = unfit or acceptance.find_unenforceable(offering.judging.library, access, treatments.NONE)
    if unfit:
        raise Invalid("not-offerable", unfit.texts["en"], unfit.texts)
    problem = offering.supports(draft.source, None)
    if problem:
        raise Invalid("not-offerable", problem)
    if draft.reservation is not None:
        _check_reservation(offering.judging, encode_policy(draft.reservation), checked, data)
    return msgspec.structs.replace(draft, records=described)


def _resolve_stated(judging: Judging, draft: AssetOrder) -> AssetStatement:
    """Return what is stated of the data with every basis as its IRI. Raises Invalid."""
    stated = draft.stated
    operand = judging.library.operands.operands[DK + "legalBasis"]
    known = judging.library.operands.taxonomies[operand.taxonomy].terms
    bases: list[str] = []
    for text in stated.legal_basis:
        value = coerce(Text(text), operand, judging.library.operands)
        if not isinstance(value, Iri) or value.iri not in known:
            raise Invalid(
                "legal-basis", f"{text[:100]} is no legal basis that is known here: write it as eu-gdpr:A6-1-e."
            )
        bases.append(value.iri)
    if GDPR + "A6-1-f" in bases and acceptance.is_public_body(judging):
        raise Invalid("legal-basis", "Legitimate interest (A6-1-f) is no basis for authorities: state another one.")
    if stated.marking is not Marking.NONE and draft.data_class is not DataClass.PERSONAL:
        raise Invalid("marking", "What tells of people is of the class personal: say so, or take the marking away.")
    dots = parse_number(stated.resolution) if stated.resolution is not None else None
    if stated.resolution is not None and (dots is None or dots <= 0):
        raise Invalid("resolution", "The resolution is no number of dots per inch above zero: write it as 300.")
    texts = [*stated.languages, *stated.legal_basis, stated.release or ""]
    if len(texts) > WORDS or any(len(text) > WORDS for text in texts):
        raise Invalid(
            "too-long", f"What is stated of the data is too long: at most {WORDS} words of {WORDS} characters."
        )
    return msgspec.structs.replace(stated, legal_basis=tuple(dict.fromkeys(bases)))


def _check_reservation(judging: Judging, reservation: bytes, offer: bytes, data: treatments.KnownData) -> None:
    """Refuse a reservation that is no fit policy, or that does not for certain allow all that is offered."""
    if len(reservation) > POLICY:
        raise Invalid("policy", f"The reservation is too long: at most {POLICY} bytes.")
    most = documents.make_catalog_offer(reservation, offer_id="urn:uuid:reservation")
    unfit = acceptance.find_unpublishable(judging.library, most, facts.instant(judging.context.now()), data)
    if unfit:
        raise Invalid("reservation", f"The reservation cannot be used. {unfit.texts['en']}")
    wide, narrow = judging.library.compile(most), judging.library.compile(offer)
    assert isinstance(wide, Compiled)
    assert isinstance(narrow, Compiled)
    found = contains(wide, narrow)
    if found.verdict is not Containment.CONTAINED:
        reason = "The reservation has to allow at least all that is offered, and it cannot be shown that it does"
        operands = ", ".join(dict.fromkeys(name for finding in found.reasons for name in finding.operands))
        raise Invalid("reservation", f"{reason}{f' ({operands})' if operands else ''}: widen it.")


def _document(judging: Judging, asset: Asset) -> bytes:
    """Render the Dataset once, as the catalogue shows it (Catalog Protocol, ACK - Dataset; DCAT 3)."""
    service = DataService(id=f"{judging.context.participant}#connector", endpoint_url=judging.context.address)
    formats = (PULL,) if asset.live else (PULL, PUSH)
    members: dict[str, object] = {"dct:title": _texts(asset.title)}
    if asset.description:
        members["dct:description"] = _texts(asset.description)
    if asset.keywords:
        members["dcat:keyword"] = list(asset.keywords)
    if asset.themes:
        members["dcat:theme"] = list(asset.themes)
    known = judging.directory.participant(judging.context.participant)
    members["dct:publisher"] = {
        "@id": judging.context.participant,
        "foaf:name": known.name if known else judging.context.participant,
    }
    if asset.licence:
        members["dct:license"] = asset.licence
    if asset.live:
        members["dct:accrualPeriodicity"] = "http://publications.europa.eu/resource/authority/frequency/CONT"
    if asset.synthetic:
        members["dct:provenance"] = "synthetic"
    return dataset_document(
        asset.id,
        offers=[msgspec.Raw(visibility.catalog_policy(asset))],
        distributions=[Distribution(format=name, access_service=service) for name in formats],
        members=members,
    )


def _texts(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in sorted(texts.items())]
