"""The inputs of a recipe as they stand now: their data, their version, their terms, and whether they may still be used.

An input is an asset of this participant, or the newest delivery under an agreement that it holds.
"""

from datetime import datetime

import msgspec

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.standing import find_standings
from connector.language.catalogue import say_in_all, tell_reason, write_in_all
from connector.ports.deriving import InputData
from connector.ports.entities import Agreement, Asset, AssetStatus, PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from connector.views.agreements import AgreementState
from connector.views.assets import DEFAULT_MEDIA_TYPE
from connector.views.products import InputLineage
from connector.views.recipes import Recipe, RecipeInput, is_recipe, read_recipe

_ENDED = {
    AgreementState.EXPIRED: "expired",
    AgreementState.WITHDRAWN: "withdrawn",
    AgreementState.UNUSABLE: "unusable",
}
"""The states of an agreement that also end what was made under it; used up means that no further data comes."""


class FoundInput(msgspec.Struct, frozen=True, kw_only=True):
    """An input: what the result has to say of it, its terms (JSON), and where its data is.

    `data` is None while nothing has arrived under its agreement. `end` is when its agreement ends, if time ends it;
    `ended` says why it may not be used any more, by language, and is empty if it may. `personal` is true for own data
    about persons.
    """

    lineage: InputLineage
    policy: bytes
    data: InputData | None = None
    end: datetime | None = None
    ended: dict[str, str] = {}
    personal: bool = False
    own: bool = False


async def find_inputs(evaluator: Evaluator, recipe: Recipe) -> list[FoundInput]:
    """Return the inputs of a recipe. Raises Invalid for one that does not exist."""
    found = []
    for entry in recipe.inputs:
        try:
            found.append(await (_find_own if entry.asset else _find_received)(evaluator, entry))
        except (NoSuchEntity, NotAllowed) as error:
            told = say_in_all("products.no-input", name=entry.name)
            raise Invalid("recipe-input", f"{told['en']} {error.reason}", told) from None
    return found


async def check_order(evaluator: Evaluator, recipe: Recipe, asset_id: str) -> None:
    """Check that a product is not made of itself, also not by way of other products. Raises Invalid."""
    context = evaluator.context
    seen: set[str] = set()
    waiting = [entry.asset for entry in recipe.inputs if entry.asset]
    while waiting:
        wanted = waiting.pop()
        if wanted == asset_id:
            told = say_in_all("products.of-itself")
            raise Invalid("recipe-input", told["en"], told)
        if wanted in seen:
            continue
        seen.add(wanted)
        asset = await context.store.asset(context.owner, wanted)
        if asset is not None and is_recipe(asset.source):
            waiting += [entry.asset for entry in read_recipe(asset.source).inputs if entry.asset]


async def _find_own(evaluator: Evaluator, entry: RecipeInput) -> FoundInput:
    context = evaluator.context
    asset = await context.store.asset(context.owner, entry.asset)
    if asset is None:
        raise NoSuchEntity("no-asset", f"Unknown asset {entry.asset[:200]}: list the assets to find its identifier.")
    facts = await evaluator.describe(asset.source) if evaluator.describe else None
    return FoundInput(
        lineage=InputLineage(
            name=entry.name,
            dataset=asset.id,
            title=asset.title,
            licence=asset.licence or "",
            version=facts.version if facts else "",
            changed_at=facts.changed_at if facts else None,
        ),
        policy=asset.policy,
        data=InputData(name=entry.name, address=asset.source, media_type=asset.media_type, records=asset.records),
        ended=_tell_asset_end(asset),
        personal=asset.personal,
        own=True,
    )


def _tell_asset_end(asset: Asset) -> dict[str, str]:
    if asset.veto is not None:
        return say_in_all("products.input-vetoed", title=_name(asset.title, asset.id), reason=asset.veto.reason)
    if asset.status is AssetStatus.WITHDRAWN:
        return say_in_all("products.asset-withdrawn", title=_name(asset.title, asset.id))
    return {}


async def _find_received(evaluator: Evaluator, entry: RecipeInput) -> FoundInput:
    context = evaluator.context
    agreement = await find_agreement(context, entry.agreement, Role.CONSUMER)
    (standing,) = await find_standings(evaluator, [agreement])
    bounds = PageBounds(limit=1)
    rows, _ = await context.store.transfers(
        context.owner, bounds, state=TransferState.COMPLETED, agreement_key=agreement.key
    )
    newest = rows[0] if rows else None
    data, version = _find_delivery(entry, newest)
    return FoundInput(
        lineage=InputLineage(
            name=entry.name,
            dataset=agreement.dataset,
            title=agreement.title,
            provider=agreement.counterparty,
            agreement=agreement.id,
            version=version,
            changed_at=newest.updated_at if newest else None,
        ),
        policy=agreement.document,
        data=data,
        end=standing.end,
        ended=_tell_agreement_end(agreement, standing.state, standing.because),
    )


def _find_delivery(entry: RecipeInput, newest: Transfer | None) -> tuple[InputData | None, str]:
    """Return where the newest delivery is, and what names its version; None if it is not in a file here."""
    sink = msgspec.json.decode(newest.sink) if newest and newest.sink else {}
    if newest is None or sink.get("kind") != "file":
        return None, ""
    progress = msgspec.json.decode(newest.progress) if newest.progress else {}
    address = {"kind": "file", "path": sink.get("path", "")}
    media_type = progress.get("media_type") or DEFAULT_MEDIA_TYPE
    made = InputData(name=entry.name, address=address, media_type=media_type, received=True)
    return made, progress.get("sha256") or newest.id


def _tell_agreement_end(agreement: Agreement, state: AgreementState, because: dict[str, str]) -> dict[str, str]:
    if state not in _ENDED:
        return {}
    said = say_in_all(f"products.agreement-{_ENDED[state]}", title=_name(agreement.title, agreement.dataset))
    if agreement.withdrawn_because:
        because = write_in_all(lambda language: tell_reason(language, agreement.withdrawn_because, {}))
    return {language: " ".join(filter(None, (text, because.get(language)))) for language, text in said.items()}


def _name(titles: dict[str, str], id: str) -> str:
    return next(iter(titles.values()), id)
