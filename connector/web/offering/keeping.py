"""What a person typed is kept on the server before anything is said about it, so that nothing is lost.

A form has the version that its page showed. If another window has saved since, the page comes back with what was typed,
and says so; sent again, it replaces the other answers.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.offering import offer_forms
from connector.ports.entities import OfferForm
from connector.web.frame.forms import AUTOSAVE, FormFault, read_form, read_version
from connector.web.frame.visit import Visit
from connector.web.rights import may_write

LONGEST_ANSWER = 20_000


class KeptForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form with what was typed, all fields that were sent, and whether another window has saved meanwhile."""

    form: OfferForm
    fields: Mapping[str, str]
    clash: bool = False

    @property
    def by_script(self) -> bool:
        """Whether the page saved by itself, and nobody goes on."""
        return self.fields.get(AUTOSAVE) == "1"


async def keep(visit: Visit, is_answer: Callable[[str], bool], flags: Sequence[str] = ()) -> KeptForm:
    """Save the answers of a sent form and return it; `flags` are fields that browsers leave out when they are empty.

    Raises FormFault, NoSuchEntity, Invalid.
    """
    fields = await read_form(visit.request)

    async def read(_: OfferForm) -> dict[str, str]:
        answers = {name: text[:LONGEST_ANSWER] for name, text in fields.items() if is_answer(name)}
        return answers | {name: fields.get(name, "") for name in flags}

    return await keep_read(visit, fields, read)


async def keep_read(
    visit: Visit, fields: Mapping[str, str], read: Callable[[OfferForm], Awaitable[Mapping[str, str]]]
) -> KeptForm:
    """Save what `read` makes of the sent fields beside the other answers. Raises FormFault, NoSuchEntity, Invalid."""
    context = visit.desk.context
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    form = await offer_forms.find(context, fields.get("id", ""))
    answers = await read(form)
    seen = read_version(fields, "stand")
    try:
        form = await offer_forms.save(context, form, visit.person.name, seen=seen, answers=answers)
    except NotAllowed as error:
        if error.code != "changed":
            raise
        typed = msgspec.structs.replace(form, answers={**form.answers, **answers})
        # Who sends the same once more has nothing to decide.
        return KeptForm(form=typed, fields=fields, clash=typed != form)
    return KeptForm(form=form, fields=fields)


def confirm_kept(kept: KeptForm) -> Response:
    """Answer the script of a page that saved by itself: the version that is stored now."""
    return Response(status_code=409 if kept.clash else 204, headers={"Stand": str(kept.form.version)})
