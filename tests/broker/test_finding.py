"""What a search finds, leaves out, counts and orders: over a record with its index."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.broker import finding
from connector.broker.normalise import read_entry
from connector.broker.query import QueryRefused
from connector.ports.broker_store import Entry, Liveness, Statements
from connector.ports.search_index import CHANGED_WITHIN, Counted, Facet
from connector.protocol import dcat
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.searching import City, make_searching
from tests.broker.world import titled
from tests.contract.test_record import CITY, DAY, NOW, WORKS, entry, source


@pytest.fixture
async def city() -> AsyncIterator[City]:
    searching = await make_searching(MemoryBrokerStore(), now=NOW)
    yield City(searching)
    await searching.index.close()


def stating(id: str, title: str = "Daten", participant: str = CITY, **stated: Any) -> Entry:
    return entry(id, title, participant, statements=Statements(**stated))


async def test_what_was_removed_or_renamed_is_found_no_more_and_what_came_back_is(city: City) -> None:
    await city.offer(entry("a", "Parkplatz", keywords=("Auto",)))
    await city.offer(entry("a", "Radweg"))
    assert await city.found("Parkplatz") == ""
    assert await city.found(keyword="Auto") == ""
    assert await city.found("Radweg") == "a"
    await city.remove("a")
    assert await city.found("Radweg") == await city.found() == ""
    await city.offer(entry("a", "Radweg"))
    assert await city.found("Radweg") == "a"


@pytest.mark.parametrize("text", ["Müll", "müll", "MÜLL", "muell", "MUELL", "Mull", "Mu\u0308ll", "mue", "Mü", "M"])
async def test_an_umlaut_is_found_however_it_is_typed(city: City, text: str) -> None:
    await city.offer(entry("a", "Müllabfuhr der Stadt"), entry("b", "Wald"))
    assert await city.found(text) == "a"


@pytest.mark.parametrize("text", ["Straße", "strasse", "STRASSE", "STRAẞE", "straß", "Strassen"])
async def test_a_sharp_s_is_two(city: City, text: str) -> None:
    await city.offer(entry("a", "Straßenbäume"), entry("b", "Stadt"))
    assert await city.found(text) == "a"


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "a* OR b*",
        "title:Wald",
        "NOT Wald",
        "Wald NEAR/2",
        "(((",
        "wald AND",
        "'; DROP TABLE texts; --",
        "^Wal^d",
        "{a b}: x",
    ],
)
async def test_a_query_is_data_and_never_syntax(city: City, text: str) -> None:
    await city.offer(entry("a", "Wald"), entry("b", "Wiese"))
    assert await city.found(text) == ""
    assert await city.found("Wald") == "a"


async def test_words_like_operators_are_words(city: City) -> None:
    await city.offer(entry("a", "NOT AND OR-NEAR e-mail 2024/25"))
    for text in ("not", "and or", "NEAR", "e-mail", "2024/25"):
        assert await city.found(text) == "a"


async def test_filters_are_exact_and_combine(city: City) -> None:
    rows = (
        entry("a", "Bäume", keywords=("Umwelt", "Grün"), themes=("ENVI",), publisher="Amt 67"),
        entry("b", "Bäume", keywords=("Umwelt",), themes=(dcat.to_theme("TRAN"),), publisher="Amt 66"),
        entry("c", "Wege", keywords=("umwelt",), themes=(dcat.to_theme("TRAN"),), publisher="Amt 66"),
    )
    await city.offer(*rows)
    assert await city.found(keyword="Umwelt") == "a b"
    assert await city.found(keyword="Umwelt", theme="TRAN") == "b"
    assert await city.found(publisher="Amt 66") == "b c"
    assert await city.found("baum", publisher="Amt 66") == "b"
    assert await city.found("bäume", publisher="Amt 66", keyword="Umwelt", theme="TRAN") == "b"
    assert await city.found(theme="' OR 1=1") == ""


async def test_all_words_must_occur_in_any_field_and_the_last_may_go_on(city: City) -> None:
    tree = entry("a", "Baumkataster", descriptions={"de": "Alle Bäume"}, keywords=("Umwelt",), publisher="Gartenamt")
    await city.offer(tree, entry("b", "Baumkataster", themes=("Umwelt",)))
    assert await city.found("umwelt baum") == "a b"
    assert await city.found("baumkataster gartenamt") == "a"
    assert await city.found("alle, Bäume!") == "a"
    assert await city.found("alle bä") == "a"
    assert await city.found("al bäume") == ""


@pytest.mark.parametrize("text", ["luft", "qualität", "Qualitaet", "luft stadt", "stadt qualitäten", "QUALIT"])
async def test_a_part_of_a_compound_finds_it(city: City, text: str) -> None:
    await city.offer(entry("a", "Luftqualität der Stadt"), entry("b", "Stadtwald"))
    assert await city.found(text) == "a"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Radwege", "Radweg"),
        ("Häuser im Bestand", "Haus Bestände"),
        ("Parkplätze", "parkplatz"),
        ("Air quality measurements", "measurement"),
        ("Cycling routes", "cycle route"),
        ("Bäume der Stadt", "Baum"),
    ],
)
async def test_other_forms_of_a_word_are_found(city: City, title: str, text: str) -> None:
    language = "de" if title[0] in "RHPB" else "en"
    await city.offer(entry("a", titles={language: title}), entry("b", "Anderes"))
    assert await city.found(text) == "a"


@pytest.mark.parametrize("text", ["Bausetllen", "baustellen karlsrhue", "lutfqualität"])
async def test_a_slip_is_understood_and_told(city: City, text: str) -> None:
    await city.offer(entry("a", "Baustellen in Karlsruhe und Luftqualität"), entry("b", "Spielplätze"))
    found = await city.find(text)
    assert ([hit.entry.id for hit in found.hits], found.corrected) == (["a"], True)
    exact = await city.find("Baustellen")
    assert (exact.total, exact.corrected) == (1, False)


async def test_nothing_similar_is_mixed_with_what_was_typed(city: City) -> None:
    await city.offer(entry("a", "Wald"), entry("b", "Wild"), entry("c", "Bald"))
    assert await city.found("wald") == "a"
    assert await city.found("wald", keyword="nichts") == ""
    assert await city.found("rad") == await city.found("wxyz") == ""


async def test_a_phrase_is_found_in_its_order_and_a_minus_excludes(city: City) -> None:
    await city.offer(entry("a", "Freie Plätze im Parkhaus"), entry("b", "Plätze, freie Wege"), entry("c", "Parkhaus"))
    assert await city.found('"freie Plätze"') == "a"
    assert await city.found("freie plätze") == "a b"
    assert await city.found("plätze -parkhaus") == "b"
    assert await city.found('-"freie Plätze"') == "b c"
    assert await city.found("-Platz") == "c"
    assert await city.found('"Parkhaus"') == "a c"
    assert await city.found('"freie Plätze') == "a"


async def test_the_title_weighs_most_and_pages_follow_each_other(city: City) -> None:
    filler = "mit vielen anderen Worten in einem langen Text"
    await city.offer(
        entry("described", "Daten", descriptions={"de": f"{filler} Wald"}),
        entry("titled", "Wald", descriptions={"de": filler}),
        entry("labelled", "Daten", keywords=("Wald",), descriptions={"de": filler}),
        entry("part", "Stadtwald", descriptions={"de": filler}),
    )
    first, second = await city.find("wald", limit=2), await city.find("wald", limit=2, offset=2)
    assert (first.total, second.total) == (4, 4)
    hits = [*first.hits, *second.hits]
    assert [hit.entry.id for hit in hits] == ["titled", "labelled", "part", "described"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_results_are_in_the_wanted_order(city: City) -> None:
    rows = (("a", "Wälder", 1), ("b", "Ämter der Wälder", 3), ("c", "Oberwälder", 2))
    await city.offer(*(entry(name, title, changed_at=at * 1000) for name, title, at in rows))
    assert await city.ids() == await city.ids("wälder", sort="newest") == ["b", "c", "a"]
    assert await city.ids(sort="title") == ["b", "c", "a"]
    assert (await city.ids("wälder"))[0] == "a"
    with pytest.raises(QueryRefused, match="one of relevance, newest, title"):
        await city.ids(sort="price")


async def test_a_date_in_the_future_is_not_newer_than_a_change(city: City) -> None:
    await city.offer(
        entry("a", changed_at=NOW - DAY, statements=Statements(modified=NOW + 900 * DAY)),
        entry("b", changed_at=NOW),
        entry("c", changed_at=NOW, statements=Statements(modified=NOW - 40 * DAY)),
    )
    assert await city.ids(sort="newest") == ["b", "a", "c"]
    assert await city.found(changed="week") == "a b"
    assert (await city.count())[Facet.CHANGED] == {"day": 2, "week": 2, "month": 2, "year": 3}


@pytest.mark.parametrize(
    ("liveness", "since", "shown", "shown_stale"),
    [
        (Liveness.NEW, None, True, True),
        (Liveness.ONLINE, None, True, True),
        (Liveness.SUSPECT, NOW - 5 * DAY, True, True),
        (Liveness.OFFLINE, NOW - DAY + 1, True, True),
        (Liveness.OFFLINE, NOW - DAY, False, True),
        (Liveness.DEAD, NOW - 6 * DAY, False, False),
    ],
)
async def test_the_liveness_of_its_source_decides_whether_an_entry_is_shown(
    city: City, liveness: Liveness, since: int | None, shown: bool, shown_stale: bool
) -> None:
    await city.offer(entry("a", "Wald", themes=("ENVI",)))
    await city.searching.record.put_source(source(liveness=liveness, failing_since=since))
    for text in ("", "wald"):
        assert await city.found(text) == ("a" if shown else "")
        hits = (await city.find(text, stale=True)).hits
        assert [hit.liveness for hit in hits] == ([liveness] if shown_stale else [])
    assert (await city.count())[Facet.THEME] == ({"ENVI": 1} if shown else {})
    record, index = city.searching.record, city.searching.index
    assert bool(await finding.suggest(record.view(), index, "wa", NOW, 9)) is shown


async def test_a_box_and_a_circle_find_what_lies_in_them(city: City) -> None:
    await city.offer(
        stating("bochum", boxes=((7.1, 51.4, 7.35, 51.53),)),
        stating("karlsruhe", boxes=((8.3, 48.9, 8.5, 49.1),)),
        stating("both", boxes=((7.2, 51.4, 7.2, 51.4), (8.4, 49.0, 8.4, 49.0))),
        stating("nowhere"),
    )
    assert await city.found(bbox="7,51,8,52") == "bochum both"
    assert await city.found(near="8.404,49.01,5") == "both karlsruhe"
    assert await city.found(near="7.0,51.0,30") == ""
    assert await city.found(bbox="7,51,8,52", near="8.404,49.01,5") == "both"
    assert await city.found("daten", bbox="0,0,1,1") == ""
    for wrong in ({"bbox": "8,51,7,52"}, {"bbox": "x"}, {"near": "7,51"}, {"near": "7,51,99999"}, {"near": "nan,1,1"}):
        with pytest.raises(QueryRefused, match="expected"):
            await city.find(**wrong)


async def test_the_time_of_the_data_overlaps_what_was_asked_for(city: City) -> None:
    year = 365 * DAY
    await city.offer(
        stating("closed", begins=0, ends=year - 1),
        stating("open", begins=year),
        stating("until", ends=2 * year),
        stating("x"),
    )
    assert await city.found(since="1970-06-01", until="1970-07-01") == "closed until"
    assert await city.found(since="1971-06-01") == "open until"
    assert await city.found(until="1970") == "closed until"
    with pytest.raises(QueryRefused, match="expected a date"):
        await city.find(since="tomorrow")


async def test_filters_take_the_words_of_people(city: City) -> None:
    purpose = "https://w3id.org/dpv#PublicBenefit"
    await city.offer(
        entry(
            "a",
            themes=("http://publications.europa.eu/resource/authority/data-theme/ENVI",),
            statements=Statements(
                frequency="DAILY",
                access_rights="PUBLIC",
                formats=("CSV",),
                prices=("free",),
                purposes=(purpose,),
                languages=("de",),
            ),
        ),
        entry("b", titles={"und": "Daten"}),
    )
    for asked in (
        {"theme": "ENVI"},
        {"theme": "umwelt"},
        {"theme": "Environment"},
        {"frequency": "täglich"},
        {"frequency": "daily"},
        {"access": "öffentlich"},
        {"format": "csv"},
        {"price": "kostenlos"},
        {"purpose": "Gemeinwohl"},
        {"purpose": "dpv:PublicBenefit"},
        {"language": "German"},
        {"theme": ["TRAN", "ENVI"]},
    ):
        assert await city.found(**asked) == "a", asked
    with pytest.raises(QueryRefused, match="one of free, paid"):
        await city.find(price="cheap")


async def test_a_facet_is_counted_without_its_own_filter(city: City) -> None:
    await city.offer(
        stating("a", formats=("CSV",), prices=("free",)),
        stating("b", formats=("CSV", "JSON"), prices=("paid",)),
        stating("c", formats=("XML",), prices=("free", "paid")),
    )
    counted = await city.count(format="CSV")
    assert counted[Facet.FORMAT] == {"CSV": 2, "JSON": 1, "XML": 1}
    assert counted[Facet.PRICE] == {"free": 1, "paid": 1}
    assert (await city.find(format="CSV")).facets == {}


async def test_stale_sources_are_counted_and_filtered(city: City) -> None:
    await city.offer(entry("a"), entry("b"))
    await city.offer(entry("c", participant=WORKS), participant=WORKS)
    await city.searching.record.put_source(source(WORKS, Liveness.OFFLINE, failing_since=NOW))
    assert (await city.count())[Facet.FRESHNESS] == {"current": 2, "stale": 1}
    assert await city.found(freshness="stale") == "c"
    assert await city.found(freshness="current") == "a b"
    assert await city.found(freshness=["current", "stale"]) == "a b c"


async def test_what_is_like_a_dataset_shares_its_words(city: City) -> None:
    await city.offer(
        entry("a", "Luftqualität Innenstadt", keywords=("Umwelt",)),
        entry("b", "Luftqualität Südstadt"),
        entry("c", "Parkhäuser"),
    )
    assert await city.found(like=(CITY, "a")) == "b"
    with pytest.raises(QueryRefused, match="unknown"):
        await city.find(like=(WORKS, "a"))


@pytest.mark.parametrize("place", ["Köln", "koeln", "KÖLN", "05315000", "http://places.example/koeln"])
async def test_a_place_is_found_by_its_name_its_key_and_its_iri(city: City, place: str) -> None:
    key = "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05315000"
    await city.offer(
        stating("a", places=("Köln", "http://places.example/koeln", key)), stating("b", places=("Bonn",)), stating("c")
    )
    assert await city.found(place=place) == "a"
    assert (await city.count())[Facet.PLACE] == {"Köln": 1, "Bonn": 1}


async def test_a_place_that_is_stated_by_its_official_key_alone_is_found_and_counted_by_its_name(city: City) -> None:
    key = dcat.make_geocoding("09162000")
    document = json.dumps(titled("a", "Feinstaub", **key)).encode()
    await city.offer(read_entry(document, source(), NOW).entry, stating("b", places=("Bonn",)))
    assert await city.found("Feinstaub München") == await city.found(place="muenchen") == "a"
    assert await city.found(place="09162000") == "a"
    assert (await city.count())[Facet.PLACE] == {"München": 1, "Bonn": 1}


async def test_the_data_class_is_a_facet_with_words(city: City) -> None:
    await city.offer(stating("a", data_class="personal"), stating("b", data_class="open"), stating("c"))
    assert await city.found(data_class="personenbezogen") == "a"
    assert await city.found(data_class=["open", "personal"]) == "a b"
    assert (await city.count())[Facet.DATA_CLASS] == {"personal": 1, "open": 1}
    with pytest.raises(QueryRefused, match="open, internal, confidential, personal"):
        await city.found(data_class="secret")


async def test_a_licence_is_named_by_its_code_and_its_label(city: City) -> None:
    await city.offer(stating("a", licences=("http://dcat-ap.de/def/licenses/dl-zero-de/2.0",)), stating("b"))
    assert (
        await city.found(licence="dl-zero-de/2.0") == await city.found(licence="Data licence Germany, zero, 2.0") == "a"
    )


async def test_what_is_like_a_dataset_needs_no_participant_and_prefers_its_theme(city: City) -> None:
    await city.offer(
        entry("a", "Luftqualität Innenstadt", themes=("ENVI",)),
        entry("b", "Luftqualität Südstadt", changed_at=NOW - 1),
        entry("c", "Luftqualität Nordstadt", themes=("ENVI",), changed_at=NOW - 2),
    )
    assert await city.ids(like=("", "a")) == ["c", "b"]
    with pytest.raises(QueryRefused, match="unknown"):
        await city.find(like=("", "x"))


async def test_suggestions_begin_with_what_was_typed(city: City) -> None:
    await city.offer(entry("a", "Müllabfuhr Nord"), entry("b", "Müllabfuhr Süd", keywords=("Mülltonne",)))

    async def suggested(text: str, hidden: frozenset[str] = frozenset()) -> list[Counted]:
        return list(await city.searching.index.suggest(text, hidden, frozenset({0}), 3))

    assert await suggested("muell") == [
        Counted("Müllabfuhr", 2),
        Counted("Müllabfuhr Nord", 1),
        Counted("Müllabfuhr Süd", 1),
    ]
    assert await suggested("Mülltonn") == [Counted("Mülltonne", 1)]
    assert await suggested("m") == await suggested("-") == await suggested("mü", frozenset({CITY})) == []
    await city.remove("b")
    assert await suggested("mülltonne") == []


@pytest.mark.parametrize(
    ("text", "field", "marked"),
    [
        ("wald", "title", ["Wälder"]),
        ("umwelt", "keyword", ["Umwelt"]),
        ("amt", "name", ["Amt"]),
        ("Bäume", "description", ["Bäume"]),
        ('"alle Bäume"', "description", ["alle Bäume"]),
        ("qualität", "title", ["Luftqualität"]),
    ],
)
async def test_a_result_says_why_it_was_found(city: City, text: str, field: str, marked: list[str]) -> None:
    described = {"de": f"{'Ein langer Anfang. ' * 30}Hier stehen alle Bäume der Stadt."}
    found = entry("a", "Wälder und Luftqualität", keywords=("Umwelt",), publisher="Amt 67", descriptions=described)
    await city.offer(found)
    assert await city.found(text) == "a"
    match = city.searching.index.explain(text, found)[0]
    assert match.field == field
    assert [match.text[begin:end] for begin, end in match.marks] == marked
    assert len(match.text) <= 200


async def test_a_correction_is_marked_too(city: City) -> None:
    found = entry("a", "Baustellen")
    (match,) = city.searching.index.explain("bausetllen", found, corrected=True)
    assert (match.text, match.marks) == ("Baustellen", ((0, 10),))
    assert city.searching.index.explain("bausetllen", found) == ()
    assert city.searching.index.explain("-wald", found) == ()


WORDS = st.sampled_from(
    ["Wald", "Wälder", "Müllabfuhr", "air", "quality", "Straße", "Rad", "Radweg", "E-Bike", "2024", "ÖPNV"]
)
TITLES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
ROWS = st.lists(
    st.tuples(
        TITLES,
        st.sampled_from(["Amt 66", "Amt 67"]),
        st.sets(st.sampled_from(["CSV", "JSON", "XML"])),
        st.sets(st.sampled_from(["free", "paid"])),
        st.sampled_from([None, "DAILY"]),
    ),
    min_size=1,
    max_size=8,
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "publisher": st.sampled_from(["Amt 66", "Amt 67"]),
        "format": st.sampled_from(["CSV", "JSON"]),
        "price": st.sampled_from(["free", "paid"]),
        "frequency": st.just("DAILY"),
        "changed": st.sampled_from(sorted(CHANGED_WITHIN)),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, text=st.one_of(st.just(""), TITLES), filters=FILTERS)
async def test_titles_are_found_filters_only_narrow_and_facets_count_what_filters_leave(
    rows: list[tuple[str, str, set[str], set[str], str | None]], text: str, filters: dict[str, str]
) -> None:
    searching = await make_searching(MemoryBrokerStore(), now=NOW)
    city = City(searching)
    made = [
        entry(
            f"d{at}",
            title,
            publisher=publisher,
            changed_at=NOW - at * 5 * DAY,
            statements=Statements(formats=tuple(sorted(formats)), prices=tuple(sorted(prices)), frequency=frequency),
        )
        for at, (title, publisher, formats, prices, frequency) in enumerate(rows)
    ]
    await city.offer(*made)
    for one in made:
        assert one.id in await city.ids(one.titles["de"])
    everything, narrowed = set(await city.ids(text)), set(await city.ids(text, **filters))
    assert narrowed <= everything
    counted = await city.count(text, **filters)
    for facet in (Facet.PUBLISHER, Facet.FORMAT, Facet.PRICE, Facet.FREQUENCY, Facet.CHANGED):
        for value, count in counted[facet].items():
            assert len(await city.ids(text, **{**filters, facet.value: value})) == count
    await searching.index.close()
