"""What the description of an offer lets a person choose from: code lists, with their labels. Pure."""

from collections.abc import Iterable

from connector.policy.model.policy import DK
from connector.policy.vocabulary.registry import Registry
from connector.policy.words.names import name_value
from connector.ports.entities import DataClass, Marking, OfferForm
from connector.protocol.dcat import THEMES, label_theme, to_theme
from connector.semantic.codes import ListName, read_codes
from connector.views.assets import FORM_TYPES
from connector.web.frame.wording import PageWords
from connector.web.offering.answers import read_inspection
from connector.web.offering.controls import Option

_LANGUAGES = ("de", "en", "fr", "tr", "ru", "uk", "ar", "pl", "it", "es", "nl", "da", "cs")


def list_choices(registry: Registry, words: PageWords, form: OfferForm) -> dict[str, tuple[Option, ...]]:
    """Return the options of each field of the description that has some.

    An answer that no list has, such as the licence of an earlier offer by its IRI, is an option too.
    """
    found = read_inspection(form)
    listed = {
        "thema": _sort(Option(code, words.pick(label_theme(to_theme(code)))) for code in THEMES),
        "haeufigkeit": _list_codes("frequency", words),
        "lizenz": _list_codes("licence", words),
        "sprache": tuple(
            Option(code, words.pick(row.labels)) for code, row in read_codes("language").items() if code in _LANGUAGES
        ),
        "klasse": tuple(Option(known.value, words.say(f"class-{known.value}")) for known in DataClass),
        "personenbezug": tuple(
            Option(known.value, words.say(f"offering.marking-{known.value}"))
            for known in Marking
            if known is not Marking.NONE
        ),
        "rechtsgrundlage": _list_bases(registry, words),
        "formen": tuple(Option(known, words.say(f"choosing.form-{known}")) for known in FORM_TYPES),
        "person": tuple(Option(field.name, field.name) for field in found.seen.fields) if found else (),
    }
    several = frozenset({"formen"})
    return {
        name: options if name in several else _with_answer(options, form.answers.get(name, ""))
        for name, options in listed.items()
    }


def _list_codes(name: ListName, words: PageWords) -> tuple[Option, ...]:
    return tuple(Option(code, words.pick(row.labels, code)) for code, row in read_codes(name).items())


def _list_bases(registry: Registry, words: PageWords) -> tuple[Option, ...]:
    operand = registry.operands[DK + "legalBasis"]
    terms = registry.taxonomies[operand.taxonomy].terms
    return tuple(Option(iri, name_value(iri, operand, registry, words.language)) for iri in terms)


def _sort(options: Iterable[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda option: option.label))


def _with_answer(options: tuple[Option, ...], answer: str) -> tuple[Option, ...]:
    known = not answer or any(option.value == answer for option in options)
    return options if known else (*options, Option(answer, answer))
