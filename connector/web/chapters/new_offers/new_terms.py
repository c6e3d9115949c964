"""A new offer, step 3: who may do what, from a template, with the terms in words and who could use the data."""

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging import library
from connector.controlplane.usecases.offering import offer_forms
from connector.ports.entities import OfferForm
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.offering.answers import read_inspection
from connector.web.offering.audience import find_audience
from connector.web.offering.changing import compare_with_offer
from connector.web.offering.controls import Option
from connector.web.offering.keeping import confirm_kept, keep
from connector.web.offering.steps import find_step, list_steps
from connector.web.offering.template_cards import CHOSEN, ParameterChoices, explain_terms, list_cards
from connector.web.offering.terms_of_form import write_document, write_policy
from connector.web.terms import describe_in_all


async def show_terms(visit: Visit) -> Response:
    """Show the templates with their parameters, and the terms that hold as they stand."""
    form = await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")
    if form.policy is not None:
        return go_to(make_link("/neues-angebot/saetze", id=form.id))
    return await _show(visit, form)


async def choose_terms(visit: Visit) -> Response:
    """Keep the template and its parameters; go on, or show what they mean."""
    kept = await keep(visit, _is_parameter)
    if kept.by_script:
        return confirm_kept(kept)
    if kept.clash:
        return await _show(visit, kept.form, (visit.words.say("offering.clash"), "stand"), status=409)
    if kept.fields.get("tun") == "zeigen":
        return go_to(find_step(kept.form, "bedingungen") + "#lesen")
    try:
        write_document(visit.desk.evaluator.library.operands, write_policy(kept.form))
    except Invalid as error:
        return await _show(visit, kept.form, explain_terms(visit.words, kept.form, error))
    return go_to(find_step(kept.form, "pruefen"))


def _list_known(visit: Visit, form: OfferForm) -> ParameterChoices:
    """Return the fields of the data, the other participants by name, and what the participant list says of them."""
    found, directory = read_inspection(form), visit.desk.evaluator.directory
    others = [listed for listed in directory.participants() if listed.id != visit.desk.context.participant]
    claims: dict[str, list[str]] = {}
    for other in others:
        for name, values in other.claims.items():
            claims.setdefault(name, []).extend(values)
    members = [Option(other.id, other.name or visit.words.party(other.id)) for other in others]
    return ParameterChoices(
        claims=claims,
        fields=tuple(Option(field.name, field.name) for field in found.seen.fields) if found else (),
        members=tuple(sorted(members, key=lambda one: one.label.casefold())),
    )


def _is_parameter(name: str) -> bool:
    return name == CHOSEN or name.partition(".")[0] in library.template_names()


async def _show(visit: Visit, form: OfferForm, fault: tuple[str, str] | None = None, status: int = 200) -> Response:
    evaluator, words = visit.desk.evaluator, visit.words
    audience, changes, read = None, None, []
    try:
        policy = write_policy(form)
        document = write_document(evaluator.library.operands, policy)
        read = await describe_in_all(evaluator.library, words, document)
        changes = await compare_with_offer(visit, form, document)
        audience = await find_audience(evaluator, words, policy)
        problem = ""
    except Invalid as error:
        problem = explain_terms(words, form, error)[0]
    return render(
        visit,
        "new_offer_terms.html",
        status=422 if fault and status == 200 else status,
        form=form,
        steps=list_steps(form, "bedingungen"),
        cards=list_cards(evaluator.library.operands, words, form, _list_known(visit, form)),
        read=read,
        changes=changes,
        problem=problem,
        audience=audience,
        fault=fault,
    )
