"""The rates of callers: those that prove nothing are put off by address, peers by themselves."""

from collections.abc import Callable, Mapping

import pytest
from multidict import CIMultiDict
from starlette.datastructures import Headers

from connector.net.serving.rates import CallerRates


class Clock:
    ms = 0

    def __call__(self) -> int:
        return self.ms


def forwarded(value: str) -> dict[str, str]:
    return {"x-forwarded-for": value}


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
    assert made.name_caller("192.0.2.1", forwarded("203.0.113.9")) == "192.0.2.1"
    assert made.name_caller("10.1.1.1", forwarded("203.0.113.9, 198.51.100.2")) == "198.51.100.2"
    assert made.name_caller("", forwarded("198.51.100.2")) == "198.51.100.2"
    assert made.name_caller("10.1.1.1", {}) == ""
    assert len(made.name_caller("", forwarded("x" * 10_000))) <= 64


@pytest.mark.parametrize("kind", [Headers, CIMultiDict])
def test_of_two_fields_the_last_counts_which_is_that_of_the_proxy(kind: Callable[..., Mapping[str, str]]) -> None:
    pairs = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "198.51.100.2")]
    headers = kind(raw=[(b"x-forwarded-for", value.encode()) for _, value in pairs]) if kind is Headers else kind(pairs)
    assert rates(Clock()).name_caller("10.1.1.1", headers) == "198.51.100.2"


@pytest.mark.parametrize("field", ["x-forwarded-for", "forwarded"])
def test_a_proxy_that_is_not_listed_is_named_once_in_the_log(field: str, caplog: pytest.LogCaptureFixture) -> None:
    made = rates(Clock())
    for _ in range(3):
        made.name_caller("192.0.2.1", {field: "for=203.0.113.9"})
        made.name_caller("192.0.2.2", {})
        made.name_caller("10.1.1.1", {field: "for=203.0.113.9"})
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert said[0].startswith("192.0.2.1 forwards requests of others and is in no network of net.proxies")


def test_callers_that_pretend_to_be_proxies_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    made = rates(Clock())
    for number in range(200):
        made.name_caller(f"192.0.2.{number}", forwarded("203.0.113.9"))
    assert len(caplog.records) == 3


def test_a_request_that_needs_no_proof_counts_for_its_address_also_for_an_unknown_one() -> None:
    clock = Clock()
    counted = rates(clock)
    for address in ("192.0.2.1", ""):
        assert [counted.admit_unknown(address) > 0 for _ in range(3)] == [False, False, True]
    assert counted.find_wait("192.0.2.1") > 0
