from connector.web.frame.attempts import SignInAttempts

MINUTE = 60_000


def test_a_few_failures_from_one_place_put_a_name_off_there_and_nowhere_else() -> None:
    attempts = SignInAttempts()
    for _ in range(5):
        assert attempts.find_wait("kaya", "1.2.3.4", 0) == 0
        attempts.note_failure("kaya", "1.2.3.4", 0)
    assert 100 < attempts.find_wait("kaya", "1.2.3.4", 0) <= 181
    assert attempts.find_wait("kaya", "5.6.7.8", 0) == 0
    assert attempts.find_wait("adler", "1.2.3.4", 0) == 0
    assert attempts.find_wait("kaya", "1.2.3.4", 4 * MINUTE) == 0


def test_many_failures_put_off_an_address_for_all_names_and_a_name_everywhere() -> None:
    attempts = SignInAttempts()
    for number in range(60):
        attempts.note_failure(f"name{number}", "1.2.3.4", 0)
        attempts.note_failure("kaya", f"5.6.7.{number}", 0)
    assert attempts.find_wait("new", "1.2.3.4", 0) > 0
    assert attempts.find_wait("kaya", "9.9.9.9", 0) > 0
    assert attempts.find_wait("new", "9.9.9.9", 0) == 0
