"""Real processes on loopback among callers that mean harm: they go on, agree, and say in their logs what they saw."""

import contextlib
import json
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.cli.setup import plan
from connector.identity.tokens import issue
from tests.e2e.live import Live, environment, free_base, until

pytestmark = pytest.mark.e2e

SLOW = 100
OWED = 200
HOUR_S = 3600
HEAD = b"POST /dsp/2025-1/negotiations/request HTTP/1.1\r\nHost: city\r\nX-Padding: " + b"x" * 10_000


@pytest.fixture(scope="module")
def among(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A city and a firm, and a member `other` whom no process serves."""
    made = Live(tmp_path_factory.mktemp("hostile"))
    other = made.stage.set_up("other", "Andere", port_base=free_base())
    home = made.stage.actors["broker"].directory
    roster.add(home / plan.MEMBERS, cards.make_member(cards.read_card(other.directory / plan.CARD)))
    operator = cards.load_key(home / plan.KEY)
    roster.publish(home / plan.MEMBERS, home / plan.LIST, operator, now=datetime.now(UTC))
    (made.data / "counts.csv").write_bytes(b"street;cars\n")
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start("city", "firm")
    yield made
    made.close()


@contextlib.contextmanager
def slowloris(ports: list[int], count: int) -> Iterator[list[socket.socket]]:
    """Hold `count` connections at each port, each of which sends a byte of a header a second."""
    held = [socket.create_connection(("127.0.0.1", port)) for port in ports for _ in range(count)]
    done = threading.Event()

    def drip() -> None:
        for at in range(len(HEAD)):
            for one in held:
                with contextlib.suppress(OSError):
                    one.send(HEAD[at : at + 1])
            if done.wait(1):
                return

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield held
    finally:
        done.set()
        dripping.join()
        for one in held:
            one.close()


def unanswered(one: socket.socket) -> bool:
    """Whether nothing was said on a connection: it still waits for its caller, or was closed."""
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except (BlockingIOError, ConnectionResetError):
        return True


@contextlib.contextmanager
def silent(port: int) -> Iterator[list[socket.socket]]:
    """Take connections at a port and never answer; yields those that were taken."""
    taken: list[socket.socket] = []
    done = threading.Event()
    listener = socket.create_server(("127.0.0.1", port), backlog=512)
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)

    def take() -> None:
        while not done.is_set():
            if waiting.select(0.05):
                taken.append(listener.accept()[0])

    taking = threading.Thread(target=take)
    taking.start()
    try:
        yield taken
    finally:
        done.set()
        taking.join()
        waiting.close()
        for one in (listener, *taken):
            one.close()


def test_an_honest_peer_agrees_among_a_hundred_callers_who_send_a_byte_a_second(among: Live) -> None:
    dataset = among.offer("counts.csv")
    actors = (among.stage.actors["city"], among.stage.actors["firm"])
    with slowloris([actor.ports["protocol"] for actor in actors], SLOW) as held:
        assert among.agree(dataset)
        assert [unanswered(one) for one in held] == [True] * (2 * SLOW)
    assert among.agree(dataset)


def test_a_peer_that_never_answers_holds_up_nobody_else(among: Live) -> None:
    asset = among.offer("counts.csv")
    other = among.stage.actors["other"]
    with silent(other.ports["protocol"]) as taken:
        owed = [among.city.negotiations.offer(other.id, asset).id for _ in range(OWED)]
        assert among.agree(asset)
        # Both were so at once: the honest one is done, and to the silent one everything is still owed.
        found = [among.city.negotiations.show(pid) for pid in owed]
        assert taken
        assert all(one.state is None and one.ended is None and one.pending for one in found)
        assert len(taken) < OWED
    assert "failed unforeseen" not in among.log("city")


@pytest.mark.parametrize(("off_s", "word"), [(3 * HOUR_S, "in the future"), (-3 * HOUR_S, "expired")])
def test_a_clock_that_is_wrong_by_hours_is_401_there_and_a_sentence_here(among: Live, off_s: int, word: str) -> None:
    firm, city = among.stage.actors["firm"], among.stage.actors["city"]
    key = cards.load_key(firm.directory / plan.KEY)
    now = int(time.time()) + off_s
    token = issue(key, issuer=firm.id, audience=city.id, jti=f"off-{off_s}", now_s=now)
    answer = httpx.get(
        f"http://127.0.0.1:{city.ports['protocol']}/dsp/2025-1/negotiations/none",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 401
    assert word not in answer.text
    # The lines of a moment are one write.
    until(lambda: word in among.log("city"))
    said = [line for line in among.log("city").splitlines() if word in line]
    assert "compare the clocks of both sides" in json.dumps(said[-1])
    assert token not in among.log("city")
