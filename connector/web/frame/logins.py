"""Attempts to sign in at the login of the organisation: bound to one browser, used once, over after minutes.

All that belongs to an attempt is derived from a cookie of the browser and a key (RFC 9700, 4.7.1): a stranger who
begins many attempts fills no memory, and who has no cookie of ours can finish none. With the same key, an attempt that
began at one process ends at another.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec

from connector.controlplane.usecases.users import SignedIn
from connector.ports.login import LoggedIn, LoginProvider, LoginSecrets
from connector.web.frame.origin import find_local_path

LIFE_MS = 600_000
MOST_USED = 10_000
_LONGEST_PATH, _LONGEST_COOKIE = 1000, 2000


class LoginAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt: its secrets, and the path to go on to after it."""

    secrets: LoginSecrets
    wanted: str


class LoginAttempts:
    """The attempts of all browsers; it keeps the ones that were used, for minutes and in a bounded number.

    Another process does not know what was used here. The provider does: it redeems each code once (RFC 6749, 4.1.2).
    """

    def __init__(self, key: bytes) -> None:
        """`key` has at least 32 random bytes that no browser learns."""
        self._key = key
        self._used: OrderedDict[str, int] = OrderedDict()

    def begin(self, wanted: str, now_ms: int) -> tuple[str, LoginAttempt]:
        """Return the cookie of a new attempt, and the attempt."""
        path = wanted if len(wanted) <= _LONGEST_PATH else "/"
        cookie = f"{secrets.token_urlsafe(32)}.{now_ms}.{urlsafe_b64encode(path.encode()).decode()}"
        return cookie, LoginAttempt(secrets=self._derive(cookie), wanted=path)

    def take(self, cookie: str, state: str, now_ms: int) -> LoginAttempt | None:
        """Return the attempt that a cookie and a state belong to, once; None if there is none, or it is over."""
        derived = self._derive(cookie[:_LONGEST_COOKIE])
        if not hmac.compare_digest(derived.state.encode(), state.encode("utf-8", "replace")):
            return None
        # What follows was made here: nobody else could derive the state.
        _, begun, path = cookie.split(".")
        if not 0 <= now_ms - int(begun) < LIFE_MS or derived.state in self._used:
            return None
        self._note_used(derived.state, now_ms)
        return LoginAttempt(secrets=derived, wanted=find_local_path(urlsafe_b64decode(path).decode()))

    def _note_used(self, state: str, now_ms: int) -> None:
        self._used[state] = now_ms
        while len(self._used) > MOST_USED or now_ms - next(iter(self._used.values())) >= LIFE_MS:
            self._used.popitem(last=False)

    def _derive(self, cookie: str) -> LoginSecrets:
        made = (self._sign(f"{name} {cookie}") for name in ("state", "nonce", "verifier"))
        return LoginSecrets(state=next(made), nonce=next(made), verifier=next(made))

    def _sign(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode("utf-8", "replace"), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


SignInByLogin = Callable[[LoggedIn], Awaitable[SignedIn]]


class PagesLogin(msgspec.Struct, frozen=True, kw_only=True):
    """The login of the organisation on these pages: its provider, its name on the button, and the attempts.

    `sign_in` creates or updates the user of a login and begins a session; it raises LoginFailed.
    """

    provider: LoginProvider
    title: str
    sign_in: SignInByLogin
    attempts: LoginAttempts
