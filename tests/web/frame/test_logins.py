"""Attempts at the login of the organisation: one browser, one use, minutes."""

from hypothesis import given
from hypothesis import strategies as st

from connector.web.frame import logins
from connector.web.frame.logins import LIFE_MS, LoginAttempts

NOW = 1_764_000_000_000
KEY = b"k" * 32


def test_an_attempt_is_found_by_its_cookie_and_state_once() -> None:
    attempts = LoginAttempts(KEY)
    cookie, attempt = attempts.begin("/vertraege?x=%C3%BC", NOW)
    assert attempts.take(cookie, attempt.secrets.state, NOW + LIFE_MS - 1) == attempt
    assert attempts.take(cookie, attempt.secrets.state, NOW) is None


def test_the_secrets_of_an_attempt_differ_and_fit_the_standards() -> None:
    secrets = LoginAttempts(KEY).begin("/", NOW)[1].secrets
    assert len({secrets.state, secrets.nonce, secrets.verifier}) == 3
    assert 43 <= len(secrets.verifier) <= 128  # RFC 7636, 4.1


@given(st.text(max_size=300), st.text(max_size=300))
def test_what_was_not_made_here_is_no_attempt(cookie: str, state: str) -> None:
    assert LoginAttempts(KEY).take(cookie, state, NOW) is None


@given(st.integers(0, 200), st.text(min_size=1, max_size=3))
def test_a_cookie_that_was_changed_is_no_attempt(at: int, put: str) -> None:
    attempts = LoginAttempts(KEY)
    cookie, attempt = attempts.begin("/eingang", NOW)
    changed = cookie[:at] + put + cookie[at + len(put) :]
    assert changed == cookie or attempts.take(changed, attempt.secrets.state, NOW) is None


def test_an_attempt_is_over_after_minutes_and_before_it_began() -> None:
    attempts = LoginAttempts(KEY)
    cookie, attempt = attempts.begin("/", NOW)
    assert attempts.take(cookie, attempt.secrets.state, NOW + LIFE_MS) is None
    assert attempts.take(cookie, attempt.secrets.state, NOW - 1) is None


def test_an_attempt_ends_at_any_process_with_the_same_key_and_at_no_other() -> None:
    cookie, attempt = LoginAttempts(KEY).begin("/", NOW)
    assert LoginAttempts(b"x" * 32).take(cookie, attempt.secrets.state, NOW) is None
    assert LoginAttempts(KEY).take(cookie, attempt.secrets.state, NOW) == attempt


def test_a_path_that_fits_no_cookie_is_forgotten() -> None:
    attempts = LoginAttempts(KEY)
    cookie, attempt = attempts.begin("/suche?q=" + "x" * 5000, NOW)
    assert len(cookie) < 200
    assert attempts.take(cookie, attempt.secrets.state, NOW).wanted == "/"  # type: ignore[union-attr]  # found above


def test_what_was_used_is_forgotten_in_time_and_number(monkeypatch) -> None:
    monkeypatch.setattr(logins, "MOST_USED", 3)
    attempts = LoginAttempts(KEY)
    for number in range(9):
        cookie, attempt = attempts.begin("/", NOW + number)
        assert attempts.take(cookie, attempt.secrets.state, NOW + number)
    assert len(attempts._used) == 3
    cookie, attempt = attempts.begin("/", NOW + LIFE_MS * 2)
    assert attempts.take(cookie, attempt.secrets.state, NOW + LIFE_MS * 2)
    assert len(attempts._used) == 1
