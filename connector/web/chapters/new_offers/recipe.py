"""A new product, step 1: its inputs and steps, what they come to, and the terms that the inputs allow."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.usecases import users
from connector.controlplane.usecases.offering import offer_forms
from connector.controlplane.usecases.offering.inspecting import RecipeTrial, keep_inspection, try_recipe
from connector.ports.entities import DataClass, OfferForm
from connector.views.recipes import RecipeFault, is_recipe, is_statistical, read_recipe
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.offering.answers import suggest_answers
from connector.web.offering.keeping import LONGEST_ANSWER, KeptForm, confirm_kept, keep_read
from connector.web.offering.steps import RECIPE, find_step, list_steps
from connector.web.offering.template_cards import CHOSEN
from connector.web.offering.terms_of_form import normalise, write_document
from connector.web.recipes.cards import list_steps_of, list_whole
from connector.web.recipes.choosing import learn_columns, list_choices_of, name_titles
from connector.web.recipes.draft import RecipeDraft, TooLong, act, load_draft, read_draft, store_draft
from connector.web.recipes.fields import STEPS
from connector.web.recipes.reading import DraftFault, read_recipe_draft, write_recipe
from connector.web.rights import ASKERS, may_write
from connector.web.showing.rows import find_numbers
from connector.web.terms import describe_in_all

PATH = "/neues-angebot/rezept"
_DEEDS = ("dazu", "weg", "hoch")


class _Tried(NamedTuple):
    """The recipe of a draft, the name of the product until a person gives it one, and what is made of it now."""

    source: dict[str, Any]
    name: str
    trial: RecipeTrial


async def show_recipe(visit: Visit) -> Response:
    """Show the recipe of a form; with `zeigen`, what it makes of its inputs now."""
    wanted = read_query(visit, "id")
    form = await offer_forms.find(visit.desk.context, wanted) if wanted else None
    try:
        draft = _find_draft(form)
    except TooLong:
        return await _show(visit, form, load_draft({}), visit.words.say("recipe.too-long-to-show"))
    if form is None or not read_query(visit, "zeigen"):
        return await _show(visit, form, draft)
    try:
        return await _show(visit, form, draft, trial=(await _try(visit, form, draft)).trial)
    except (DraftFault, UseCaseError) as fault:
        return await _show(visit, form, draft, *_explain(visit, fault))


async def write_recipe_draft(visit: Visit) -> Response:
    """Keep what is typed of a recipe, and do what the button says: change a part, show the result, or go on."""
    fields = await read_form(visit.request)
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    wanted = fields.get("tun", "")
    try:
        kept = await _keep(visit, fields)
    except TooLong:
        form = await offer_forms.find(visit.desk.context, fields["id"]) if fields.get("id") else None
        return await _show(visit, form, read_draft(fields, _find_draft(form)), visit.words.say("recipe.too-long"))
    form = kept.form
    if kept.by_script:
        return confirm_kept(kept)
    if kept.clash:
        return await _show(visit, form, _find_draft(form), visit.words.say("offering.clash"), "stand", status=409)
    if wanted == "weiter":
        return await _go_on(visit, form)
    if wanted.partition(":")[0] in _DEEDS:
        return go_to(make_link(PATH, id=form.id) + ("#quellen" if "quelle" in wanted else "#schritte"))
    return go_to(make_link(PATH, id=form.id, zeigen="1") + "#vorschau")


async def _keep(visit: Visit, fields: Mapping[str, str]) -> KeptForm:
    """Save the draft that the fields and the button say, in a new form if they name none. Raises TooLong."""
    wanted = fields.get("tun", "")

    async def read(form: OfferForm | None) -> Mapping[str, str]:
        draft = read_draft(fields, _find_draft(form))
        if wanted.partition(":")[0] in _DEEDS:
            draft = act(draft, wanted)
        stored = store_draft(await learn_columns(visit, draft))
        if len(stored) > LONGEST_ANSWER:
            raise TooLong(wanted)
        return {RECIPE: stored}

    if fields.get("id"):
        return await keep_read(visit, fields, read)
    form = await offer_forms.begin_once(visit.desk.context, visit.person.name, await read(None))
    return KeptForm(form=form, fields=fields)


def _find_draft(form: OfferForm | None) -> RecipeDraft:
    """Return the draft of a form: as it was typed, else as the recipe of its product says. Raises TooLong."""
    if form is not None and RECIPE not in form.answers and form.source and is_recipe(form.source):
        return read_recipe_draft(read_recipe(form.source))
    return load_draft(form.answers if form else {})


async def _try(visit: Visit, form: OfferForm, draft: RecipeDraft) -> _Tried:
    """Try the recipe of a draft. Raises DraftFault, Invalid, NotAllowed."""
    titles = name_titles(await list_choices_of(visit, form.asset))
    source, name = write_recipe(draft, titles), _name(draft, titles)
    return _Tried(source, name, await try_recipe(visit.desk.publisher, source, name))


async def _go_on(visit: Visit, form: OfferForm) -> Response:
    """Take the recipe as the data of the offer, with the terms that its inputs allow, and go on."""
    draft = _find_draft(form)
    try:
        source, name, trial = await _try(visit, form, draft)
    except (DraftFault, UseCaseError) as fault:
        return await _show(visit, form, draft, *_explain(visit, fault))
    found = keep_inspection(trial.seen, name)
    answers = suggest_answers(form, found, name)
    if trial.personal and not is_statistical(read_recipe(source)):
        answers["klasse"] = DataClass.PERSONAL.value
    changed: dict[str, Any] = {"source": source, "found": msgspec.json.encode(found)}
    if not form.asset and (_list_inputs(form.source) != _list_inputs(source) or not _has_terms(form)):
        changed["policy"] = msgspec.json.encode(normalise(trial.terms))
    context, by = visit.desk.context, visit.person.name
    form = await offer_forms.save(context, form, by, seen=form.version, answers=answers, **changed)
    return go_to(find_step(form, "beschreibung"))


def _has_terms(form: OfferForm) -> bool:
    return form.policy is not None or CHOSEN in form.answers


def _list_inputs(source: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return what a recipe is made of; nothing for other data."""
    try:
        recipe = read_recipe(dict(source or {}))
    except RecipeFault:
        return []
    return [(entry.asset, entry.agreement) for entry in recipe.inputs]


