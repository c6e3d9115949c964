from connector.web.frame.attempts import SignInAttempts

MINUTE = 60_000


def _fail(attempts: SignInAttempts, name: str, address: str) -> int:
    with attempts.open_attempt(name, address, 0) as attempt:
        attempt.failed = True
    return attempt.wait_s


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
    for number in range(60):
        _fail(attempts, f"name{number}", "1.2.3.4")
        _fail(attempts, "kaya", f"5.6.7.{number}")
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
