"""Templates of terms as cards to choose from: title, reason, and a control for each parameter. Pure.

The controls are made from the parameters: a new template, or a new parameter, appears by itself.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging import library
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.policies import UnfitParameter
from connector.language.catalogue import find_label, read_grammar
from connector.policy.model.policy import ODRL
from connector.policy.reading.templates import BilingualText, Input, Parameter, Template
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.words.names import name_value, subject
from connector.ports.entities import DataClass, OfferForm
from connector.web.frame.wording import PageWords
from connector.web.offering.controls import (
    UNIT,
    Control,
    ControlKind,
    Option,
    join_length,
    offer_lengths,
    split_length,
    split_lines,
)
from connector.web.typed import is_number, read_amount, read_day

CHOSEN = "vorlage"
NOTICE = "open-data.notice"
"""The answer that names the source of open data: its provider, until somebody writes another one."""
_RECIPIENT = ODRL + "recipient"
_MOST_LISTED = 60
_USUAL = {
    DataClass.OPEN: "open-data",
    DataClass.INTERNAL: "departments-only",
    DataClass.CONFIDENTIAL: "purpose",
    DataClass.PERSONAL: "personal-data",
}
"""The template that is chosen until a person chooses one, by the class of the data."""
_KINDS: dict[str, ControlKind] = {
    "number": "number",
    "whole": "number",
    "duration": "number",
    "day": "date",
    "code": "choice",
    "name": "text",
    "text": "text",
}


class TemplateCard(msgspec.Struct, frozen=True, kw_only=True):
    """A template as a card to choose; `chosen` is the one whose terms hold."""

    name: str
    title: str
    why: str
    controls: tuple[Control, ...]
    chosen: bool


def choose_template(answers: Mapping[str, str]) -> str:
    """Return the name of the template that is chosen, or of the usual one."""
    wanted = answers.get(CHOSEN, "")
    if wanted in library.template_names():
        return wanted
    return _USUAL[next((known for known in DataClass if known == answers.get("klasse")), DataClass.INTERNAL)]


class ParameterChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What parameters can be chosen from: the fields of the data, the other participants, and what is known of them.

    `claims` are the values that the participant list confirms, by the fact that they state, such as their groups.
    """

    fields: tuple[Option, ...] = ()
    members: tuple[Option, ...] = ()
    claims: Mapping[str, Sequence[str]] = {}


def list_cards(
    registry: Registry, words: PageWords, form: OfferForm, known: ParameterChoices | None = None
) -> tuple[TemplateCard, ...]:
    """Return all templates as cards, the chosen one first, then the usual one for the data."""
    chosen, usual = choose_template(form.answers), choose_template({**form.answers, CHOSEN: ""})
    names = sorted(library.template_names(), key=lambda name: (name != chosen, name != usual, name))
    offered = known or ParameterChoices()
    return tuple(_make_card(registry, words, library.template(name), form, offered, chosen=chosen) for name in names)


