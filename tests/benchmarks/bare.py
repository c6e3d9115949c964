"""The baseline of a search: bare tantivy in this process, with the texts and facets alone.

It knows no classes of visibility, no parts of compounds, no stems of two languages, and writes neither record nor page.
"""

from collections.abc import Iterable
from pathlib import Path

import tantivy

from connector.ports.broker_store import Entry
from connector.ports.search_index import Facet

FACETS = {
    Facet.THEME: lambda entry: entry.themes,
    Facet.PUBLISHER: lambda entry: (entry.publisher,),
    Facet.PARTICIPANT: lambda entry: (entry.participant,),
    Facet.LICENCE: lambda entry: entry.statements.licences,
    Facet.PURPOSE: lambda entry: entry.statements.purposes,
    Facet.FORMAT: lambda entry: entry.statements.formats,
    Facet.LANGUAGE: lambda entry: entry.statements.languages,
    Facet.FREQUENCY: lambda entry: filter(None, (entry.statements.frequency,)),
    Facet.ACCESS: lambda entry: filter(None, (entry.statements.access_rights,)),
    Facet.DATA_CLASS: lambda entry: filter(None, (entry.statements.data_class,)),
    Facet.PLACE: lambda entry: entry.statements.places,
    Facet.PRICE: lambda entry: entry.statements.prices,
}
_TEXTS = {"title": 5.0, "keyword": 3.0, "description": 1.0}
_HEAP = 48_000_000


class BareIndex:
    """A search index of texts and facets in a folder, written by `put`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        builder = tantivy.SchemaBuilder()
        for name in _TEXTS:
            builder.add_text_field(name)
        for facet in FACETS:
            builder.add_text_field(facet, tokenizer_name="raw", index_option="basic", fast=True)
        self._index = tantivy.Index(builder.build(), str(folder))
        self._writer = self._index.writer(_HEAP, 1)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries."""
        for entry in entries:
            made = tantivy.Document()
            for text in entry.titles.values():
                made.add_text("title", text)
            for text in entry.keywords:
                made.add_text("keyword", text)
            for text in entry.descriptions.values():
                made.add_text("description", text)
            for facet, read in FACETS.items():
                for value in read(entry):
                    made.add_text(facet, value)
            self._writer.add_document(made)

    def commit(self) -> None:
        """Let what was added be found."""
        self._writer.commit()
        self._index.reload()

    def find(self, text: str, *, facets: bool = False) -> int:
        """Search for all words and return how many entries have them; count the values of facets too."""
        searcher = self._index.searcher()
        words = " AND ".join(text.split())
        query = self._index.parse_query(words, list(_TEXTS), _TEXTS)
        found = searcher.search(query, 20)
        if facets:
            searcher.aggregate(query, {name: {"terms": {"field": name, "size": 30}} for name in FACETS})
        return len(found.hits)
