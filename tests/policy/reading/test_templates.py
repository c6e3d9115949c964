"""Templates: each loads, compiles and reads well whatever its parameters; bad parameters are refused."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.language.catalogue import Language
from connector.policy.analysis.lint import lint
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.errors import PolicyError
from connector.policy.reading.load import load
from connector.policy.reading.templates import Input, Parameter, Template, fill, parse
from connector.policy.words.card import card
from connector.policy.words.sentence import sentence
from tests.policy.support import shipped
from tests.policy.words.readability import flesch, sentences, vienna, words

FOLDER = Path(__file__).parents[3] / "policies/templates"
TEMPLATES = {path.stem: parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
REQUIRED: dict[str, dict[str, Input]] = {
    "open-data": {"notice": "Quelle: Amt"},
    "paid": {"price": "49.90"},
    "personal-data": {"fields": ["name", "address"], "recipients": ["urn:participant:office"]},
    "fixed-period": {"from": "2027-01-01", "until": "2027-12-31"},
}
BOTH: tuple[Language, ...] = ("de", "en")
SAMPLE = """
name = "sample"
title = { de = "a", en = "a" }
why = { de = "a", en = "a" }
parameter = [{ name = "n", sort = "whole", de = "n", en = "n", default = "3", least = "1", greatest = "9" }]
[[policy.permission]]
action = "use"
constraint = [{ leftOperand = "odrl:count", operator = "lteq", rightOperand = { parameter = "n" } }]
"""


def built(template: Template, parameters: dict[str, Input]) -> Compiled:
    # The standard's own strategy, so that the profile which the template names has to settle conflicts.
    return compile_policy(load(fill(template, parameters)), shipped())


def test_there_are_the_templates_a_city_needs() -> None:
    assert {
        "open-data", "departments-only", "research-only", "planning", "delete-after-use", "trial", "downloads",
        "within-region", "paid", "navigation-feed", "personal-data", "emergency-services",
    } <= set(TEMPLATES)  # fmt: skip
    assert all(name == template.name for name, template in TEMPLATES.items())


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_with_its_defaults_and_is_enforced_without_leave(name: str) -> None:
    compiled = built(TEMPLATES[name], REQUIRED.get(name, {}))
    assert compiled.void is None
    assert compiled.conflict == "prohibit"
    assert compiled.contractual == ()


def test_the_template_for_personal_data_says_all_that_its_offer_has_to() -> None:
    compiled = built(TEMPLATES["personal-data"], REQUIRED["personal-data"])
    assert {remark.finding.code for remark in lint(compiled, personal="personal") if remark.level == "error"} == set()


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("name", TEMPLATES)
def test_the_card_of_a_template_is_short_and_plain(name: str, language: Language) -> None:
    compiled = built(TEMPLATES[name], REQUIRED.get(name, {}))
    text = card(compiled, language).text
    assert len(text.split()) <= 100
    assert len(words(text)) / len(sentences(text)) <= 15
    assert max(len(words(entry)) for entry in sentences(text)) <= 15
    assert flesch(text, language) >= 50
    assert language == "en" or vienna(text) <= 10
    assert "w3id.org" not in text
    assert len(sentence(compiled, language).split()) <= 40


def test_readability_over_all_templates_is_reported(record_property: Any) -> None:
    for language in BOTH:
        texts = [card(built(entry, REQUIRED.get(name, {})), language).text for name, entry in TEMPLATES.items()]
        mean = sum(flesch(text, language) for text in texts) / len(texts)
        record_property(f"flesch-{language}", round(mean, 1))
        assert mean >= 60
        if language == "de":
            grade = sum(vienna(text) for text in texts) / len(texts)
            record_property("vienna-de", round(grade, 1))
            assert grade <= 8


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_tells_its_title_and_why_one_would_pick_it(name: str) -> None:
    template = TEMPLATES[name]
    for both in (template.title, template.why, *template.parameter):
        assert both.de
        assert both.en
    for text in (template.why.de, template.why.en):
        assert len(words(text)) / len(sentences(text)) <= 15


def drawn(parameter: Parameter, rng: Random) -> Input:
    match parameter.sort:
        case "code":
            pool = list(parameter.choices)
        case "name":
            pool = [
                "x",
                "Feuerwehr Süd",
                'a"}],"permission":[{"action":"use"}],"x":[{"',
                "${n}",
                "https://example.org/a#b",
            ]
        case "text":
            pool = ["Quelle: Stadt", '"; DROP', "{n} %s {{ parameter }}", "x" * 500]
        case "day":
            pool = ["2027-02-28", "2026-12-31Z", "2030-01-01+02:00"]
        case "duration":
            pool = ["P30D", "P1M", "P6M", "P1Y", "P360D"]
        case "whole":
            pool = [parameter.least, parameter.greatest, "25"]
        case _:
            pool = ["0.01", "5", "1999.99"]
    return [rng.choice(pool) for _ in range(rng.randint(1, 4))] if parameter.several else rng.choice(pool)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**40))
def test_whatever_is_accepted_loads_and_compiles_and_changes_values_only(seed: int) -> None:
    rng = Random(seed)
    refused: set[str] = set()
    for template in TEMPLATES.values():
        given_values = {parameter.name: drawn(parameter, rng) for parameter in template.parameter}
        try:
            document = fill(template, given_values)
        except PolicyError as error:
            refused.add(error.code)
            continue
        policy = load(document)
        assert compile_policy(policy, shipped()).void is None
        sizes = [len(document.get(member, [])) for member in ("permission", "prohibition", "obligation")]  # type: ignore[arg-type]  # lists of rules
        written = template.policy
        assert sizes == [len(written.get(member, [])) for member in ("permission", "prohibition", "obligation")]  # type: ignore[arg-type]  # as above
    assert refused <= {"out-of-bounds"}


def test_a_value_is_placed_as_a_value() -> None:
    text = 'a"}, {"b'
    document: Any = fill(TEMPLATES["open-data"], {"notice": text})
    assert document["obligation"][0]["constraint"][0]["rightOperand"] == text
    assert document["@id"] == "urn:datenkontor:template:open-data"
    assert fill(TEMPLATES["open-data"], {"notice": text}, "urn:x")["@id"] == "urn:x"
    trial: Any = fill(TEMPLATES["trial"], {"period": "PT48H", "downloads": 3})
    period, downloads = trial["permission"][0]["constraint"]
    assert period["rightOperand"] == {"@value": "P2D", "@type": "xsd:duration"}
    assert downloads["rightOperand"] == "3"


@pytest.mark.parametrize(
    ("name", "parameters", "code"),
    [
        ("downloads", {"downloads": "0"}, "out-of-bounds"),
        ("downloads", {"downloads": "1000001"}, "out-of-bounds"),
        ("downloads", {"downloads": "2.5"}, "bad-parameter"),
        ("downloads", {"downloads": "many"}, "bad-parameter"),
        ("downloads", {"downloads": True}, "bad-parameter"),
        ("downloads", {"downloads": ["3"]}, "bad-parameter"),
        ("downloads", {"uses": "3"}, "unknown-parameter"),
        ("planning", {"k": "9"}, "out-of-bounds"),
        ("paid", {}, "missing-parameter"),
        ("paid", {"price": "-1"}, "out-of-bounds"),
        ("paid", {"price": "NaN"}, "bad-parameter"),
        ("trial", {"period": "P2Y"}, "out-of-bounds"),
        ("trial", {"period": "14 days"}, "bad-parameter"),
        ("fixed-period", {"from": "2027-02-30", "until": "2027-03-01"}, "bad-parameter"),
        ("within-region", {"region": "Atlantis"}, "bad-parameter"),
        ("departments-only", {"groups": []}, "bad-parameter"),
        ("departments-only", {"groups": ["x"] * 51}, "bad-parameter"),
        ("departments-only", {"groups": ["a\nb"]}, "bad-parameter"),
        ("departments-only", {"groups": [" "]}, "bad-parameter"),
        ("departments-only", {"groups": ["x" * 201]}, "bad-parameter"),
    ],
)
def test_a_bad_parameter_is_refused_with_its_name(name: str, parameters: dict[str, Input], code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        fill(TEMPLATES[name], parameters)
    assert caught.value.code == code
    assert next(iter(parameters), "price") in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('parameter = "n" }', 'parameter = "m" }'),
        ('default = "3"', 'default = "30"'),
        ('least = "1"', 'least = "one"'),
        ('sort = "whole"', 'sort = "code"'),
        ('sort = "whole"', 'sort = "integer"'),
        ('name = "sample"', ""),
        ("why =", "because ="),
        ("[[policy", "[policy"),
    ],
)
def test_a_malformed_template_is_refused(old: str, new: str) -> None:
    assert parse(SAMPLE).name == "sample"
    with pytest.raises(ValueError):
        parse(SAMPLE.replace(old, new))
