"""The editor of terms: sentences instead of JSON, with the card, the remarks, a dry run, and ODRL in and out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

import msgspec
from starlette.responses import Response

from connector.controlplane.core import instants
from connector.controlplane.core.errors import Invalid, UseCaseError
from connector.controlplane.judging.acceptance import to_unreadable
from connector.controlplane.judging.policy_input import from_turtle, write_wire
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.offering import offer_forms
from connector.controlplane.usecases.trying.dry_runs import decide_question
from connector.controlplane.usecases.trying.trials import TrialDecision
from connector.net.aside import work_aside
from connector.policy.model.errors import PolicyError
from connector.ports.entities import OfferForm
from connector.views.policies import TrialOrder
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.offering.changing import compare_with_offer
from connector.web.offering.keeping import KeptForm, confirm_kept, keep
from connector.web.offering.steps import find_step, list_steps
from connector.web.offering.terms_of_form import find_policy, normalise, write_document
from connector.web.sentences import document as parts
from connector.web.sentences.document import Document, TooManyParts
from connector.web.sentences.lines import list_lines, list_values, read_lines
from connector.web.sentences.remarks import place_remarks
from connector.web.terms import describe_in_all
from connector.web.typed import parse_typed_day

PATH = "/neues-angebot/saetze"
LONGEST_IMPORT = 100_000
_CONTEXT = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld"
_ACTS: Mapping[str, Callable[[Document, str], Document]] = {
    "regel": parts.add_rule,
    "bedingung": parts.add_condition,
    "gruppe": parts.add_group,
    "pflicht": parts.add_duty,
    "weg": parts.remove,
    "ein": parts.indent,
    "aus": parts.outdent,
}
"""What the buttons of a line do, by the first word of their value; the path of the line follows."""


async def show_sentences(visit: Visit) -> Response:
    """Show the terms of a form as sentences."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    return await _show(visit, form)


async def write_sentences(visit: Visit) -> Response:
    """Keep the sentences, and do what the button says: change a part, go back to the templates, or go on."""
    kept = await keep(visit, lambda _: False)
    words, act = visit.words, kept.fields.get("tun", "")
    if kept.clash or kept.form.version != int(kept.fields["stand"]):
        if kept.by_script:
            return Response(status_code=409)
        return await _show(visit, kept.form, words.say("terms.clash"), status=409)
    if act == "vorlagen":
        await _save(visit, kept.form, policy=None)
        return go_to(find_step(kept.form, "bedingungen"))
    try:
        form = await _write(visit, kept, act)
    except TooManyParts:
        return await _show(visit, kept.form, words.say("terms.too-many"))
    except PolicyError as error:
        return await _show(visit, kept.form, words.pick(to_unreadable(error).texts), typed=kept.fields.get("odrl", ""))
    except ValueError:
        return await _show(visit, kept.form, words.say("terms.no-odrl"), typed=kept.fields.get("odrl", ""))
    if kept.by_script:
        return confirm_kept(KeptForm(form=form, fields=kept.fields))
    if act == "weiter":
        return await _go_on(visit, form)
    target = act.partition(":")[2]
    return go_to(make_link(PATH, id=form.id) + (f"#s-{target}" if target else "#saetze"))


