"""Consents in the reader's words: the name of a purpose, the state of now, and the title of the offer."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.controlplane.usecases.privacy.own_consents import find_state
from connector.policy.words.names import name_value
from connector.ports.entities import Asset, Consent
from connector.web.frame.visit import Visit


class ShownConsent(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its state (the last part of its IRI), the name of its purpose, and the title of its offer."""

    entry: Consent
    state: str
    purpose: str
    title: str


def name_purpose(visit: Visit, iri: str) -> str:
    """Return the name of a purpose in the reader's language."""
    operands = visit.desk.evaluator.library.operands
    return visit.words.capitalise(name_value(iri, operands.operands[PURPOSE], operands, visit.words.language))


def name_state(iri: str) -> str:
    """Return the part of a state that the catalogue has a word for."""
    return iri.rpartition("#")[2]


def name_offers(visit: Visit, offers: Iterable[Asset]) -> dict[str, str]:
    """Return the titles of offers by their identifiers; those of one title say when they were made."""
    words, titled = visit.words, [(asset, visit.words.pick(asset.title, asset.id)) for asset in offers]
    often = Counter(title for _, title in titled)
    return {
        asset.id: words.say("consents.offer-of-time", title=title, time=words.time(asset.created_at))
        if often[title] > 1
        else title
        for asset, title in titled
    }


async def show_entries(visit: Visit, rows: Sequence[Consent], *, now: bool = True) -> list[ShownConsent]:
    """Return entries in words; those of a history (not `now`) have the state that was recorded."""
    context = visit.desk.context
    assets = await context.store.assets_of(context.owner, sorted({row.dataset for row in rows} - {""}))
    titles = name_offers(visit, assets.values())
    return [
        ShownConsent(
            entry=row,
            state=name_state(find_state(row, visit.now) if now else row.state),
            purpose=name_purpose(visit, row.purpose),
            title=titles.get(row.dataset, row.dataset) or visit.words.say("consents.all-offers"),
        )
        for row in rows
    ]
