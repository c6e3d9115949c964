"""`catalog`: what a participant offers us, and who there is."""

import json
from typing import Annotated, Any

import typer

from connector.cli.frame.command import AfterOption, AllOption, command, single
from connector.cli.frame.context import CommandCall
from connector.cli.frame.remote import choose_text, connect, participant, print_listing
from connector.cli.frame.terms import say_policies
from connector.client.chapters.catalog import DatasetDocument
from connector.client.frame.flow import Page

app = single()


@command(
    app,
    "catalog",
    example="""datenkontor catalog
    datenkontor catalog tiefbauamt --all
    datenkontor catalog urn:participant:tiefbauamt --dataset roadworks""",
)
def catalog(
    call: CommandCall,
    who: Annotated[
        str | None, typer.Argument(metavar="[PARTICIPANT]", help="Identifier or name; left out, lists who there is.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Show this one with all its terms.")] = None,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """Fetch a participant's catalogue as it shows it to us: a page, all of it, or one dataset."""
    with connect(call) as connector:
        if who is None:
            _participants(call, after, everything=all)
            return
        provider = participant(connector, who)
        if dataset is not None:
            found = connector.catalog.dataset(provider, dataset)
            sentences = [] if call.output.json else say_policies(connector, offers(found), call.output.lang)
            call.output.details(found, to_fields(found, call.output.lang, sentences))
            return
        sayings: dict[str, str] = {}

        def fetch(_: int, cursor: str | None) -> Page[DatasetDocument]:
            page = connector.catalog.fetch(provider, after=cursor)
            if not call.output.json:
                shown = [offer for entry in page.items for offer in offers(entry)]
                sentences = say_policies(connector, shown, call.output.lang)
                sayings.update(zip(map(_key, shown), sentences, strict=True))
            return page

        columns = {
            "dataset": lambda entry: entry.get("@id"),
            "title": lambda entry: title(entry, call.output.lang),
            "terms": lambda entry: "  or  ".join(sayings[_key(offer)] for offer in offers(entry)),
        }
        print_listing(call, fetch, columns, limit=0, after=after, everything=all)


def _participants(call: CommandCall, after: str | None, *, everything: bool) -> None:
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


def _key(offer: dict[str, Any]) -> str:
    return json.dumps(offer, sort_keys=True)


def to_fields(dataset: DatasetDocument, lang: str, sentences: list[str]) -> dict[str, object]:
    """Return a dataset of a catalogue for people, with the terms of its offers in `sentences`."""
    formats = {str(entry.get("format")) for entry in _many(dataset, "distribution") if isinstance(entry, dict)}
    return {
        "dataset": dataset.get("@id"),
        "title": title(dataset, lang),
        "description": _text(_member(dataset, "description"), lang),
        "keywords": [_text(entry, lang) for entry in _many(dataset, "keyword")],
        "themes": [_text(entry, lang) for entry in _many(dataset, "theme")],
        "licence": _text(_member(dataset, "license"), lang),
        "provenance": _text(_member(dataset, "provenance"), lang),
        "delivery": sorted(formats),
        **{f"offer {offer.get('@id', '')}": said for offer, said in zip(offers(dataset), sentences, strict=False)},
    }


def title(dataset: DatasetDocument, lang: str) -> str:
    """Return the title of a dataset, in the language if it has it."""
    return _text(_member(dataset, "title"), lang)


def offers(dataset: DatasetDocument) -> list[dict[str, Any]]:
    """Return the offers of a dataset."""
    return [entry for entry in _many(dataset, "hasPolicy") if isinstance(entry, dict)]


def _member(dataset: DatasetDocument, name: str) -> Any:
    """Return a member under any of the prefixes that catalogues use."""
    return next((dataset[key] for key in (f"dct:{name}", f"dcat:{name}", name, f"odrl:{name}") if key in dataset), None)


def _many(dataset: DatasetDocument, name: str) -> list[Any]:
    found = _member(dataset, name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _text(value: Any, lang: str) -> str:
    if isinstance(value, list):
        texts = {str(entry.get("@language")): str(entry.get("@value")) for entry in value if isinstance(entry, dict)}
        return choose_text(texts, lang) if texts else ", ".join(map(str, value))
    if isinstance(value, dict):
        return str(value.get("@value", value.get("@id", "")))
    return "" if value is None else str(value)
