"""Signing in with the login of the organisation, and signing out here and there.

A session begins with a token of its own, so that nobody knows it who planted one before.
"""

import logging

from starlette.responses import Response

from connector.controlplane.usecases import users
from connector.ports.login import LoginFailed, LoginFault
from connector.ports.store_errors import Unavailable
from connector.web.frame.logins import LIFE_MS, LoginAttempt, PagesLogin
from connector.web.frame.origin import PagesOrigin, find_local_path
from connector.web.frame.visit import (
    Visit,
    drop_session,
    end_session,
    go_to,
    make_link,
    read_query,
    render,
    set_session,
    show_error,
)

_log = logging.getLogger(__name__)
BEGIN, BACK = "/anmelden/login", "/anmelden/zurueck"
_OUT = "/abmelden"
_LONGEST_HINT = 3000
_NO_HINT = "-"
# What a stranger could repeat to make work for us and for the provider.
_COUNTED = frozenset({LoginFault.OVER, LoginFault.REFUSED})


async def begin(visit: Visit) -> Response:
    """Send the browser to the provider, with an attempt that belongs to this browser."""
    login = visit.pages.login
    if login is None:
        return show_error(visit, 404, visit.words.say("error-unknown"))
    wanted = find_local_path(read_query(visit, "zu") or "/")
    if visit.user is not None:
        return go_to(wanted)
    cookie, attempt = login.attempts.begin(wanted, visit.now)
    here = visit.pages.here
    try:
        answer = go_to(await login.provider.make_address(attempt.secrets, here.origin + BACK))
    except LoginFailed as error:
        return _refuse(error, wanted)
    # `Lax`, because the browser comes back from another site.
    answer.set_cookie(
        _name_attempt(here), cookie, max_age=LIFE_MS // 1000, secure=here.secure, httponly=True, samesite="lax"
    )
    return answer


async def finish(visit: Visit) -> Response:
    """Take the answer of the provider: begin a session with a new token, or say why not."""
    login = visit.pages.login
    if login is None:
        return show_error(visit, 404, visit.words.say("error-unknown"))
    here, state = visit.pages.here, read_query(visit, "state") or ""
    attempt = login.attempts.take(visit.request.cookies.get(_name_attempt(here), ""), state, visit.now)
    address = visit.pages.name_caller(visit.request)
    with visit.pages.attempts.open_attempt(f"login {state[:64]}", address, visit.now) as counted:
        try:
            answer = await _redeem(visit, login, None if counted.wait_s else attempt)
        except LoginFailed as error:
            counted.failed = error.fault in _COUNTED
            answer = _refuse(error, attempt.wanted if attempt else "/")
    answer.delete_cookie(_name_attempt(here), secure=here.secure, httponly=True, samesite="lax")
    return answer


async def sign_out(visit: Visit) -> Response:
    """End the session of this browser, and the one at the provider.

    The browser forgets it also if the store cannot: who leaves a machine of others does not stay signed in there.
    """
    try:
        await end_session(visit)
    except Unavailable as error:
        _log.warning("a session was forgotten by its browser alone: %s", error)
    return await _leave(visit)


async def sign_out_everywhere(visit: Visit) -> Response:
    """End all sessions of the person, in every browser, and the one at the provider."""
    await users.sign_out_everywhere(visit.users, visit.person)
    return await _leave(visit)


async def _redeem(visit: Visit, login: PagesLogin, attempt: LoginAttempt | None) -> Response:
    """Redeem the code of an answer and begin a session. Raises LoginFailed."""
    if attempt is None:
        raise LoginFailed(LoginFault.OVER, "The answer belongs to no attempt of this browser: sign in again.")
    here, error = visit.pages.here, read_query(visit, "error")
    if error is not None:
        # RFC 6749, 4.1.2.1. Other words of the query were not signed by anybody, and are shown to nobody.
        fault = LoginFault.DENIED if error == "access_denied" else LoginFault.REFUSED
        raise LoginFailed(fault, "The provider did not sign the person in: its log has the reason.")
    code = read_query(visit, "code") or ""
    logged_in = await login.provider.redeem(code, attempt.secrets, here.origin + BACK, read_query(visit, "iss"))
    signed_in = await login.sign_in(logged_in)
    await end_session(visit)
    answer = set_session(go_to(attempt.wanted), here, signed_in)
    hint = logged_in.hint if len(logged_in.hint) <= _LONGEST_HINT else _NO_HINT
    answer.set_cookie(_name_hint(here), hint, path=_OUT, secure=here.secure, httponly=True, samesite="strict")
    return answer


async def _leave(visit: Visit) -> Response:
    """Let the browser forget the session; if it came from the provider, end the one there too.

    A page leads there: a redirection of a form to another site is forbidden by our own content security policy.
    """
    here, login = visit.pages.here, visit.pages.login
    hint = visit.request.cookies.get(_name_hint(here))
    address = None
    if login and hint:
        address = await login.provider.make_end_address("" if hint == _NO_HINT else hint, here.origin + "/anmelden")
    answer = render(visit, "signed_out.html", address=address, login=login) if address else go_to("/anmelden")
    answer.delete_cookie(_name_hint(here), path=_OUT, secure=here.secure, httponly=True, samesite="strict")
    return drop_session(answer, here)


def _refuse(error: LoginFailed, wanted: str) -> Response:
    """Lead to the form with the reason: the address with the code is left, and is in no link of a page."""
    _log.warning("nobody was signed in: %s", error.reason, extra={"fault": str(error.fault)})
    return go_to(make_link("/anmelden", grund=str(error.fault), zu=None if wanted == "/" else wanted))


def _name_attempt(here: PagesOrigin) -> str:
    return f"__Host-{here.cookie}-login" if here.secure else f"{here.cookie}-login"


def _name_hint(here: PagesOrigin) -> str:
    return f"__Secure-{here.cookie}-hint" if here.secure else f"{here.cookie}-hint"
