"""Dates, numbers and texts as the reader writes them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connector.broker.reading.statements import read_moment
from connector.language.catalogue import LANGUAGES
from connector.web.frame.wording import PageWords

BERLIN = ZoneInfo("Europe/Berlin")
DE, EN = PageWords("de", BERLIN), PageWords("en", BERLIN)


@pytest.mark.parametrize(
    "identifier",
    ["urn:d:1", "urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2", "https:///x", "did:web:", "urn:x:", "urn:x:a"],
)
def test_an_identifier_that_says_nothing_is_never_the_name_of_something(identifier: str) -> None:
    assert DE.pick(None, identifier) == "ohne Titel"
    assert DE.party(identifier) == "unbekannter Teilnehmer"


def test_what_an_identifier_says_names_what_has_no_title() -> None:
    assert EN.party("https://user@works.example:8443/x") == "works.example:8443"
    assert EN.pick({}, "urn:example:bicycle-plans") == "bicycle-plans"
    assert EN.pick({}, "Bicycle plans") == "Bicycle plans"


def test_times_are_those_of_the_clocks_in_the_zone() -> None:
    at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert DE.day(at) == "23. November 2026"
    assert DE.time(at) == "23. November 2026, 00:30 Uhr"
    assert EN.time(at) == "23 November 2026, 00:30"
    assert DE.time(int(at.timestamp() * 1000)) == DE.time(at)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_a_stated_day_is_the_same_in_each_zone(zone: str) -> None:
    words = PageWords("de", ZoneInfo(zone))
    begins, ends = read_moment("2025"), read_moment("2025-12", last=True)
    assert begins is not None
    assert ends is not None
    assert words.stated_day(begins) == "1. Januar 2025"
    assert words.stated_day(ends) == "31. Dezember 2025"
    assert words.stated_day(datetime.fromtimestamp(ends / 1000, UTC)) == "31. Dezember 2025"
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert words.stated_day(at) == words.day(at)


def test_a_period_that_ends_at_midnight_names_its_last_day() -> None:
    assert DE.end(datetime(2026, 12, 31, 23, tzinfo=UTC)) == "31. Dezember 2026"
    assert DE.end(datetime(2026, 12, 31, 12, tzinfo=UTC)) == "31. Dezember 2026, 13:00 Uhr"
    # The nights in which the clocks change have 23 and 25 hours.
    assert DE.end(datetime(2026, 3, 29, 22, tzinfo=UTC)) == "29. März 2026"
    assert DE.end(datetime(2026, 10, 25, 23, tzinfo=UTC)) == "25. Oktober 2026"


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ends_of_the_calendar_can_be_written(language: str, at: datetime) -> None:
    words = PageWords(language, BERLIN)
    assert words.day(at)
    assert words.time(at)
    assert words.end(at)


@pytest.mark.parametrize(
    ("passed", "said"),
    [(0, "gerade eben"), (-5, "gerade eben"), (60_000, "seit 1 Minute"), (7_200_000, "seit 2 Stunden"),
     (86_400_000, "seit 1 Tag"), (3 * 86_400_000, "seit 3 Tagen")],
)  # fmt: skip
def test_a_wait_is_said_in_its_largest_unit(passed: int, said: str) -> None:
    assert DE.since(1_000_000_000_000, 1_000_000_000_000 + passed) == said


def test_numbers_sizes_and_texts_are_the_readers() -> None:
    assert (DE.number(1234), EN.number(1234)) == ("1.234", "1,234")
    assert (DE.size(2_540_000), EN.size(2_540_000)) == ("2,5 MB", "2.5 MB")
    assert DE.pick({"en": "Air"}) == "Air"
    assert DE.pick({"de": "", "en": "Air"}) == "Air"
    assert DE.pick({}, "ohne") == "ohne"
    assert DE.waiting(1) == "1 wartet"
    assert EN.waiting(250) == "more than 99 waiting"


@pytest.mark.parametrize(
    ("texts", "picked", "spoken"),
    [
        ({"de": "Luft", "en": "Air"}, "Luft", ""),
        ({"en": "Air"}, "Air", "en"),
        ({"en": "Air", "de-at": "Luft"}, "Luft", ""),
        ({"ar": "هواء", "en": "Air"}, "Air", "en"),
        ({"ca": "Aire", "en-gb": "Air", "es": "Aire"}, "Air", "en-gb"),
        ({"ar": "هواء", "fr": "Air"}, "هواء", "ar"),
        ({"und": "Luft"}, "Luft", ""),
        ({"de": "", "fr": "Air"}, "Air", "fr"),
        ({}, "ohne", ""),
    ],
)
def test_a_text_in_another_language_says_so(texts: dict[str, str], picked: str, spoken: str) -> None:
    assert (DE.pick(texts, "ohne"), DE.spoken(texts)) == (picked, spoken)


def test_participants_are_named_where_a_sentence_quotes_their_identifiers() -> None:
    words = PageWords("de", BERLIN, {"urn:city": "Stadt", "city": "nie"}.get)
    assert words.name_parties("nur für „urn:city“ und „urn:other“; „ein city“") == (
        "nur für „Stadt“ und „urn:other“; „ein city“"
    )
    english = PageWords("en", BERLIN, {"urn:city": "City \\1"}.get)
    assert english.name_parties("only “urn:city”") == "only “City \\\\1”"
    assert DE.name_parties("„urn:city“") == "„urn:city“"


def test_a_media_type_is_named_as_the_list_of_formats_does() -> None:
    assert DE.media_type("text/csv; charset=utf-8") == "CSV"
    assert DE.media_type("application/x-unknown") == "application/x-unknown"