def _name(draft: RecipeDraft, titles: Mapping[str, str]) -> str:
    """Return the name that a product has until a person gives it one: the titles of its inputs."""
    return " + ".join(title for entry in draft.inputs if (title := titles.get(entry.of)))[:200]


def _explain(visit: Visit, fault: DraftFault | UseCaseError) -> tuple[str, str]:
    """Return what is wrong, and the field at which it is, if it is at one."""
    if isinstance(fault, DraftFault):
        return visit.words.say(f"recipe.{fault.key}"), fault.field
    return visit.words.pick(fault.reasons) or visit.words.translate(fault.reason), ""


def _list_rows(trial: RecipeTrial) -> list[tuple[str, ...]]:
    """Return the first rows as texts, in the order of the columns."""
    seen = trial.seen
    return [tuple(str(row.get(field.name, "")) for field in seen.fields) for row in seen.first]


def _may_see(visit: Visit, trial: RecipeTrial) -> bool:
    """Whether a person sees rows: nobody those about persons, and of data of others who may open deliveries."""
    if trial.personal:
        return False
    return all(entry.own for entry in trial.inputs) or users.has_role(visit.person, ASKERS)


async def _show(
    visit: Visit,
    form: OfferForm | None,
    draft: RecipeDraft,
    fault: str = "",
    wrong: str = "",
    status: int = 200,
    trial: RecipeTrial | None = None,
) -> Response:
    words, library = visit.words, visit.desk.evaluator.library
    choices = await list_choices_of(visit, form.asset if form else "")
    titles = name_titles(choices)
    document = write_document(library.operands, trial.terms) if trial else None
    rows = _list_rows(trial) if trial and _may_see(visit, trial) else None
    columns = dict.fromkeys(name for entry in draft.inputs for name in entry.columns)
    return render(
        visit,
        "recipe.html",
        status=422 if fault and status == 200 else status,
        form=form,
        steps=list_steps(form, "daten"),
        draft=draft,
        choices=choices,
        titles=titles,
        cards=list_steps_of(words, draft, titles),
        whole=list_whole(words, draft),
        kinds=tuple(STEPS),
        columns=tuple(columns),
        trial=trial,
        rows=rows,
        numbers=find_numbers(rows or ()),
        read=await describe_in_all(library, words, document) if document else [],
        fault=fault,
        wrong=wrong,
    )
