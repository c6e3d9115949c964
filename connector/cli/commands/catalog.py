"""`catalog`: the catalogue of a participant, and the list of participants."""

import json
from itertools import islice
from typing import Annotated, Any

import typer

from connector.cli.frame.command import AfterOption, AllOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.finding import build_ambiguity, find_matches, find_participant
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.policies.terms import describe_policies, write_terms
from connector.client import Connector
from connector.client.chapters.catalog import DatasetDocument
from connector.client.frame.errors import NotFound
from connector.language.catalogue import LANGUAGES, Language, say
from connector.protocol.dcat import LABEL
from connector.views.common import Page

app = create_word()

_MOST = 10_000
"""The datasets of a catalogue among which a title is looked for."""


@register(
    app,
    "catalog",
    example="""datenkontor catalog
    datenkontor catalog tiefbauamt --all
    datenkontor catalog urn:participant:tiefbauamt --dataset roadworks""",
)
def catalog(
    call: CommandCall,
    who: Annotated[
        str | None, typer.Argument(metavar="[PARTICIPANT]", help="Identifier or name (default: list the participants).")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="ID|TITLE", help="Show only this dataset, with all its offers.")
    ] = None,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """Fetch the catalogue of a participant: one page, all pages or one dataset."""
    with connect(call) as connector:
        if who is None:
            _list_participants(call, after, everything=all)
            return
        provider = find_participant(connector, who)
        if dataset is not None:
            found = _fetch_dataset(connector, provider, dataset)
            offers = [] if call.output.json else list_offers(found)
            terms = write_terms(connector, offers, call.output.lang, offered=True)
            names = [name_offer(offer, call.output.lang) for offer in offers]
            fields = to_fields(found, call.output.lang, [entry.sentence for entry in terms])
            call.output.print_details(found, fields, dict(zip(names, [entry.card for entry in terms], strict=True)))
            return
        descriptions: dict[str, str] = {}

        def fetch(_: int, cursor: str | None) -> Page[DatasetDocument]:
            page = connector.catalog.fetch(provider, after=cursor)
            if not call.output.json:
                shown = [offer for entry in page.items for offer in list_offers(entry)]
                sentences = describe_policies(connector, shown, call.output.lang, offered=True)
                descriptions.update(zip(map(_serialize, shown), sentences, strict=True))
            return page

        columns = {
            "dataset": lambda entry: entry.get("@id"),
            "title": lambda entry: choose_title(entry, call.output.lang),
            "policy": lambda entry: call.output.say("cli.or").join(
                descriptions[_serialize(offer)] for offer in list_offers(entry)
            ),
        }
        print_listing(call, fetch, columns, limit=0, after=after, everything=all)


def _fetch_dataset(connector: Connector, provider: str, word: str) -> DatasetDocument:
    """Return the dataset with this identifier, else the one with this title or a part of it. Raises Failure."""
    try:
        return connector.catalog.dataset(provider, word)
    except NotFound:
        offered = islice(connector.catalog.all(provider), _MOST)
        named = {str(entry.get("@id")): {choose_title(entry, lang) for lang in LANGUAGES} for entry in offered}
        matches = find_matches(word, named)
        if not matches:
            raise
    if len(matches) > 1:
        raise build_ambiguity(word, matches)
    return connector.catalog.dataset(provider, matches[0])


def _list_participants(call: CommandCall, after: str | None, *, everything: bool) -> None:
    columns = {
        "id": lambda entry: entry.id,
        "name": lambda entry: entry.name,
        "roles": lambda entry: entry.roles,
        "address": lambda entry: entry.address,
    }
    with connect(call) as connector:
        print_listing(
            call,
            lambda size, cursor: connector.participants.list(limit=size, after=cursor),
            columns,
            limit=50,
            after=after,
            everything=everything,
        )


def _serialize(offer: dict[str, Any]) -> str:
    return json.dumps(offer, sort_keys=True)


def to_fields(dataset: DatasetDocument, lang: Language, sentences: list[str]) -> dict[str, object]:
    """Return the fields of a dataset for people; `sentences` describe its offers."""
    formats = {str(entry.get("format")) for entry in _read_members(dataset, "distribution") if isinstance(entry, dict)}
    return {
        "dataset": dataset.get("@id"),
        "title": choose_title(dataset, lang),
        "description": _choose_value(_read_member(dataset, "description"), lang),
        "keywords": [_choose_value(entry, lang) for entry in _read_members(dataset, "keyword")],
        "themes": [_choose_value(entry, lang) for entry in _read_members(dataset, "theme")],
        "licence": _choose_value(_read_member(dataset, "license"), lang),
        "provenance": _choose_value(_read_member(dataset, "provenance"), lang),
        "formats": sorted(formats),
        **{name_offer(offer, lang): sentence for offer, sentence in zip(list_offers(dataset), sentences, strict=False)},
    }


def name_offer(offer: dict[str, Any], lang: Language) -> str:
    """Return the name of an offer for people."""
    return say(lang, "cli.offer-named", id=offer.get("@id", ""))


def choose_title(dataset: DatasetDocument, lang: str) -> str:
    """Return the title of a dataset, in the given language if it has one."""
    return _choose_value(_read_member(dataset, "title"), lang)


def list_offers(dataset: DatasetDocument) -> list[dict[str, Any]]:
    """Return the offers of a dataset."""
    return [entry for entry in _read_members(dataset, "hasPolicy") if isinstance(entry, dict)]


def _read_member(dataset: DatasetDocument, name: str) -> Any:
    """Return a member under one of the prefixes that catalogues use."""
    return next((dataset[key] for key in (f"dct:{name}", f"dcat:{name}", name, f"odrl:{name}") if key in dataset), None)


def _read_members(dataset: DatasetDocument, name: str) -> list[Any]:
    member = _read_member(dataset, name)
    return member if isinstance(member, list) else [] if member is None else [member]


def _choose_value(value: Any, lang: str) -> str:
    if isinstance(value, list):
        texts = {str(entry.get("@language")): str(entry.get("@value")) for entry in value if isinstance(entry, dict)}
        return choose_text(texts, lang) if texts else ", ".join(map(str, value))
    if isinstance(value, dict):
        return str(next((value[name] for name in ("@value", "@id", LABEL) if name in value), ""))
    return "" if value is None else str(value)
