"""The sources that an operator looks for, and their counts."""

import pytest

from connector.broker.operating.sources import SourceChoice, choose_sources, count_crawls, count_states
from connector.broker.schedule import DAY, count_crawl
from connector.ports.broker_store import CrawlDay, CrawlSource, Liveness
from connector.ports.moderation import MarkKind

ONE = CrawlSource(participant="urn:b", name="Tiefbauamt", address="https://b.example", liveness=Liveness.ONLINE)
TWO = CrawlSource(participant="urn:a", name="Firma", address="https://a.example", failures=1)


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (SourceChoice(), ["urn:a", "urn:b"]),
        (SourceChoice(state=Liveness.NEW), ["urn:a"]),
        (SourceChoice(mark=MarkKind.HIDDEN), ["urn:b"]),
        (SourceChoice(text="TIEFBAU"), ["urn:b"]),
        (SourceChoice(text="a.example"), ["urn:a"]),
        (SourceChoice(failing=True), ["urn:a"]),
        (SourceChoice(failing=True, state=Liveness.ONLINE), []),
    ],
)
def test_sources_are_chosen_by_state_mark_and_words(choice: SourceChoice, found: list[str]) -> None:
    marks = {"urn:b": frozenset({MarkKind.HIDDEN})}
    assert [source.participant for source in choose_sources([ONE, TWO], marks, choice)] == found


def test_states_are_counted_in_their_order() -> None:
    assert count_states([ONE, TWO, ONE]) == {"NEW": 1, "ONLINE": 2}


def test_crawls_are_counted_for_thirty_days_and_not_longer() -> None:
    days: tuple[CrawlDay, ...] = ()
    for day in range(100):
        days = count_crawl(days, day * DAY, succeeded=True)
        days = count_crawl(days, day * DAY + 1, succeeded=day % 2 == 0)
    assert (len(days), days[0].day, days[-1]) == (30, 70, CrawlDay(99, 1, 1))
    assert count_crawls(CrawlSource(participant="urn:a", name="", address="", days=days)) == (45, 15)
