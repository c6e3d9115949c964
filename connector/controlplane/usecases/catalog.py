"""The catalogue from both sides: the offers that a caller may see, and the catalogue of a peer.

The provider sends stored Dataset documents without change. Access policies decide which ones a caller may see; an offer
whose facts are not known yet is shown. A broker shows everybody what it crawls, so it sees no offer with an access
policy: one that it may show to some is pushed to it with its audience. The consumer fetches one page at a time, within
limits.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed, PeerFailed
from connector.controlplane.judging import visibility
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.offering import datasets
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.standing import find_standings
from connector.language.catalogue import say
from connector.ports.entities import Asset, AssetStatus, PageBounds
from connector.ports.identity import BROKER_ROLE, Caller, Directory, Participant
from connector.ports.peer import CatalogPage, InDoubt, Refused
from connector.protocol.dsp.catalog import DataService, catalog_document, choose_service, find_services
from connector.protocol.dsp.catalog_filter import Wanted, read_filter
from connector.protocol.dsp.common import Role, add_context
from connector.protocol.dsp.errors import RemoteProtocolError, clean
from connector.views.agreements import AgreementState

SCANNED_MOST = 20
# The newest agreements of a participant on a dataset that are looked at for one in force.
HELD_MOST = 20
_IN_FORCE = frozenset({AgreementState.ACTIVE, AgreementState.USED_UP})
# The rendered pages that are kept, and how large they may be, in bytes.
KEPT_PAGES = 16
KEPT_SIZE = 256 * 1024


class OwnCatalogPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the provider's catalogue: the document, and the cursor of the next page, or None."""

    body: bytes
    next: str | None


async def provide(
    publisher: Publisher,
    caller: Caller,
    *,
    after: str | None = None,
    limit: int | None = None,
    filters: Sequence[Any] = (),
) -> OwnCatalogPage:
    """Return the page of the catalogue that `caller` may see, after the cursor of the page before.

    A page contains fewer datasets than `limit` if the filter or access policies exclude many; only a page without
    `next` is the last one. Raises RemoteProtocolError for an unknown filter (Catalog HTTPS Binding: 400).
    """
    wanted = read_filter(filters)
    blocked = await publisher.context.store.block(publisher.context.owner, caller.participant) is not None
    size = min(limit or wanted.limit or publisher.limits.page, publisher.limits.page_most)
    skip = wanted.offset if after is None else 0
    shown = _build_test(publisher.evaluator, caller)
    documents: list[bytes] = []
    for _ in range(SCANNED_MOST):
        page = PageBounds(limit=min(skip + size - len(documents), publisher.limits.page_most), after=after)
        rows, after = await publisher.context.store.assets(
            publisher.context.owner, page, status=AssetStatus.PUBLISHED, oldest_first=True
        )
        found = [
            row.document
            for row in rows
            if (not wanted.fits or _fits(publisher.context, wanted, row))
            and (row.access is None or shown(row.access, row.id))
        ]
        documents += () if blocked else found[skip:]
        skip = max(skip - len(found), 0)
        if after is None or len(documents) >= size:
            break
    render = _render_again if sum(map(len, documents)) <= KEPT_SIZE else _render
    context = publisher.context
    name = context.find_name(context.participant) or None
    body = render(context.participant, context.address, name, tuple(documents))
    return OwnCatalogPage(body=body, next=after)


def _build_test(evaluator: Evaluator, caller: Caller) -> Callable[[bytes, str], bool]:
    """Return the test if the catalogue shows a caller the offer of a dataset with an access policy.

    To a broker, by its role in the participant list, it shows none.
    """
    known = evaluator.directory.participant(caller.participant)
    if known is not None and BROKER_ROLE in known.roles:
        return lambda _access, _dataset: False
    return visibility.build_caller_test(evaluator, caller)


def _render(participant: str, address: str, name: str | None, documents: tuple[bytes, ...]) -> bytes:
    service = DataService(id=f"{participant}#connector", endpoint_url=address)
    return catalog_document(f"{participant}#catalog", participant, services=[service], datasets=documents, name=name)


# Pages of the same datasets are the same bytes, whoever asks for them.
_render_again = lru_cache(KEPT_PAGES)(_render)


async def provide_dataset(evaluator: Evaluator, caller: Caller, dataset_id: str) -> bytes | None:
    """Return one Dataset with context if it is offered and this caller may see it, or None.

    The holder of an agreement on it that is in force sees it also when it is offered no more, or no more to this
    caller: it learns from its digest and date whether another use would bring anything new. Raises RemoteProtocolError
    if the caller is excluded.
    """
    blocked = await evaluator.context.store.block(evaluator.context.owner, caller.participant)
    if blocked is not None:
        reason = f"{say('en', 'processes.blocked')} {blocked.reason}".strip()
        raise RemoteProtocolError(reason, code="blocked", status=403)
    asset = await evaluator.context.store.asset(evaluator.context.owner, dataset_id)
    if asset is None or asset.status is AssetStatus.DRAFT:
        return None
    seen = asset.access is None or _build_test(evaluator, caller)(asset.access, asset.id)
    offered = asset.status is AssetStatus.PUBLISHED and seen
    if not (offered or await _holds_agreement(evaluator, caller.participant, asset.id)):
        return None
    describe = evaluator.describe
    if describe is None or asset.live:
        return add_context(asset.document)
    whole = await datasets.leaves_whole(evaluator, asset, caller.participant)
    measured = await evaluator.context.store.quality(asset.owner, asset.id)
    quality = measured.versions[0] if measured and measured.versions else None
    return add_context(datasets.add_facts(asset, await describe(asset.source), whole=whole, quality=quality))