def read_policy(answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the policy of the chosen template, with its parameters as answered. Raises UnfitParameter."""
    template = library.template(choose_template(answers))
    given = {entry.name: _read_parameter(template, entry, answers) for entry in template.parameter}
    return policies.fill_template(template.name, {name: value for name, value in given.items() if value})


def write_filled(policy: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the answers of the template that says what a policy says; None if none does."""
    found = policies.find_template(policy)
    if found is None:
        return None
    template, answers = library.template(found[0]), {CHOSEN: found[0]}
    for entry in template.parameter:
        value, name = found[1].get(entry.name, entry.default), _name_field(template, entry)
        text = value if isinstance(value, str) else "\n".join(value)
        if entry.sort == "duration":
            text, answers[name + UNIT] = split_length(text)
        # As people here write amounts: a point would be read as a sign between thousands.
        answers[name] = text.replace(".", ",") if entry.sort == "number" else text
    return answers


def explain_terms(words: PageWords, form: OfferForm, error: Invalid) -> tuple[str, str]:
    """Return why the terms of a form are refused, with the label of a parameter, and the field to mend."""
    template = library.template(choose_template(form.answers))
    entry = next(
        (e for e in template.parameter if isinstance(error, UnfitParameter) and e.name == error.parameter), None
    )
    if entry is None:
        return words.translate(error.reason), f"{CHOSEN}-{template.name}"
    key = {"missing-parameter": "missing", "out-of-bounds": "bounds"}.get(error.code, entry.sort)
    label = words.capitalise(find_label(words.language, f"template:{template.name}:{entry.name}", _write_both(entry)))
    least, greatest = (_name_bound(words, entry, bound) for bound in (entry.least, entry.greatest))
    told = words.say(
        f"offering.parameter-{key}", label=read_grammar(words.language).quote(label), least=least, greatest=greatest
    )
    return told, _name_field(template, entry)


def _name_bound(words: PageWords, entry: Parameter, bound: str) -> str:
    number, unit = split_length(bound) if entry.sort == "duration" else (bound, "")
    written = read_grammar(words.language).write_number(Decimal(number)) if is_number(number) else number
    return f"{written} {words.say(f'offering.unit-{unit}')}" if unit else written


def _write_both(row: BilingualText | Parameter) -> dict[str, str]:
    return {"de": row.de, "en": row.en}


def _make_card(
    registry: Registry, words: PageWords, template: Template, form: OfferForm, known: ParameterChoices, *, chosen: str
) -> TemplateCard:
    def label(part: str, row: BilingualText | Parameter) -> str:
        return find_label(words.language, f"template:{template.name}:{part}", _write_both(row))

    return TemplateCard(
        name=template.name,
        title=label("title", template.title),
        why=label("why", template.why),
        controls=tuple(
            _make_control(registry, words, template, entry, label(entry.name, entry), form.answers, known)
            for entry in template.parameter
        ),
        chosen=template.name == chosen,
    )


def _name_field(template: Template, entry: Parameter) -> str:
    return f"{template.name}.{entry.name}"


def _make_control(
    registry: Registry,
    words: PageWords,
    template: Template,
    entry: Parameter,
    label: str,
    answers: Mapping[str, str],
    known: ParameterChoices,
) -> Control:
    name, default = _name_field(template, entry), entry.default
    usual, unit = (default if isinstance(default, str) else "\n".join(default)), ""
    if entry.sort == "duration":
        usual, unit = split_length(usual)
    operand = _find_operand(registry, template, entry)
    value = answers.get(name, usual)
    options = tuple(Option(each, _name_choice(registry, words, entry, operand, each)) for each in entry.choices)
    further = ""
    if entry.several and not entry.choices:
        options = _list_known(registry, words, operand, known, split_lines(value))
        if options and operand is not None and _is_claimed(operand):
            further = words.say("offering.further")
    return Control(
        name=name,
        kind=("several" if options else "lines") if entry.several else _KINDS[entry.sort],
        label=words.capitalise(label),
        value=value,
        options=options,
        units=offer_lengths(words) if entry.sort == "duration" else (),
        unit=answers.get(name + UNIT, unit),
        hint=words.say("offering.hint-lines") if entry.several and not options else "",
        further=further,
    )


def _list_known(
    registry: Registry, words: PageWords, operand: Operand | None, known: ParameterChoices, chosen: Sequence[str]
) -> tuple[Option, ...]:
    """Return what a parameter can be chosen from, with what was typed before; nothing if it is typed."""
    if operand is None:
        return ()
    listed = known.members if operand.iri == _RECIPIENT else known.fields if operand.fact == "field" else ()
    if _is_claimed(operand):
        return _list_claimed(registry, words, operand, [*chosen, *known.claims.get(operand.fact, ())])
    if not 0 < len(listed) <= _MOST_LISTED:
        return ()
    named = {option.value for option in listed}
    return (*listed, *(Option(value, value) for value in chosen if value not in named))


def _is_claimed(operand: Operand) -> bool:
    """Return whether values of an operand are those of claims; a recipient is a participant."""
    return operand.source == "credential" and operand.iri != _RECIPIENT


def _list_claimed(registry: Registry, words: PageWords, operand: Operand, values: Sequence[str]) -> tuple[Option, ...]:
    """Return values that claims have, each once, by what people call them."""
    named = [Option(value, name_value(value, operand, registry, words.language)) for value in dict.fromkeys(values)]
    return tuple(sorted(named[:_MOST_LISTED], key=lambda option: option.label.casefold()))


def _name_choice(registry: Registry, words: PageWords, entry: Parameter, operand: Operand | None, choice: str) -> str:
    """Return what people call a choice: the operand that it places, or the value of the operand that it is for."""
    if entry.places:
        placed = dict(zip(entry.choices, entry.places, strict=True))[choice]
        return words.capitalise(subject(expand(placed, {}), registry, words.language))
    return name_value(expand(choice, {}), operand, registry, words.language) if operand else choice


def _find_operand(registry: Registry, template: Template, entry: Parameter) -> Operand | None:
    """Return the operand whose right side a parameter is."""
    for constraint in _walk(template.policy):
        left, right = constraint.get("leftOperand"), constraint.get("rightOperand")
        if isinstance(left, str) and right == {"parameter": entry.name}:
            return registry.operands.get(expand(left, {}))
    return None


def _walk(node: object) -> list[Mapping[str, object]]:
    if isinstance(node, Mapping):
        own = [node] if "leftOperand" in node else []
        return own + [found for value in node.values() for found in _walk(value)]
    return [found for value in node for found in _walk(value)] if isinstance(node, list) else []


def _read_parameter(template: Template, entry: Parameter, answers: Mapping[str, str]) -> Input:
    name = _name_field(template, entry)
    if name not in answers:
        return entry.default
    if entry.several:
        return split_lines(answers[name])
    text = answers[name].strip()
    if entry.sort == "duration":
        return join_length(text, answers.get(name + UNIT, ""))
    if entry.sort not in {"number", "whole"}:
        return read_day(text) if entry.sort == "day" else text
    # No template has another number with decimals than an amount of money.
    return read_amount(text)
