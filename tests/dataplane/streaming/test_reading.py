"""Where a reader begins, and the identifiers of positions."""

import pytest

from connector.dataplane.streaming.journal import Journal
from connector.dataplane.streaming.reading import ReaderStart, find_start, format_id, parse_id
from connector.dataplane.wire.stream_limits import StreamLimits
from connector.ports.entities import StreamJournal
from connector.store.memory.store import MemoryStore

STATE = StreamJournal(owner="city", id="air", generation="ab", source={}, first=5, last=20)


@pytest.fixture
def journal() -> Journal:
    return Journal(MemoryStore(), STATE, StreamLimits())


def test_an_identifier_is_read_back(journal: Journal) -> None:
    assert parse_id(journal, format_id(journal, 7)) == 7
    for text in ("", "7", "xx.7", "ab.", "ab.-1", "ab.21", "ab.٣", "ab." + "9" * 30):
        assert parse_id(journal, text) is None, text


@pytest.mark.parametrize(
    ("cursor", "asked", "start"),
    [
        ("ab.10", "", ReaderStart(10)),
        ("ab.10", "ab.15", ReaderStart(15)),
        ("ab.10", "ab.3", ReaderStart(10)),
        ("ab.10", "cd.3", ReaderStart(10, unknown=True)),
        ("ab.10", "ab.99", ReaderStart(10, unknown=True)),
        ("cd.10", "", ReaderStart(4, unknown=True)),
        ("ab.2", "", ReaderStart(2)),
    ],
)
def test_a_reader_never_begins_before_its_own_position(
    journal: Journal, cursor: str, asked: str, start: ReaderStart
) -> None:
    assert find_start(journal, cursor, asked) == start
