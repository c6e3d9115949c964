"""A change of an offer, from its form: what differs, in words, and what follows from it, before it is made."""

from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.judging.policy_input import encode_policy
from connector.ports.entities import Asset, AssetStatus, DataClass, OfferForm
from connector.views.recipes import is_recipe, read_recipe
from connector.web.frame.visit import Visit
from connector.web.offering.answers import DESCRIPTION, OF_PERSONS, list_changed, write_answers
from connector.web.offering.choices import list_choices
from connector.web.offering.controls import split_lines
from connector.web.offering.recipe_words import describe_recipe
from connector.web.offering.terms_of_form import write_policy
from connector.web.rights import is_guarded
from connector.web.terms import TermsChanges, compare_terms

_LONGEST = 200
_WORDS = frozenset(
    {"title", "description", "keywords", "themes", "contact", "frequency", "licence", "place", "period", "live"}
)
"""What an offer is called and said to be: a change of it gives nothing away."""


class ChangedAnswer(msgspec.Struct, frozen=True):
    """One field that differs, with what it said and says; both are empty if there is nothing to show."""

    field: str
    before: str
    after: str


class OfferChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change: the asset, its changed members, the fields and terms that differ, and what follows.

    `held_back` says that the offer is protected and published: a second person has to release what changes.
    """

    asset: Asset
    members: dict[str, Any]
    answers: tuple[ChangedAnswer, ...]
    terms: TermsChanges
    consequences: tuple[str, ...]
    held_back: bool = False


async def compare_with_offer(visit: Visit, form: OfferForm, written: bytes) -> TermsChanges | None:
    """Return in words how terms differ from those of the offer that a form changes; None if it changes none."""
    if not form.asset:
        return None
    asset = await find_asset(visit.desk.context, form.asset)
    return await compare_terms(visit.desk.evaluator.library, visit.words, asset.policy, written)


async def describe_change(visit: Visit, form: OfferForm) -> OfferChange:
    """Return what a form changes in its asset as it is now. Raises NoSuchEntity, Invalid."""
    library, words = visit.desk.evaluator.library, visit.words
    asset = await find_asset(visit.desk.context, form.asset)
    policy = write_policy(form)
    written = encode_policy(policy, library.operands)
    same = documents.has_same_rules(encode_policy(documents.drop_frame(asset.policy), library.operands), written)
    members = list_changed(form, asset, None if same else policy)
    after = next((known for known in DataClass if known == members.get("data_class")), asset.data_class)
    guarded = is_guarded(asset.data_class) or is_guarded(after)
    return OfferChange(
        asset=asset,
        members=members,
        answers=_list_answers(visit, form, asset),
        terms=TermsChanges() if same else await compare_terms(library, words, asset.policy, written),
        consequences=await _list_consequences(visit, asset, members),
        held_back=guarded and asset.status is AssetStatus.PUBLISHED and not members.keys() <= _WORDS,
    )


def _list_answers(visit: Visit, form: OfferForm, asset: Asset) -> tuple[ChangedAnswer, ...]:
    before, said = write_answers(asset), form.answers
    personal = said.get("klasse") == DataClass.PERSONAL
    choices = list_choices(visit.desk.evaluator.library.operands, visit.words, form)

    def show(field: str, text: str) -> str:
        labels = {option.value: option.label for option in choices.get(field, ())}
        label = ", ".join(labels.get(line, line) for line in split_lines(text)) if labels else text
        return label if len(label) <= _LONGEST else f"{label[:_LONGEST]} …"

    changed = (
        ChangedAnswer(field, show(field, before[field]), show(field, said.get(field, "")))
        for field in DESCRIPTION
        if said.get(field, "") != before[field] and (personal or field not in OF_PERSONS)
    )
    return (*changed, *_list_recipe(visit, form, asset))


def _list_recipe(visit: Visit, form: OfferForm, asset: Asset) -> tuple[ChangedAnswer, ...]:
    """Return how the recipe of a product differs, in words; nothing for other data."""
    if form.source is None or form.source == asset.source or not is_recipe(asset.source):
        return ()
    before, after = (" ".join(describe_recipe(visit.words, read_recipe(one))) for one in (asset.source, form.source))
    return (ChangedAnswer("rezept", before, after),)


async def _list_consequences(visit: Visit, asset: Asset, members: dict[str, Any]) -> tuple[str, ...]:
    """Return in words what a change means for agreements and requests."""
    store, owner, words = visit.desk.context.store, visit.desk.context.owner, visit.words
    agreed = await store.in_force(owner, asset.id)
    waiting = await store.waiting(owner, asset.id)
    found = []
    if "policy" in members:
        found += [words.say("offering.keeps-terms", count=agreed)] if agreed else []
        found += [words.say("offering.waits-old", count=waiting)] if waiting else []
        found.append(words.say("offering.new-terms"))
    if "source" in members and agreed:
        found.append(words.say("offering.new-data", count=agreed))
    if members and not {"policy", "source"} & members.keys():
        found.append(words.say("offering.only-words"))
    return tuple(found)
