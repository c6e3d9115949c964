"""Answers about an offer, as a person types them: suggested, read as an order, and written from an asset. Pure.

The names of the fields are those of the forms.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.controlplane.usecases.offering.inspecting import Inspection
from connector.controlplane.usecases.offering.suggesting import suggest_title
from connector.language.catalogue import read_grammar
from connector.ports.entities import Asset, AssetStatement, DataClass, Marking, OfferForm
from connector.semantic.codes import find_code
from connector.views.assets import DEFAULT_MEDIA_TYPE, FORM_TYPES, AssetOrder, Records, find_record_format
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime
from connector.views.recipes import is_recipe
from connector.web.frame.wording import PageWords
from connector.web.offering.controls import read_answer, split_lines
from connector.web.typed import read_day, read_numbers

TEXTS = ("titel", "titel_en", "text", "text_en", "stichworte", "thema", "haeufigkeit", "sprache", "lizenz")
PLACES = ("ort", "ags", "box", "von", "bis", "kontakt", "kontakt_email")
OF_PERSONS = ("personenbezug", "rechtsgrundlage", "person")
"""Fields that count for personal data alone."""
FLAGS = ("laufend",)
DESCRIPTION = (*TEXTS, *PLACES, "klasse", *OF_PERSONS, "formen", *FLAGS)
"""The fields of the description."""

FIELD_OF = {
    "title": "titel",
    "too-long": "titel",
    "theme": "thema",
    "language": "sprache",
    "licence": "lizenz",
    "frequency": "haeufigkeit",
    "contact": "kontakt_email",
    "contact.name": "kontakt",
    "contact.email": "kontakt_email",
    "place": "ags",
    "place.name": "ort",
    "place.key": "ags",
    "place.box": "box",
    "period": "von",
    "period.start": "von",
    "period.end": "bis",
    "legal-basis": "rechtsgrundlage",
    "marking": "personenbezug",
    "personal-input": "klasse",
    "records": "person",
    "forms": "formen",
}
"""The field in which the cause of a refusal is, by the code of the refusal or the member that it names."""
_MEMBER = re.compile(r"`([a-z_.]+)`")
_MOST_FIELDS = 500
_UNREADABLE = (0.0,)
"""A box that the check of a description refuses."""
_COMPOSED = ("title", "description", "contact", "place", "period", "stated")
_CHANGING = (*_COMPOSED, "keywords", "themes", "data_class", "live", "licence", "frequency", "records", "forms")


def read_inspection(form: OfferForm | None) -> Inspection | None:
    """Return what the inspection of the data of a form found, if there was one."""
    return msgspec.json.decode(form.found, type=Inspection) if form is not None and form.found else None


def explain_refusal(words: PageWords, code: str, reason: str) -> tuple[str, str]:
    """Return why a description is refused, with the labels of the form, and the field in which the cause is."""
    members = [member for member in _MEMBER.findall(reason) if member in FIELD_OF]
    text = words.translate(reason)
    for member in members:
        label = words.say(f"offering.field-{FIELD_OF[member]}")
        text = text.replace(f"`{member}`", read_grammar(words.language).quote(label))
    return text, FIELD_OF.get(members[0] if len(members) == 1 else code, FIELD_OF.get(code, "titel"))


def suggest_answers(form: OfferForm, found: Inspection, name: str) -> dict[str, str]:
    """Return answers for the fields that nobody has answered, from what the inspection of data called `name` found."""
    values = {suggestion.member: suggestion.value for suggestion in found.seen.suggestions}
    place, period, contact = (values.get(member) or {} for member in ("place", "period", "contact"))
    suggested = {
        "titel": suggest_title(name),
        "sprache": "de",
        "klasse": (DataClass.PERSONAL if found.persons else DataClass.INTERNAL).value,
        "lizenz": _write_licence(values.get("licence")),
        "box": ", ".join(f"{degree:g}" for degree in place.get("box", ())),
        "von": period.get("start", ""),
        "bis": period.get("end", ""),
        "kontakt": contact.get("name", ""),
        "kontakt_email": contact.get("email", ""),
    }
    return {field: text for field, text in suggested.items() if text and not form.answers.get(field)}


def write_order(form: OfferForm, policy: dict[str, Any] | None) -> AssetOrder:
    """Return the order for the answers of a form; a use case checks it. A new asset is named by its form."""
    said, found = form.answers, read_inspection(form)
    contact = Contact(name=read_answer(said, "kontakt"), email=read_answer(said, "kontakt_email"))
    period = CoveredTime(start=read_day(read_answer(said, "von")), end=read_day(read_answer(said, "bis")))
    return AssetOrder(
        id=form.asset or form.id,
        source=form.source or {},
        policy=policy,
        title=_by_language(said, "titel"),
        description=_by_language(said, "text", lines=True),
        keywords=tuple(word for part in read_answer(said, "stichworte").split(",") if (word := part.strip())),
        themes=tuple(filter(None, [read_answer(said, "thema")])),
        media_type=found.seen.media_type if found else DEFAULT_MEDIA_TYPE,
        data_class=_choose(DataClass, said.get("klasse"), DataClass.INTERNAL),
        live=said.get("laufend") == "1",
        licence=read_answer(said, "lizenz") or None,
        contact=contact if contact != Contact() else None,
        place=_read_place(said),
        period=period if period != CoveredTime() else None,
        frequency=read_answer(said, "haeufigkeit") or None,
        stated=_read_statement(said),
        records=_read_records(form, found),
        forms=tuple(known for known in FORM_TYPES if known in split_lines(said.get("formen", ""))),
    )


def write_answers(asset: Asset) -> dict[str, str]:
    """Return the answers that an asset gives, for a form in which it is changed."""
    place, period, contact = asset.place or CoveredPlace(), asset.period or CoveredTime(), asset.contact or Contact()
    return {
        "titel": asset.title.get("de", "") or next((t for tag, t in asset.title.items() if tag != "en"), ""),
        "titel_en": asset.title.get("en", ""),
        "text": asset.description.get("de", ""),
        "text_en": asset.description.get("en", ""),
        "stichworte": ", ".join(asset.keywords),
        "thema": asset.themes[0] if asset.themes else "",
        "haeufigkeit": asset.frequency or "",
        "sprache": asset.stated.languages[0] if asset.stated.languages else "",
        "lizenz": _write_licence(asset.licence),
        "ort": place.name,
        "ags": place.key,
        "box": ", ".join(f"{degree:g}" for degree in place.box),
        "von": period.start,
        "bis": period.end,
        "kontakt": contact.name,
        "kontakt_email": contact.email,
        "klasse": asset.data_class.value,
        "personenbezug": asset.stated.marking.value if asset.stated.marking is not Marking.NONE else "",
        "rechtsgrundlage": asset.stated.legal_basis[0] if asset.stated.legal_basis else "",
        "person": asset.records.subject if asset.records else "",
        "formen": "".join(f"\n{known}" for known in FORM_TYPES if known in asset.forms),
        "laufend": "1" if asset.live else "",
    }


def list_changed(form: OfferForm, asset: Asset, policy: dict[str, Any] | None) -> dict[str, Any]:
    """Return the members of an asset that the answers of a form change, as `asset_changes.edit` takes them.

    What the form does not ask, or what was not touched, stays: a second theme, or a title in another language.
    """
    before = msgspec.structs.replace(form, answers={**form.answers, **write_answers(asset)})
    old: dict[str, Any] = msgspec.to_builtins(write_order(before, None))
    new: dict[str, Any] = msgspec.to_builtins(write_order(form, None))
    changed = {name: new.get(name) for name in _CHANGING if new.get(name) != old.get(name)}
    for name in set(_COMPOSED) & changed.keys():
        # Members of these change one by one, and what is taken away has to be named.
        was, now = old.get(name) or {}, new.get(name) or {}
        differing = {part: now.get(part) for part in {**was, **now} if now.get(part) != was.get(part)}
        changed[name] = differing if now else None
    if asset.records and isinstance(described := changed.get("records"), dict):
        # Decimals, facts or tables of levels are nothing that the form asks for.
        changed["records"] = {**msgspec.to_builtins(asset.records), "subject": described.get("subject", "")}
    if form.source is not None and form.source != asset.source:
        changed["source"] = form.source
        changed["media_type"] = new.get("media_type", DEFAULT_MEDIA_TYPE)
        if is_recipe(form.source):
            # How the result of the other recipe was read says nothing about this one.
            changed["records"] = new.get("records")
    return changed if policy is None else {**changed, "policy": policy}


def _by_language(said: Mapping[str, str], name: str, *, lines: bool = False) -> dict[str, str]:
    texts = {
        language: said.get(field, "").strip() if lines else read_answer(said, field)
        for language, field in (("de", name), ("en", f"{name}_en"))
    }
    return {language: text for language, text in texts.items() if text}


def _choose(kind: Any, text: str | None, otherwise: Any) -> Any:
    return next((known for known in kind if known == text), otherwise)


def _write_licence(licence: str | None) -> str:
    known = find_code("licence", licence) if licence else None
    return known.code if known else licence or ""


def _read_place(said: Mapping[str, str]) -> CoveredPlace | None:
    typed = read_answer(said, "box")
    box = (read_numbers(typed, 4) or _UNREADABLE) if typed else ()
    place = CoveredPlace(name=read_answer(said, "ort"), key=read_answer(said, "ags"), box=box)
    return place if place != CoveredPlace() else None


def _read_statement(said: Mapping[str, str]) -> AssetStatement:
    personal = said.get("klasse") == DataClass.PERSONAL
    basis = read_answer(said, "rechtsgrundlage") if personal else ""
    return AssetStatement(
        languages=tuple(filter(None, [read_answer(said, "sprache")])),
        marking=_choose(Marking, said.get("personenbezug"), Marking.PERSONAL) if personal else Marking.NONE,
        legal_basis=(basis,) if basis else (),
    )


def _read_records(form: OfferForm, found: Inspection | None) -> Records | None:
    """Return how the records of personal data are read: the fields that were found, and the one that names the person.

    The record of processing lists the fields as categories. A trial completes the rest.
    """
    if form.answers.get("klasse") != DataClass.PERSONAL:
        return None
    known = find_record_format(found.seen.media_type) if found else None
    readable = found is not None and known and not found.seen.problem and len(found.seen.fields) <= _MOST_FIELDS
    fields = tuple(field.name for field in found.seen.fields) if found and readable else ()
    person = form.answers.get("person", "")
    return Records(format=known or "csv", subject=person, fields=fields) if person or fields else None
