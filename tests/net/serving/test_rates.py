"""The rates of callers: those that prove nothing are put off by address, peers by themselves."""

from connector.net.serving.rates import CallerRates


class Clock:
    ms = 0

    def __call__(self) -> int:
        return self.ms


def rates(clock: Clock) -> CallerRates:
    return CallerRates(failures_per_s=1, per_peer_s=2, now_ms=clock, proxies=("10.0.0.0/8",))


def test_an_address_that_fails_is_put_off_and_may_come_again() -> None:
    clock = Clock()
    made = rates(clock)
    for _ in range(2):
        assert made.find_wait("a") == 0
        made.note_failure("a")
    assert made.find_wait("a") > 0
    assert made.find_wait("b") == 0
    clock.ms = 1001
    assert made.find_wait("a") == 0


def test_looking_costs_nothing_and_neither_does_no_address() -> None:
    made = rates(Clock())
    assert [made.find_wait("a") for _ in range(50)] == [0] * 50
    for _ in range(50):
        made.note_failure("")
    assert made.find_wait("") == 0


def test_a_peer_has_a_bucket_of_its_own() -> None:
    clock = Clock()
    made = rates(clock)
    assert [made.admit_peer("firm") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert made.admit_peer("other") == 0
    clock.ms = 501
    assert made.admit_peer("firm") == 0


def test_a_caller_behind_a_proxy_is_the_last_address_that_the_proxy_saw() -> None:
    made = rates(Clock())
    assert made.name_caller("192.0.2.1", "203.0.113.9") == "192.0.2.1"
    assert made.name_caller("10.1.1.1", "203.0.113.9, 198.51.100.2") == "198.51.100.2"
    assert made.name_caller("", "198.51.100.2") == "198.51.100.2"
    assert made.name_caller("10.1.1.1", None) == ""
    assert len(made.name_caller("", "x" * 10_000)) <= 64