async def export_terms(visit: Visit) -> Response:
    """Return the terms as ODRL in JSON-LD, as they travel. Raises Invalid."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    try:
        wire = write_wire(_read_policy(form), visit.desk.evaluator.library.operands)
    except PolicyError as error:
        texts = to_unreadable(error).texts
        raise Invalid(error.code, texts["en"], texts) from None
    body = msgspec.json.format(msgspec.json.encode({"@context": _CONTEXT, **wire}), indent=2)
    headers = {"Content-Disposition": 'attachment; filename="terms.jsonld"'}
    return Response(body, media_type="application/ld+json", headers=headers)


async def _write(visit: Visit, kept: KeptForm, act: str) -> OfferForm:
    """Save the policy that the fields and the button say. Raises TooManyParts, PolicyError, ValueError."""
    registry = visit.desk.evaluator.library.operands
    if act == "einlesen":
        text = kept.fields.get("odrl", "")[:LONGEST_IMPORT]
        policy = await work_aside(len(text), lambda: _import(text))
    else:
        policy = read_lines(registry, _read_policy(kept.form), kept.fields)
        name, _, target = act.partition(":")
        if name in _ACTS:
            policy = _ACTS[name](policy, target)
    return await _save(visit, kept.form, policy=msgspec.json.encode(policy))


async def _save(visit: Visit, form: OfferForm, **changed: Any) -> OfferForm:
    return await offer_forms.save(visit.desk.context, form, visit.person.name, seen=form.version, **changed)


def _import(text: str) -> Document:
    """Return the policy of a text in JSON-LD or Turtle. Raises PolicyError, ValueError."""
    if text.lstrip().startswith(("{", "[")):
        read = msgspec.json.decode(text)
        if not isinstance(read, dict):
            raise ValueError(text[:1])
        return normalise(read)
    return normalise(from_turtle(text.encode()))


def _read_policy(form: OfferForm) -> Document:
    """Return the policy that is edited: the sentences, or those of the template that is chosen."""
    if form.policy is not None:
        written: Document = msgspec.json.decode(form.policy)
        return written
    policy = find_policy(form)
    return normalise(policy) if policy is not None else {"@type": "Offer", "permission": [{"action": "use"}]}


async def _go_on(visit: Visit, form: OfferForm) -> Response:
    try:
        write_document(visit.desk.evaluator.library.operands, _read_policy(form))
    except Invalid as error:
        return await _show(visit, form, visit.words.translate(error.reason))
    return go_to(find_step(form, "pruefen"))


async def _show(visit: Visit, form: OfferForm, fault: str = "", status: int = 200, typed: str = "") -> Response:
    evaluator, words, policy = visit.desk.evaluator, visit.words, _read_policy(form)
    library, now = evaluator.library, instants.instant(visit.desk.context.now())
    read, changes, problem = [], None, ""
    try:
        written = write_document(library.operands, policy)
        read = await describe_in_all(library, words, written)
        changes = await compare_with_offer(visit, form, written)
    except Invalid as error:
        problem = words.translate(error.reason)
    size = len(form.policy or b"")
    remarks = await work_aside(size, lambda: policies.examine(library, policy, now)) if not problem else ()
    lines = list_lines(library.operands, words, policy)
    purpose = library.operands.operands["http://www.w3.org/ns/odrl/2/purpose"]
    return render(
        visit,
        "sentences.html",
        status=422 if fault and status == 200 else status,
        form=form,
        steps=list_steps(form, "bedingungen"),
        lines=lines,
        kinds=parts.RULES,
        read=read,
        changes=changes,
        problem=problem,
        remarks=place_remarks(words, lines, remarks),
        members=sorted(evaluator.directory.participants(), key=lambda listed: (listed.name or listed.id).casefold()),
        purposes=list_values(library.operands, words, purpose),
        tried=await _try(visit, policy) if read_query(visit, "wer") and not problem else None,
        fault=fault,
        typed=typed,
    )


async def _try(visit: Visit, policy: Document) -> TrialDecision | str:
    """Return the decision of the dry run that the query asks for, or why there is none."""
    day, purpose = read_query(visit, "wann") or "", read_query(visit, "zweck")
    try:
        noon = datetime.combine(parse_typed_day(day), time(12), visit.words.zone) if day else None
        at = noon.astimezone(UTC) if noon else None
        facts: dict[str, tuple[str, ...]] = {"purpose": (purpose,)} if purpose else {}
        question = TrialOrder(policy=policy, participant=(read_query(visit, "wer") or "")[:1000], at=at, facts=facts)
        return await decide_question(visit.desk.evaluator, question)
    except UseCaseError as error:
        return visit.words.pick(error.reasons) or visit.words.translate(error.reason)
    except (ValueError, OverflowError):
        return visit.words.say("terms.no-day")
