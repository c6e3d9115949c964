"""The own settings: who one is here, the own language and password, and the end of all sessions."""

from starlette.responses import Response

from connector.controlplane.usecases.accounts import people
from connector.language.catalogue import LANGUAGES
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, read_query, render, set_language


async def show_settings(visit: Visit) -> Response:
    """Show the person's own settings."""
    return render(visit, "account.html", fault="", done=read_query(visit, "neu") is not None)


async def choose_language(visit: Visit) -> Response:
    """Remember the language of the person, in this browser and for messages."""
    form = await read_form(visit.request)
    chosen = next((language for language in LANGUAGES if language == form.get("sprache")), None)
    if chosen is None:
        raise FormFault("form-unreadable")
    await people.choose_language(visit.desk.users, visit.person, chosen)
    return set_language(go_to("/konto"), visit.pages.here, chosen)
