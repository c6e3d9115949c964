from contextlib import ExitStack

from connector.identity.passwords import WAITING
from connector.web.frame.attempts import STRANGERS, STRANGERS_OF_ONE, SignInAttempts

MINUTE = 60_000


def _fail(attempts: SignInAttempts, name: str, address: str) -> int:
    with attempts.open_attempt(name, address, 0) as attempt:
        attempt.failed = True
    return attempt.wait_s


def _fail_often(attempts: SignInAttempts) -> None:
    """Fail at many names from one address, and at one name from many addresses."""
    for number in range(60):
        _fail(attempts, f"name{number}", "1.2.3.4")
        _fail(attempts, "kaya", f"5.6.7.{number}")


def _wait(attempts: SignInAttempts, name: str, address: str, now: int = 0) -> int:
    with attempts.open_attempt(name, address, now) as attempt:
        return attempt.wait_s


def test_a_few_failures_from_one_place_put_a_name_off_there_and_nowhere_else() -> None:
    attempts = SignInAttempts()
    assert [_fail(attempts, "kaya", "1.2.3.4") for _ in range(5)] == [0] * 5
    assert 100 < _wait(attempts, "kaya", "1.2.3.4") <= 181
    assert _wait(attempts, "kaya", "5.6.7.8") == 0
    assert _wait(attempts, "adler", "1.2.3.4") == 0
    assert _wait(attempts, "kaya", "1.2.3.4", 4 * MINUTE) == 0


def test_many_failures_put_off_an_address_for_all_names_and_a_name_everywhere() -> None:
    attempts = SignInAttempts()
    _fail_often(attempts)
    assert _wait(attempts, "new", "1.2.3.4") > 0
    assert _wait(attempts, "kaya", "9.9.9.9") > 0
    assert _wait(attempts, "new", "9.9.9.9") == 0


def test_attempts_at_the_same_time_are_not_made_before_the_first_is_counted() -> None:
    attempts = SignInAttempts()
    with attempts.open_attempt("kaya", "1.2.3.4", 0) as first:
        assert first.wait_s == 0
        assert _wait(attempts, "kaya", "1.2.3.4") == 1
        assert _wait(attempts, "kaya", "5.6.7.8") == 0
    assert _wait(attempts, "kaya", "1.2.3.4") == 0


def test_two_processes_allow_no_more_failures_than_one() -> None:
    both = [SignInAttempts(lambda: 2) for _ in range(2)]
    assert sum(_fail(attempts, "kaya", "1.2.3.4") == 0 for attempts in both for _ in range(5)) <= 5


def test_what_others_fail_at_keeps_nobody_out_of_a_browser_that_is_known() -> None:
    attempts = SignInAttempts()
    _fail_often(attempts)
    assert _wait(attempts, "kaya", "1.2.3.4") > 0

    def fail_known() -> int:
        with attempts.open_attempt("kaya", "1.2.3.4", 0, browser="b1") as attempt:
            attempt.failed = True
        return attempt.wait_s

    assert [fail_known() for _ in range(5)] == [0] * 5
    assert fail_known() > 100
    with attempts.open_attempt("kaya", "1.2.3.4", 0, browser="b2") as other:
        assert other.wait_s == 0


def test_strangers_share_the_hashing_and_leave_room_for_browsers_that_are_known() -> None:
    attempts = SignInAttempts()
    with ExitStack() as stack:

        def enter(name: str, address: str, browser: str = "") -> int:
            opened = attempts.open_attempt(name, address, 0, browser=browser, hashes=True)
            return stack.enter_context(opened).wait_s

        flood = [enter(f"name{number}", "1.2.3.4") for number in range(STRANGERS)]
        assert flood.count(0) == STRANGERS_OF_ONE
        assert enter("kaya", "5.6.7.8") == 0
        many = [enter("adler", f"5.6.8.{number}") for number in range(STRANGERS)]
        assert flood.count(0) + 1 + many.count(0) == STRANGERS < WAITING
        assert enter("kaya", "1.2.3.4", "b1") == 0
    with attempts.open_attempt("kaya", "1.2.3.4", 0, hashes=True) as after:
        assert after.wait_s == 0


def test_nobody_waits_for_a_clock_that_was_set_back() -> None:
    attempts = SignInAttempts()
    year = 365 * 24 * 60 * MINUTE
    for _ in range(5):
        with attempts.open_attempt("kaya", "1.2.3.4", year) as attempt:
            attempt.failed = True
    assert 100 < _wait(attempts, "kaya", "1.2.3.4", 0) <= 181
    assert _wait(attempts, "kaya", "1.2.3.4", 4 * MINUTE) == 0