async def _holds_agreement(evaluator: Evaluator, participant: str, dataset: str) -> bool:
    """Return whether a participant is the consumer of an agreement on a dataset that is in force, or used up."""
    context = evaluator.context
    rows, _ = await context.store.agreements(
        context.owner, PageBounds(limit=HELD_MOST), dataset=dataset, counterparty=participant
    )
    standings = await find_standings(evaluator, [row for row in rows if row.role is Role.PROVIDER])
    return any(found.state in _IN_FORCE for found in standings)


def _fits(context: Context, wanted: Wanted, asset: Asset) -> bool:
    return wanted.takes(themes=asset.themes, keywords=asset.keywords, publisher=context.participant)


def provider(directory: Directory, participant_id: str) -> Participant:
    """Return a participant of the list that has an address. Raises NoSuchEntity."""
    known = directory.participant(participant_id)
    if known is None or not known.address:
        reason = f"Unknown participant {participant_id}, or no address: check the identifier in the participant list."
        raise NoSuchEntity("no-participant", reason)
    return known


async def fetch(
    counterparties: Counterparties, participant_id: str, *, page_url: str | None = None, filters: Sequence[Any] = ()
) -> CatalogPage:
    """Fetch one page of a participant's catalogue. Raises NoSuchEntity, PeerFailed.

    A catalogue in the name of another participant fails: only its nested catalogues may belong to others.
    """
    known = provider(counterparties.directory, participant_id)
    page = await counterparties.peer.fetch_catalog(known.id, known.address or "", filters=filters, page_url=page_url)
    _require_asked(known, page)
    _require_acceptance(known, page)
    if isinstance(page, Refused | InDoubt):
        raise PeerFailed("catalog", f"{known.name} did not return a catalogue: {page.reason}")
    if page.participant_id not in {None, known.id}:
        raise PeerFailed(
            "catalog",
            f"{known.name} returned a catalogue of {clean(page.participant_id)}, not of {known.id}: "
            "ask the provider to correct its participant identifier.",
        )
    return page


def _require_asked(known: Participant, answer: object) -> None:
    """Check that a request was sent: what guards our own requests refuses with the status 0. Raises PeerFailed."""
    if isinstance(answer, Refused) and not answer.status:
        raise PeerFailed("not-asked", f"{known.name} was not asked: {answer.reason}")


async def fetch_dataset(counterparties: Counterparties, participant_id: str, dataset_id: str) -> dict[str, Any]:
    """Fetch one Dataset of a participant, parsed. Raises NoSuchEntity, NotAllowed, PeerFailed."""
    known = provider(counterparties.directory, participant_id)
    found = await counterparties.peer.fetch_dataset(known.id, known.address or "", dataset_id)
    _require_asked(known, found)
    if isinstance(found, Refused) and found.status == 403:
        raise NotAllowed("refused", f"{known.name} refuses this participant: {found.reason}")
    if isinstance(found, Refused):
        raise NoSuchEntity(
            "no-dataset", f"{known.name} does not offer {dataset_id} to this participant: {found.reason}"
        )
    _require_acceptance(known, found)
    if isinstance(found, InDoubt):
        if found.status:
            raise PeerFailed("catalog", f"{known.name} did not return the dataset: {found.reason}")
        raise PeerFailed("catalog", f"{known.name} did not answer: {found.reason}")
    document: dict[str, Any] = msgspec.json.decode(found)
    if document.get("@id") != dataset_id:
        raise PeerFailed(
            "catalog",
            f"{known.name} returned the dataset {clean(str(document.get('@id')))}, not {dataset_id}: "
            "ask the provider to correct its catalogue.",
        )
    return document


def _require_acceptance(known: Participant, answer: object) -> None:
    """Raise NotAllowed if a peer answered that it does not know this participant by its token."""
    if isinstance(answer, InDoubt) and answer.status == 401:
        raise NotAllowed(
            "not-accepted",
            f"{known.name} does not accept this participant: `datenkontor doctor` compares it with the participant "
            "list, and the clock.",
        )


async def find_address(counterparties: Counterparties, known: Participant, dataset: dict[str, Any]) -> str:
    """Return the base URL for negotiations on a Dataset: that of its service, within the participant list.

    A service may be given by its identifier only; then the catalogue of the provider has its URL. Without a service
    that may be dialled, and below the URL of a service, the address of the participant list is used. Raises PeerFailed.
    """
    urls, references = find_services(dataset)
    services = (await fetch(counterparties, known.id)).services if references else {}

    def is_allowed(url: str) -> bool:
        return counterparties.address_problem(known.id, url) is None

    return choose_service(urls, references, services, is_allowed, known.address or "")
