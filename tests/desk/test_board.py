"""The broker is asked for its board; without one, or with an answer that nobody can read, that is said."""

import msgspec
import pytest

from connector.controlplane.core.errors import NotAllowed, PeerFailed
from connector.desk.board import ask_broker
from connector.views.saved import SavedSearchView, SeenOrder
from tests.support.board import SEARCH


async def test_the_answer_of_the_broker_is_read() -> None:
    asked: list[object] = []

    async def broker(*request: object) -> bytes:
        asked.append(request)
        return msgspec.json.encode(SEARCH)

    found = await ask_broker(broker, SavedSearchView, "POST", "searches/1/seen", body=SeenOrder(seen=3))
    assert found.name == "Bicycles"
    assert asked == [("POST", "searches/1/seen", None, b'{"seen":3}')]


@pytest.mark.parametrize("answer", [b"[]", b"{", b"\xff", b"[" * 100_000])
async def test_an_answer_that_nobody_can_read_is_one_of_a_broker_that_fails(answer: bytes) -> None:
    async def broker(*_: object) -> bytes:
        return answer

    with pytest.raises(PeerFailed, match="cannot be read"):
        await ask_broker(broker, SavedSearchView, "GET", "searches/1")


async def test_without_a_broker_nothing_is_asked() -> None:
    with pytest.raises(NotAllowed, match="needs a broker"):
        await ask_broker(None, SavedSearchView, "GET", "searches/1")
