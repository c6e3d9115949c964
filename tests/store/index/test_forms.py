"""A word in all its forms: which entries have it, and what they are worth."""

import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.store.index.documents import FormLevel, choose_part, make_schema, name_form, register
from connector.store.index.forms import begin, begin_part, form, list_exact, match_word
from connector.store.index.track import Track
from tests.contract.test_record import entry

_WORDS = ("rad", "radweg", "wege", "weg", "bäume", "baum", "stadtbäume", "parking", "parks", "cities", "city", "öl")
# Words that go on with letters of two bytes, and with those of three, of the same script and of another one.
_WORDS += ("radπ", "parkø", "rad热点", "热点", "热点图", "𠀀𠀀")
texts = st.lists(st.sampled_from(_WORDS), max_size=3).map(" ".join)
_BEGUN_LEAST = {FormLevel.NAME: 2, FormLevel.DESCRIPTION: 3}
offers = st.lists(st.tuples(texts, texts, texts, st.sampled_from(["de", "en", "und"]), texts), min_size=1, max_size=8)


def _fill(written: list[tuple[str, str, str, str, str]]) -> Track:
    track = Track(None)
    for row, (title, keyword, text, language, publisher) in enumerate(written, 1):
        made = replace(
            entry(f"d{row}"),
            titles={language: title},
            descriptions={language: text},
            keywords=tuple(keyword.split()),
            publisher=publisher,
        )
        track.put([replace(made, row=row, seq=row)])
    track.commit()
    return track


def _find(searcher: tantivy.Searcher, query: tantivy.Query) -> dict[int, float]:
    hits = searcher.search(query, 100).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits]) if hits else []
    return {int(row or 0): round(float(score), 4) for (score, _), row in zip(hits, rows, strict=True) if row}


@settings(deadline=None, max_examples=60)
@given(
    offers,
    st.sampled_from(
        ["rad", "radweg", "weg", "bäume", "baum", "park", "parking", "city", "cities", "öl", "热", "热点", "𠀀"]
    ),
)
def test_a_word_finds_what_one_of_its_forms_finds(written: list[tuple[str, str, str, str, str]], word: str) -> None:
    track = _fill(written)
    folded = word.replace("ä", "a").replace("ö", "o")
    part = choose_part(folded)
    forms = [query for _, query in list_exact(folded)] + ([begin_part(part)] if part else [])
    begun = [begin(level, folded) for level in (FormLevel.TITLE, FormLevel.KEYWORD)]
    begun += [begin(level, folded) for level, least in _BEGUN_LEAST.items() if len(folded) >= least]
    for as_beginning, expected in ((False, forms), (True, forms + begun)):
        one, looked_up = (
            track.search(
                lambda searcher, alone=alone, begun=as_beginning: _find(
                    searcher, match_word(searcher, folded, begun=begun, alone=alone)
                )
            )
            for alone in (True, False)
        )
        any_of = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in expected])
        assert one.keys() == track.search(lambda searcher, any_of=any_of: _find(searcher, any_of)).keys()
        assert one == looked_up


def test_a_better_form_is_worth_more() -> None:
    track = _fill(
        [
            ("Baum", "", "", "de", "Amt"),
            ("Bäume", "", "", "de", "Amt"),
            ("Wald", "Baum", "", "de", "Amt"),
            ("Stadtbaum", "", "", "de", "Amt"),
            ("Wald", "", "", "de", "Baum"),
            ("Wald", "", "Baum", "de", "Amt"),
            ("Wald", "", "Bäume", "de", "Amt"),
        ]
    )
    found = track.search(lambda searcher: _find(searcher, match_word(searcher, "baum", begun=False, alone=True)))
    assert found == {1: 10.0, 2: 8.0, 3: 6.0, 4: 4.0, 5: 4.0, 6: 2.0, 7: 1.5}


def test_a_form_is_read_as_it_is_written() -> None:
    track = _fill([("Baum", "", "", "de", "Amt")])
    assert track.search(lambda searcher: _find(searcher, form(name_form(FormLevel.TITLE, "baum"))))


def test_what_the_layout_before_has_written_is_found_too() -> None:
    # What layout 6 wrote for "Bäume", the keyword "Stadt", "Alle Hecken": no stems of keywords apart.
    forms = "t:baume k:stadt d:alle d:hecken T:baum B:stadt B:all B:heck part:baum part:baume part:stadt"
    index = tantivy.Index(make_schema())
    register(index)
    writer = index.writer(15_000_000, 1)
    made = tantivy.Document()
    made.add_integer("row", 1)
    made.add_text("forms", forms)
    writer.add_document(made)
    writer.commit()
    index.reload()
    for word in ("baum", "baume", "stadt", "hecken", "heck"):
        found = _find(index.searcher(), match_word(index.searcher(), word, begun=False, alone=True))
        assert found.keys() == {1}, word
    assert _find(index.searcher(), match_word(index.searcher(), "hec", begun=True, alone=False)).keys() == {1}
    assert not _find(index.searcher(), match_word(index.searcher(), "hec", begun=False, alone=False))
