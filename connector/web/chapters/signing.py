"""Signing in with a password: the form, the link for a first password and the language."""

from collections.abc import Mapping

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import browsers
from connector.language.catalogue import LANGUAGES
from connector.ports.login import LoginFault
from connector.web.frame.forms import read_form
from connector.web.frame.origin import find_local_path
from connector.web.frame.visit import (
    Visit,
    end_session,
    go_to,
    read_mark,
    read_query,
    read_token,
    render,
    set_language,
    set_session,
)

SIGNED_IN = "/anmelden/fertig"
_LONGEST_NAME = 64
_LOGIN_FAULTS: Mapping[str, int] = {
    LoginFault.AWAY: 503,
    LoginFault.CLOCK: 502,
    LoginFault.DENIED: 403,
    LoginFault.DISABLED: 403,
    LoginFault.NO_ROLE: 403,
    LoginFault.OVER: 400,
    LoginFault.REFUSED: 502,
}
"""Why the login of the organisation signed nobody in, with the status of the page that says so."""
_KEPT = "feld:"
"""What the names of fields begin with that were typed into another form before the sign-in."""


async def show_sign_in(visit: Visit) -> Response:
    """Show the form; who has signed in already goes on."""
    wanted = find_local_path(read_query(visit, "zu") or "/")
    if visit.user is not None:
        return go_to(wanted)
    login, reason = visit.pages.login, read_query(visit, "grund")
    status = _LOGIN_FAULTS.get(reason or "", 200) if login else 200
    fault = visit.words.say(f"accounts.fault-{reason}", login=login.title) if login and status != 200 else ""
    if not fault and read_token(visit.request, visit.pages.here):
        fault = visit.words.say("sign-in-ended", most=users.MOST_SESSIONS)
    return render(visit, "sign_in.html", status=status, wanted=wanted, name="", fault=fault, kept={})


async def sign_in(visit: Visit) -> Response:
    """Begin a session with a new token, or show the form again. An earlier session of the browser ends.

    What was typed into another form before is shown for sending it again: its sender may be somebody else now.
    """
    form = await read_form(visit.request)
    name, wanted = form.get("name", "").strip().lower()[:_LONGEST_NAME], find_local_path(form.get("zu", "/"))
    pages, now = visit.pages, visit.now
    address = pages.name_caller(visit.request)
    kept = {field.removeprefix(_KEPT): text for field, text in form.items() if field.startswith(_KEPT)}
    password = form.get("passwort", "")[: users.LONGEST_PASSWORD]
    browser = await browsers.find_browser(visit.users, name, read_mark(visit.request, pages.here))
    with pages.attempts.open_attempt(name, address, now, browser=browser, hashes=True) as attempt:
        if attempt.wait_s:
            fault = visit.words.say("sign-in-wait", count=-(-attempt.wait_s // 60))
            return render(visit, "sign_in.html", status=429, wanted=wanted, name=name, fault=fault, kept=kept)
        signed_in = await users.sign_in(visit.users, name, password)
        attempt.failed = signed_in is None
    if signed_in is None:
        fault = visit.words.say("sign-in-wrong")
        return render(visit, "sign_in.html", status=401, wanted=wanted, name=name, fault=fault, kept=kept)
    await end_session(visit)
    answer = render(visit, "resume.html", wanted=wanted, kept=kept) if kept else go_to(wanted)
    return set_session(answer, pages.here, signed_in)


async def show_signed_in(visit: Visit) -> Response:
    """Say that the sign-in is done, to who typed something into another window that waits for it."""
    return render(visit, "signed_in.html")


async def show_welcome(visit: Visit) -> Response:
    """Show the form for a first password, if the link is good; showing it does not use it up."""
    name, secret = read_query(visit, "name") or "", read_query(visit, "link") or ""
    return await _show_welcome(visit, name, secret)


async def choose_password(visit: Visit) -> Response:
    """Set the first password, use the link up, and begin a session."""
    form = await read_form(visit.request)
    name, secret, password = form.get("name", ""), form.get("link", ""), form.get("passwort", "")
    if password != form.get("passwort2"):
        return await _show_welcome(visit, name, secret, visit.words.say("password-twice"))
    try:
        signed_in = await users.choose_password(visit.users, name, secret, password)
    except Invalid as error:
        return await _show_welcome(visit, name, secret, visit.words.translate(error.reason))
    await end_session(visit)
    return set_session(go_to("/"), visit.pages.here, signed_in)


async def choose_language(visit: Visit) -> Response:
    """Remember a language, and return to the page."""
    wanted = visit.request.path_params["language"]
    answer = go_to(find_local_path(read_query(visit, "zu") or "/"))
    found = next((language for language in LANGUAGES if language == wanted), None)
    return set_language(answer, visit.pages.here, found) if found else answer


async def _show_welcome(visit: Visit, name: str, secret: str, fault: str = "") -> Response:
    user = await users.find_invited(visit.users, name, secret)
    if user is None:
        reason = "The link was used or is over: ask for a new one (`user reset`)."
        raise NotAllowed("link-over", reason)
    return render(visit, "welcome.html", status=422 if fault else 200, invited=user, secret=secret, fault=fault)
