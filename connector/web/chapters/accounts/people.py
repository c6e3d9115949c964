"""People and their roles, for the operator: add, give roles, send a link, disable and admit.

At a broker, a person can read for an organisation: the search shows what that participant sees. The use cases are those
of `datenkontor user`. Nobody changes the own roles here, and one who operates is always left.
"""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NotAllowed, UseCaseError
from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import people
from connector.controlplane.usecases.users import InvitedUser
from connector.ports.entities import User, UserRole
from connector.ports.identity import Participant
from connector.views.users import UserOrder
from connector.web.frame.forms import FormFault, read_form, read_version
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render

PEOPLE, PERSON = "/konto/personen", "/konto/personen/person"
_MOST_MEMBERS = 200
_DONE = frozenset({"rollen", "organisation", "gesperrt", "offen"})


async def show_people(visit: Visit) -> Response:
    """List the people with their roles, and the form for a new one."""
    return await _show_people(visit)


async def add(visit: Visit) -> Response:
    """Add a person; the page shows the link for the password, once."""
    form = await read_form(visit.request)
    said = {"name": form.get("name", "").strip().lower(), "person": " ".join(form.get("person", "").split())}
    try:
        member = _read_member(visit, form)
        order = msgspec.convert({**said, "roles": form.get("rollen", "").split(), "member": member}, UserOrder)
        invited = await users.add(visit.users, order, by=visit.person.name)
    except msgspec.ValidationError:
        return await _show_people(visit, form, visit.words.say("accounts.add-wrong"))
    except (Invalid, NotAllowed) as error:
        return await _show_people(visit, form, visit.words.translate(error.reason))
    except FormFault as fault:
        return await _show_people(visit, form, visit.words.say(fault.key))
    return _show_link(visit, invited)


async def show_person(visit: Visit) -> Response:
    """Show one person, else oneself: roles, and what can be done with the account."""
    shown = await users.find(visit.users, read_query(visit, "name") or visit.person.name)
    done = read_query(visit, "fertig")
    return await _show_person(visit, shown, done=visit.words.say(f"accounts.done-{done}") if done in _DONE else "")


async def change_roles(visit: Visit) -> Response:
    """Give a person other roles."""
    form = await read_form(visit.request)
    chosen = form.get("rollen", "").split()
    roles = [role for role in UserRole if role in chosen]
    shown = await _find_changed(visit, form, *roles)
    try:
        await people.change_roles(visit.users, shown.name, roles, by=visit.person.name)
    except UseCaseError as error:
        return await _show_person(visit, shown, fault=visit.words.translate(error.reason))
    return _go_back(shown, "rollen")


async def change_member(visit: Visit) -> Response:
    """Let a person read for another organisation, at a broker."""
    form = await read_form(visit.request)
    shown = await _find_changed(visit, form, UserRole.OPERATOR)
    try:
        await people.choose_member(visit.users, shown.name, _read_member(visit, form), by=visit.person.name)
    except FormFault as fault:
        return await _show_person(visit, shown, fault=visit.words.say(fault.key))
    return _go_back(shown, "organisation")


async def send_link(visit: Visit) -> Response:
    """Make a new link for a password; the page shows it, once."""
    shown = await _find_changed(visit, await read_form(visit.request), UserRole.OPERATOR)
    return _show_link(visit, await users.invite(visit.users, shown.name, by=visit.person.name))


async def disable(visit: Visit) -> Response:
    """Disable an account: all its sessions end."""
    shown = await _find_changed(visit, await read_form(visit.request))
    await users.disable(visit.users, shown.name, by=visit.person.name)
    return _go_back(shown, "gesperrt")


async def admit(visit: Visit) -> Response:
    """Admit a disabled account again."""
    shown = await _find_changed(visit, await read_form(visit.request), UserRole.OPERATOR)
    await users.admit(visit.users, shown.name, by=visit.person.name)
    return _go_back(shown, "offen")


async def _find_changed(visit: Visit, form: Mapping[str, str], *left: UserRole) -> User:
    """Return the user of a form as it was shown, if this person may change it so that the roles `left` are left.

    Raises NoSuchEntity, NotAllowed, FormFault.
    """
    shown = await people.check_by_operator(visit.users, visit.person, form.get("name", ""), left)
    if shown.version != read_version(form, "stand"):
        raise FormFault("error-changed", 409)
    return shown


def _read_member(visit: Visit, form: Mapping[str, str]) -> str:
    """Return the participant that a form names by identifier or by name; empty for none. Raises FormFault."""
    said = " ".join(form.get("organisation", "").split())
    if not said or not visit.public:
        return ""
    known = visit.broker.directory.participants()
    named = [one.id for one in known if said == one.id] or [one.id for one in known if said == one.name]
    if len(named) != 1:
        raise FormFault("accounts.member-unknown")
    return named[0]


def _list_members(visit: Visit) -> Sequence[Participant]:
    """Return participants to choose from, by name: at a broker the first ones of the participant list."""
    known = visit.broker.directory.participants() if visit.public else ()
    return sorted(known, key=lambda one: (one.name, one.id))[:_MOST_MEMBERS]


async def _show_people(visit: Visit, said: Mapping[str, str] | None = None, fault: str = "") -> Response:
    found = await users.list_users(visit.users)
    status = 422 if fault else 200
    return render(
        visit,
        "people.html",
        status=status,
        found=found,
        roles=visit.users.roles,
        said=said or {},
        fault=fault,
        members=_list_members(visit),
    )


async def _show_person(visit: Visit, shown: User, *, fault: str = "", done: str = "") -> Response:
    status = 422 if fault else 200
    return render(
        visit,
        "person.html",
        status=status,
        shown=shown,
        problem=await people.find_problem(visit.users, shown.name),
        roles=visit.users.roles,
        members=_list_members(visit),
        fault=fault,
        done=done,
    )


def _show_link(visit: Visit, invited: InvitedUser) -> Response:
    # Not after a redirection: the secret would be in an address here, and in the history of the browser.
    return render(visit, "invited.html", invited=invited.user, address=invited.link)


def _go_back(shown: User, done: str) -> Response:
    return go_to(make_link(PERSON, name=shown.name, fertig=done))
