"""A request with other terms than offered: sentences to change, what differs in words, and only then the check.

Nothing is kept at the server: the terms travel with the form of the page, and are checked like any others. The terms of
an agreement that ends can be asked for again in the same way.
"""

from collections.abc import Callable, Mapping

import msgspec
from starlette.responses import Response

from connector.controlplane.core import instants
from connector.controlplane.core.documents import drop_frame
from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.asking.requesting import PreparedRequest
from connector.net.aside import work_aside
from connector.policy.model.errors import PolicyError
from connector.protocol.dsp.common import Role
from connector.web.chapters.getting import asking
from connector.web.chapters.getting.asking import RequestForm
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, name_party, render
from connector.web.offering.terms_of_form import normalise
from connector.web.sentences import document as parts
from connector.web.sentences.document import Document, TooManyParts
from connector.web.sentences.lines import list_lines, read_lines
from connector.web.sentences.remarks import place_remarks
from connector.web.terms import Terms, TermsChanges, compare_terms, describe_terms

PATH = "/suche/anfrage/bedingungen"
_ACTS: Mapping[str, Callable[[Document, str], Document]] = {
    "regel": parts.add_rule,
    "bedingung": parts.add_condition,
    "pflicht": parts.add_duty,
    "weg": parts.remove,
}
"""What the buttons do, by the first word of their value; the path of a line follows."""


async def write_terms(visit: Visit) -> Response:
    """Show the terms with the change that a button asks for, or what would be asked on them."""
    given = await read_form(visit.request)
    form, policy = await _read(visit, given)
    fault, act = "", given.get("tun", "")
    name, _, target = act.partition(":")
    try:
        policy = read_lines(visit.desk.evaluator.library.operands, policy, given)
        policy = _ACTS[name](policy, target) if name in _ACTS else policy
    except TooManyParts:
        fault = visit.words.say("terms.too-many")
    form = msgspec.structs.replace(form, terms=msgspec.json.encode(policy).decode())
    if act == "weiter" and not fault:
        try:
            return await asking.check_terms(visit, form)
        except Invalid as error:
            fault = visit.words.pick(error.reasons) or visit.words.translate(error.reason)
    return await _show(visit, form, policy, fault, again=bool(given.get("vertrag")))


async def _read(visit: Visit, given: Mapping[str, str]) -> tuple[RequestForm, Document]:
    """Return what is asked for, with the terms of the form, of an agreement, or of the offer. Raises FormFault."""
    form = asking.read_answers(given)
    try:
        if key := given.get("vertrag", ""):
            agreement = await find_agreement(visit.desk.context, key, Role.CONSUMER)
            form = RequestForm(participant=agreement.counterparty, dataset=agreement.dataset)
            return form, await _normalise(agreement.document)
        if form.terms:
            return form, await _normalise(form.terms.encode())
        prepared = await asking.prepare_form(visit, form)
        return form, await _normalise(prepared.offer)
    except (msgspec.MsgspecError, PolicyError, RecursionError, AttributeError):
        raise FormFault("form-unreadable") from None


async def _normalise(policy: bytes) -> Document:
    """Return terms as they are edited. Raises FormFault if they have more parts than a page shows."""
    found = await work_aside(len(policy), lambda: normalise(drop_frame(policy)))
    if sum(1 for _ in parts.walk(found)) > parts.MOST_PARTS:
        raise FormFault("terms.too-many")
    return found


async def _show(visit: Visit, form: RequestForm, policy: Document, fault: str, *, again: bool) -> Response:
    library, words = visit.desk.evaluator.library, visit.words
    read, changes, problem = Terms(), TermsChanges(), ""
    lines, now = list_lines(library.operands, words, policy), instants.instant(visit.now)
    found = await work_aside(len(form.terms), lambda: policies.examine(library, policy, now))
    errors = place_remarks(words, lines, [remark for remark in found if remark.level == "error"])
    try:
        prepared: PreparedRequest = await asking.prepare_form(visit, form)
        read = await describe_terms(library, words, prepared.offer)
        changes = await compare_terms(library, words, prepared.offered, prepared.offer)
    except Invalid as error:
        problem = words.pick(error.reasons) or words.translate(error.reason)
    return render(
        visit,
        "ask_terms.html",
        status=422 if fault else 200,
        form=form,
        back=form.make_link("/suche/anfrage/pruefen"),
        party=name_party(visit, form.participant),
        lines=lines,
        errors=errors,
        kinds=parts.RULES,
        read=read,
        changes=changes,
        problem=problem,
        fault=fault,
        again=again,
    )
