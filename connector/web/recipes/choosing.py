"""The data that a recipe can be made of: own offers and agreements by their titles, and the columns of own data."""

from collections.abc import Mapping

import msgspec

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.usecases.offering.inspecting import inspect
from connector.ports.entities import AssetStatus, PageBounds
from connector.protocol.dsp.common import Role
from connector.web.frame.visit import Visit, name_party
from connector.web.offering.places import STREAMS
from connector.web.recipes.draft import DraftInput, RecipeDraft

MOST_LISTED, MOST_COLUMNS = 200, 100
_STREAMED = STREAMS | {"plane"}


class InputChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Data to choose: its value in the form, its title, and whose it is."""

    of: str
    title: str
    whose: str


async def list_choices_of(visit: Visit, changed: str = "") -> tuple[InputChoice, ...]:
    """Return the data that can be chosen: own offers but `changed`, then what agreements give; the newest first."""
    context, words = visit.desk.context, visit.words
    own, _ = await context.store.assets(context.owner, PageBounds(limit=MOST_LISTED))
    agreed, _ = await context.store.agreements(context.owner, PageBounds(limit=MOST_LISTED))
    found = [
        InputChoice(of=f"asset:{asset.id}", title=words.pick(asset.title, asset.id), whose=words.say("recipe.own"))
        for asset in own
        if asset.status is not AssetStatus.WITHDRAWN
        and asset.id != changed
        and asset.source.get("kind") not in _STREAMED
    ]
    found += [
        InputChoice(
            of=f"agreement:{agreement.id}",
            title=words.pick(agreement.title, agreement.dataset),
            whose=words.say("recipe.held", party=name_party(visit, agreement.counterparty)),
        )
        for agreement in agreed
        if agreement.role is Role.CONSUMER and agreement.withdrawn_at is None
    ]
    return tuple(found)


async def learn_columns(visit: Visit, draft: RecipeDraft) -> RecipeDraft:
    """Return a draft that knows the columns of its own inputs, where these can be read now."""
    inputs = [entry if entry.columns or not entry.of else await _learn(visit, entry) for entry in draft.inputs]
    return msgspec.structs.replace(draft, inputs=tuple(inputs))


def name_titles(choices: tuple[InputChoice, ...]) -> Mapping[str, str]:
    """Return the titles of data by its value in the form."""
    return {choice.of: choice.title for choice in choices}


async def _learn(visit: Visit, entry: DraftInput) -> DraftInput:
    kind, _, named = entry.of.partition(":")
    if kind != "asset":
        return entry
    try:
        asset = await find_asset(visit.desk.context, named)
        found = await inspect(visit.desk.publisher, asset.source, named, asset.media_type)
    except UseCaseError:
        # What is wrong with an input is said by the trial of the recipe.
        return entry
    columns = tuple(field.name for field in found.seen.fields)
    return msgspec.structs.replace(entry, columns=columns[:MOST_COLUMNS])
