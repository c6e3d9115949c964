"""The own settings: who one is here, the own language, what one is told, and the end of all sessions."""

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid
from connector.controlplane.notices.choosing import list_kinds
from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import people
from connector.controlplane.usecases.accounts.people import NoticeChoice
from connector.language.catalogue import LANGUAGES
from connector.views.users import NoticePace
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, read_query, render, set_language, set_session


async def show_settings(visit: Visit) -> Response:
    """Show the person's own settings."""
    return await show_account(visit, done=visit.words.find(f"accounts.saved-{read_query(visit, 'fertig')}"))


async def choose_language(visit: Visit) -> Response:
    """Remember the language of the person, in this browser and for messages."""
    form = await read_form(visit.request)
    chosen = next((language for language in LANGUAGES if language == form.get("sprache")), None)
    if chosen is None:
        raise FormFault("form-unreadable")
    await people.choose_language(visit.users, visit.person, chosen)
    return set_language(go_to("/konto?fertig=sprache"), visit.pages.here, chosen)


async def change_password(visit: Visit) -> Response:
    """Change the own password; all other sessions end."""
    form = await read_form(visit.request)
    old, new = form.get("bisher", ""), form.get("passwort", "")
    pages, now = visit.pages, visit.now
    name, address = visit.person.name, pages.name_caller(visit.request)
    fault = "" if new == form.get("passwort2") else visit.words.say("password-twice")
    # Who has signed in is no stranger: what others fail at does not count.
    with pages.attempts.open_attempt(name, address, now, browser="signed in") as attempt:
        if attempt.wait_s:
            fault = visit.words.say("sign-in-wait", count=-(-attempt.wait_s // 60))
        if not fault:
            try:
                changed = await users.change_password(visit.users, visit.person, old, new)
            except Invalid as error:
                attempt.failed = True
                fault = visit.words.translate(error.reason)
            else:
                return set_session(go_to("/konto?fertig=passwort"), pages.here, changed)
    return await show_account(visit, fault=fault)


async def choose_notices(visit: Visit) -> Response:
    """Keep how the person wants to be told; a new webhook's secret is shown once."""
    form = await read_form(visit.request)
    wanted, concerning = form.get("arten", "").split(), list_kinds(visit.person.roles)
    said = {
        "pace": form.get("takt", ""),
        "muted": [
            *(kind for kind in visit.person.muted if kind not in concerning),
            *(kind for kind in concerning if kind not in wanted),
        ],
        "email": None if visit.person.login else form.get("email", "").strip(),
        "webhook": form.get("webhook", "").strip(),
    }
    try:
        choice = msgspec.convert(said, NoticeChoice)
    except msgspec.ValidationError:
        return await show_account(visit, notice_fault=visit.words.say("notices.wrong"))
    changed = await people.choose_notices(visit.users, visit.person, choice)
    if changed.webhook_secret != visit.person.webhook_secret and changed.webhook:
        shown = msgspec.structs.replace(visit, user=changed)
        return await show_account(
            shown, done=shown.words.say("accounts.saved-nachrichten"), secret=changed.webhook_secret
        )
    return go_to("/konto?fertig=nachrichten")


async def show_account(
    visit: Visit,
    *,
    fault: str = "",
    done: str = "",
    notice_fault: str = "",
    secret: str = "",
) -> Response:
    """Show the settings, with what was done or is wrong with the password or the messages."""
    return render(
        visit,
        "account.html",
        status=422 if fault or notice_fault else 200,
        fault=fault,
        done=done,
        notice_fault=notice_fault,
        secret=secret,
        problem=await people.find_problem(visit.users, visit.person.name),
        paces=list(NoticePace),
        kinds=list_kinds(visit.person.roles),
    )
