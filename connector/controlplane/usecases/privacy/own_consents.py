"""The consents of one person as they stand: for which offer and purpose, until when, and who received data by them.

Recipients are those who used data of the offer for a purpose that the consent covers. Whether a record of this person
was among it is known to nobody here: uses are counted, records are not.
"""

from collections.abc import Mapping, Sequence

import msgspec

from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.privacy.processing import read_terms
from connector.policy.deciding.consent import EXPIRED, VALID
from connector.ports.entities import Agreement, Asset, Consent, PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import TransferState

MOST_AGREEMENTS, MOST_OFFERS = 200, 50
MOST_COUNTED = 200


class ConsentRecipient(msgspec.Struct, frozen=True):
    """Who used data of an offer for a purpose that a consent covers, and how often."""

    name: str
    uses: int


class OwnConsent(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as it stands: `state` is that of now (IRI), `title` that of the offer, empty for all offers."""

    entry: Consent
    state: str
    title: dict[str, str]
    recipients: tuple[ConsentRecipient, ...]

    @property
    def valid(self) -> bool:
        """Whether data may be used on the ground of it."""
        return self.state in VALID


def find_state(entry: Consent, now: int) -> str:
    """Return the state (IRI) of a consent at `now` (ms): one whose time is over has expired."""
    over = entry.until is not None and entry.until <= now
    return EXPIRED if over and entry.state in VALID else entry.state


async def list_own(register: ConsentRegister, reference: str) -> list[OwnConsent]:
    """Return the consents of a person, by the keyed reference, as they stand, the newest first."""
    evaluator, context = register.evaluator, register.context
    entries = await consents.list_of_reference(register, reference)
    named = await context.store.assets_of(context.owner, sorted({entry.dataset for entry in entries} - {""}))
    found = []
    for entry in reversed(entries):
        offers = [named[entry.dataset]] if entry.dataset in named else []
        about = offers if entry.dataset else await _list_about_persons(evaluator)
        found.append(
            OwnConsent(
                entry=entry,
                state=find_state(entry, context.now()),
                title=offers[0].title if offers else {},
                recipients=await _list_recipients(evaluator, entry.purpose, about),
            )
        )
    return found


async def count_running(register: ConsentRegister, dataset: str) -> int:
    """Return how many running deliveries read the consent register for an offer, or any (empty): at most a page."""
    context = register.context
    bounds = PageBounds(limit=MOST_COUNTED)
    rows, _ = await context.store.transfers(context.owner, bounds, state=TransferState.STARTED)
    ours = [row for row in rows if row.role is Role.PROVIDER and (not dataset or row.dataset == dataset)]
    assets = await context.store.assets_of(context.owner, sorted({row.dataset for row in ours}))
    return sum(_asks(assets.get(row.dataset)) for row in ours)


def _asks(asset: Asset | None) -> bool:
    """Return whether the records of an offer name a person whose consent is looked up."""
    return asset is not None and asset.records is not None and bool(asset.records.subject)


async def _list_about_persons(evaluator: Evaluator) -> Sequence[Asset]:
    context = evaluator.context
    rows, _ = await context.store.personal_assets(context.owner, PageBounds(limit=MOST_OFFERS))
    return [asset for asset in rows if _asks(asset)]


async def _list_recipients(evaluator: Evaluator, purpose: str, offers: Sequence[Asset]) -> tuple[ConsentRecipient, ...]:
    context = evaluator.context
    agreed: list[Agreement] = []
    for asset in offers:
        bounds = PageBounds(limit=MOST_AGREEMENTS)
        rows, _ = await context.store.agreements(context.owner, bounds, dataset=asset.id)
        agreed += [row for row in rows if row.role is Role.PROVIDER and _covers(evaluator, purpose, row)]
    usage = await context.store.usage_of(context.owner, [row.key for row in agreed])
    counts: dict[str, int] = {}
    for row in agreed:
        used = usage[row.key].uses if row.key in usage else 0
        if used:
            counts[row.counterparty] = counts.get(row.counterparty, 0) + used
    return tuple(ConsentRecipient(context.find_name(one) or one, uses) for one, uses in sorted(counts.items()))


def _covers(evaluator: Evaluator, purpose: str, agreement: Agreement) -> bool:
    """Return whether a consent for a purpose covers the use of an agreement: for the same purpose or a narrower one."""
    operands = evaluator.library.operands
    below: Mapping[str, frozenset[str]] = operands.taxonomies[operands.operands[PURPOSE].taxonomy].below
    wanted = {purpose, *below.get(purpose, frozenset())}
    return not wanted.isdisjoint(read_terms(evaluator.library, agreement.document).purposes)
