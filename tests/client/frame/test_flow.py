"""Requests as values, and answers that are read or refused."""

import pytest

from connector.client.frame.errors import ClientError, NotFound
from connector.client.frame.flow import ApiCall, parse_failure, read, reason_order
from connector.views.search import HitsView

CALL: ApiCall[HitsView] = ApiCall(
    method="GET",
    path="/v1/search",
    answer=HitsView,
    query={"q": "Luft", "theme": None, "state": ["A", "B"], "limit": 2},
)


def test_a_query_has_no_empty_values_and_a_pair_for_each_of_several() -> None:
    assert CALL.parameters() == (("q", "Luft"), ("state", "A"), ("state", "B"), ("limit", "2"))


def test_an_order_is_sent_without_its_defaults() -> None:
    assert CALL.content() is None
    call: ApiCall[None] = ApiCall(method="POST", path="/v1/x", answer=None, body=reason_order(None))
    assert call.content() == b"{}"
    assert reason_order("Too dear.").reason == "Too dear."


def test_an_answer_becomes_the_view_also_with_members_of_a_later_version() -> None:
    assert read(CALL, 200, b'{"items": [], "total": 3, "later": 1}') == HitsView(items=(), total=3)


@pytest.mark.parametrize(("status", "content"), [(200, b"<html>"), (200, b"[" * 100_000), (500, b"<html>")])
def test_an_answer_of_something_else_is_told_in_a_sentence(status: int, content: bytes) -> None:
    with pytest.raises(ClientError, match=r"address.*\.$") as caught:
        read(CALL, status, content)
    assert caught.value.code == "answer"


def test_an_error_keeps_its_code_and_its_reason_in_every_language() -> None:
    content = b'{"error": {"code": "no-asset", "reason": "Unknown.", "reasons": {"de": "Unbekannt."}}}'
    error = parse_failure(404, content)
    assert isinstance(error, NotFound)
    assert (error.code, error.reason, error.reasons) == ("no-asset", "Unknown.", {"de": "Unbekannt."})
