"""The pause before the next attempt grows with each failure, up to a bound, and is stored."""

from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.ports.changes import PutBackoff
from connector.ports.entities import Backoff

PEER = "urn:peer"
LIMITS = ControlLimits(retry_base=100, retry_most=1_000)


class Moved:
    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


def test_the_pause_doubles_up_to_the_bound_and_is_stored() -> None:
    now = Moved()
    backoff = PeerBackoff("o", [], limits=LIMITS, now=now, spread=lambda: 1.0)
    waits = []
    for failures in range(1, 6):
        until, changes = backoff.count_failure(PEER, None, "no answer")
        assert changes == [PutBackoff(Backoff(owner="o", peer=PEER, failures=failures, until=until))]
        waits.append(until - now.ms)
        now.ms = until
    assert waits == [200, 400, 800, 1_000, 1_000]


def test_messages_that_fail_together_are_one_failure() -> None:
    now = Moved()
    backoff = PeerBackoff("o", [], limits=LIMITS, now=now, spread=lambda: 1.0)
    until, _ = backoff.count_failure(PEER, None, "no answer")
    assert backoff.count_failure(PEER, None, "no answer") == (until, [])
    assert backoff.find_pause_end(PEER) == until


def test_the_peers_own_wish_is_kept_within_the_bound() -> None:
    backoff = PeerBackoff("o", [], limits=LIMITS, now=Moved(), spread=lambda: 1.0)
    assert backoff.count_failure(PEER, 500, "no answer")[0] == 500
    assert backoff.count_failure(PEER, 99_000, "no answer")[0] == 1_000


def test_a_stored_pause_survives_a_restart_and_an_answer_ends_it() -> None:
    row = Backoff(owner="o", peer=PEER, failures=3, until=50)
    backoff = PeerBackoff("o", [row], limits=LIMITS, now=Moved(), spread=lambda: 1.0)
    assert (backoff.find_pause_end(PEER), backoff.find_pause_end("urn:other")) == (50, 0)
    assert backoff.forget_failures(PEER) == [PutBackoff(Backoff(owner="o", peer=PEER, failures=0, until=0))]
    assert backoff.forget_failures(PEER) == []
    assert backoff.find_pause_end(PEER) == 0
