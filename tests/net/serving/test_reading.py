"""Requests are read in their order, and what breaks a bound ends the reading after them."""

from random import Random

import pytest

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.door import Door
from connector.net.serving.intake import Intake
from connector.net.serving.messages import BodyFault, read_nothing
from connector.net.serving.reading import DueRefusal, RequestReader
from tests.net.serving.lean import HEAD, POST, WHOLE


def reader(**bounds: int) -> RequestReader:
    return RequestReader(Door(ServingBounds(**bounds)), "192.0.2.1", read_nothing)  # type: ignore[arg-type]


def show(one: Intake | DueRefusal) -> str:
    return f"refused {one.status}" if isinstance(one, DueRefusal) else one.request.method


def test_requests_are_read_in_their_order() -> None:
    made = reader()
    made.feed(WHOLE + POST + b"Content-Length: 2\r\n\r\nok" + WHOLE + b"nonsense")
    assert [show(one) for one in made.queue] == ["GET", "POST", "GET", "refused 400"]
    assert (made.ended, made.last, made.arriving) == (True, True, None)


def test_a_request_is_there_with_its_head() -> None:
    made = reader()
    made.feed(POST + b"Content-Length: 2\r\n\r\n")
    (one,) = made.queue
    assert isinstance(one, Intake)
    assert (one.complete, made.arriving, one.request.address) == (False, one, "192.0.2.1")
    made.feed(b"ok")
    assert (one.complete, made.arriving) == (True, None)


async def test_the_end_of_the_reading_fails_the_body_that_arrives() -> None:
    made = reader()
    made.feed(POST + b"Content-Length: 2\r\n\r\nx")
    (one,) = made.queue
    made.end(BodyFault(408))
    assert isinstance(one, Intake)
    with pytest.raises(BodyFault):
        await one.wait()
    made.drop()
    assert not made.queue


@pytest.mark.parametrize("tail", [b"GET /" + b"a" * 10**6, HEAD + b"b: " + b"c" * 10**6, HEAD + b"d: e\r\n" * 10**5])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_grows_whatever_the_pieces_are(tail: bytes, seed: int) -> None:
    made, random, at = reader(), Random(seed), 0
    while at < len(tail) and not made.ended:
        size = random.choice([1, 100, 5000, 70_000])
        made.feed(tail[at : at + size])
        at += size
    assert [show(one)[:9] for one in made.queue] == ["refused 4"]
    assert at <= 32 * 1024 + 8 * 1024 + 16 * 1024 + 70_000


def test_a_refusal_names_the_path_that_is_known() -> None:
    made = reader()
    made.feed(b"GET /dsp/catalog?x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    assert list(made.queue) == [DueRefusal("/dsp/catalog", 400)]
