"""What looks ahead for people: the certificate of the listeners, and what is new at the broker."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from connector.app.accounts.foresight import MOST_PAGES, make_hit_reader, read_certificate
from connector.controlplane.core.errors import PeerFailed
from connector.controlplane.notices.foreseeing import FoundHits
from tests.net.test_tls import Authority
from tests.support.board import NEW, answer_board


def test_the_names_and_the_end_of_a_certificate_are_read_and_a_missing_one_is_none(tmp_path: Path) -> None:
    certificate, _ = Authority(tmp_path, "city").issue("city.example", days=3)
    found = read_certificate(certificate)
    assert found is not None
    assert found.names == "city.example"
    assert found.ends_at % 1000 == 0
    assert read_certificate(None) is None
    assert read_certificate(tmp_path / "none.pem") is None


class Broker:
    """Answers for a board, and remembers after which change number it was asked."""

    def __init__(self, *, more: bool = False) -> None:
        self.after: list[str] = []
        self.more = more

    async def ask(
        self, method: str, path: str, query: Mapping[str, str | Sequence[str]] | None, body: bytes | None
    ) -> bytes:
        if not path.endswith("/new"):
            return answer_board(method, path)
        self.after.append(str((query or {})["after"]))
        return msgspec.json.encode(NEW | {"more": self.more, "next": int(self.after[-1]) + 4})


@pytest.mark.parametrize(("told", "after"), [(0, "3"), (9, "9")])
async def test_hits_count_from_where_people_have_looked_or_were_told(told: int, after: str) -> None:
    broker = Broker()
    found = await make_hit_reader(broker.ask)(lambda _: told)
    assert broker.after == [after]
    assert found == [FoundHits(search="urn:search:1", name="Bicycles", count=1, next=int(after) + 4)]


async def test_a_flood_of_hits_is_read_up_to_a_bound(tmp_path: Path) -> None:
    broker = Broker(more=True)
    (found,) = await make_hit_reader(broker.ask)(lambda _: 0)
    assert (found.count, len(broker.after)) == (MOST_PAGES, MOST_PAGES)


async def test_an_answer_that_cannot_be_read_is_a_failure_of_the_broker() -> None:
    async def ask(*_: object) -> bytes:
        return b"{"

    with pytest.raises(PeerFailed):
        await make_hit_reader(ask)(lambda _: 0)
