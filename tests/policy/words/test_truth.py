"""The card says what the decision does: drawn policies, topic by topic, in every language."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.language.catalogue import LANGUAGES, Language, say
from connector.policy.compiling.compiled import Compiled, walk_duties
from connector.policy.deciding.decide import decide
from connector.policy.model.decision import Decision, Verdict
from connector.policy.model.dump import dump
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.model.values import Number, Text, Value
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words.card import card
from connector.policy.words.constraint import write_constraint
from connector.policy.words.limits import MONEY, find_latest_end
from connector.policy.words.sentence import sentence
from tests.policy.support import MOBILITY, TARGET, agreement, atom, build, rule, shipped

PAY = ODRL + "compensate"
USE = "use"
ACTIONS = (USE, "odrl:distribute", "odrl:print", "odrl:read")
PURPOSES = ("dpv:AcademicResearch", "dpv:Marketing", "dpv:ResearchAndDevelopment")
DAYS = ("2026-01-01", "2027-01-01", "2028-01-01")
VALUES: dict[str, tuple[str, ...]] = {
    "odrl:purpose": PURPOSES,
    "dk:role": ("urn:r:x", "urn:r:y"),
    "odrl:count": ("0", "5"),
    "odrl:dateTime": DAYS,
    "odrl:elapsedTime": ("P30D", "P400D"),
    "dk:paymentState": ("settled", "due"),
    "odrl:payAmount": ("0", "500"),
    "odrl:spatial": ("DE", "DE-BW"),
    "dk:timeOfDay": ("08:00", "18:00"),
    "dk:dayOfWeek": ("Monday", "Sunday"),
    "dk:usesPerDay": ("0", "3"),
}
OPERATORS = {
    "odrl:purpose": ("isA", "eq", "neq", "isAnyOf", "isNoneOf"),
    "dk:role": ("eq", "neq", "isAnyOf", "isNoneOf"),
    "dk:paymentState": ("eq", "neq"),
    "dk:dayOfWeek": ("eq", "neq", "isAnyOf", "isNoneOf"),
    "odrl:spatial": ("isPartOf", "eq", "neq"),
}
ORDER = ("lt", "lteq", "gt", "gteq")
START = datetime(2025, 6, 1, 12, tzinfo=UTC)
FAR = timedelta(days=365 * 60)


def draw_atom(rng: Random) -> dict[str, Any]:
    left = rng.choice([*VALUES, "odrl:dateTime", "odrl:purpose"])
    return atom(left, rng.choice(OPERATORS.get(left, ORDER)), rng.choice(VALUES[left]))


def draw_constraint(rng: Random, depth: int = 2) -> dict[str, Any]:
    if depth and rng.random() < 0.35:
        parts = [draw_constraint(rng, depth - 1) for _ in range(2)]
        return {rng.choice(["and", "or", "or", "xone", "andSequence"]): parts} if parts[0] != parts[1] else parts[0]
    return draw_atom(rng)


def draw_rule(rng: Random, most: int) -> dict[str, Any]:
    return rule(*[draw_constraint(rng) for _ in range(rng.randrange(most))], action=rng.choice((USE, USE, *ACTIONS)))


def draw_duty(rng: Random, more: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"action": rng.choice(["odrl:compensate", "odrl:inform", "odrl:delete"])}
    if rng.random() < 0.4:
        found["constraint"] = [draw_atom(rng)]
    if rng.random() < 0.3:
        found["action"] = {"rdf:value": {"@id": found["action"]}, "refinement": [draw_atom(rng)]}
    for member, kind in (("assignee", "Party"), ("target", "Asset")):
        if rng.random() < 0.1:
            found[member] = {"@type": f"{kind}Collection", "source": "urn:all", "refinement": [draw_atom(rng)]}
    if more and rng.random() < 0.4:
        found[more] = [{"action": rng.choice(["odrl:compensate", "odrl:inform"])}]
    return found


def draw_policy(rng: Random) -> dict[str, Any]:
    permissions = [draw_rule(rng, 3) for _ in range(rng.choice([1, 1, 1, 2]))]
    prohibitions = [draw_rule(rng, 2) for _ in range(rng.choice([0, 0, 1, 1, 2]))]
    if rng.random() < 0.3:
        permissions[0]["duty"] = [draw_duty(rng, "consequence")]
    if prohibitions and rng.random() < 0.3:
        prohibitions[0]["remedy"] = [draw_duty(rng)]
    obligations = [draw_duty(rng, "consequence") for _ in range(rng.choice([0, 0, 1]))]
    members: dict[str, Any] = {"permission": permissions, "prohibition": prohibitions, "obligation": obligations}
    found = {name: entries for name, entries in members.items() if entries}
    if rng.random() < 0.5:
        found["conflict"] = rng.choice(["perm", "prohibit", "invalid"])
    return agreement(**found)


def to_value(left: str, text: str) -> tuple[Value, ...]:
    operand = shipped().operands[DK + left[3:] if left.startswith("dk:") else ODRL + left[5:]]
    found = coerce(Text(text), operand, shipped())
    assert found is not None
    return (found,)


class Trial:
    """A policy, and what is decided of it in a drawn world in which everything is known."""

    def __init__(self, compiled: Compiled, rng: Random) -> None:
        self.compiled = compiled
        self.purpose = to_value("odrl:purpose", rng.choice(PURPOSES))
        self.facts = {
            left.partition(":")[2]: to_value(left, rng.choice(VALUES[left]))
            for left in ("dk:role", "dk:paymentState", "odrl:payAmount", "odrl:spatial")
        }
        self.used = rng.choice([0, 2, 9])
        self.done = {
            duty.duty.uid: Performance(fulfilled_at=START - timedelta(days=1))
            for duty in walk_duties(compiled)
            if rng.random() < 0.5
        }
        self.at = START + timedelta(days=rng.randrange(1500))

    def decide(self, action: str = USE, party: str = MOBILITY, at: datetime | None = None, **facts: str) -> Decision:
        counters = {counter.fact: (Number(Decimal(self.used)),) for counter in self.compiled.counters}
        given = {
            name: to_value(f"odrl:{name}" if name == "payAmount" else f"dk:{name}", text)
            for name, text in facts.items()
        }
        world = World(facts={**self.facts, **counters, **given}, performed=self.done, agreed_at=START)
        request = Request(action, TARGET, party, at or self.at, {"purpose": self.purpose})
        return decide(self.compiled, request, world, Phase.ACCESS)

    def permits(self, action: str = USE, **more: Any) -> bool:
        return self.decide(action, **more).verdict is Verdict.PERMIT

    def codes(self, action: str) -> set[str]:
        return {reason.code for reason in self.decide(action).reasons}


class Said:
    """The card of a policy in one language, by its questions."""

    def __init__(self, compiled: Compiled, language: Language) -> None:
        self.language = language
        self.text = card(compiled, language).text
        self.lines: dict[str, tuple[str, ...]] = {
            line.question: line.sentences for line in card(compiled, language).lines
        }

    def has(self, question: str, key: str) -> bool:
        return say(self.language, f"policy.{key}") in self.lines[question]


def check_time(said: Said, trial: Trial) -> None:
    end = find_latest_end(trial.compiled)
    if said.has("how-long", "no-end"):
        assert end is None
        if trial.permits():
            trial.used = 10**6
            assert trial.permits(at=trial.at + FAR)
    if end is not None:
        assert not any(trial.permits(action, at=max(end, trial.at)) for action in ACTIONS)
    if said.has("how-long", "not-applicable"):
        assert not any(trial.permits(action) for action in ACTIONS)


def check_cost(said: Said, trial: Trial) -> None:
    if said.has("cost", "no-charge"):
        found = {
            trial.permits(payAmount=amount, paymentState=state)
            for amount in ("0", "500")
            for state in ("settled", "due")
        }
        assert len(found) == 1
        assert PAY not in {task.action for action in ACTIONS for task in trial.decide(action).duties}
        assert PAY not in {duty.duty.action[0].iri for duty in walk_duties(trial.compiled)}
        assert not any(name in msgspec.json.encode(dump(trial.compiled.policy)).decode() for name in MONEY)


def check_duties(said: Said, trial: Trial) -> None:
    if said.has("duties", "no-duty"):
        for action in ACTIONS:
            assert "duty-not-performed" not in trial.codes(action)
            assert trial.decide(action).duties == ()


def check_prohibitions(said: Said, trial: Trial) -> None:
    compiled = trial.compiled
    if said.has("what-not", "no-prohibition"):
        assert not any({"prohibited", "conflict"} & trial.codes(action) for action in ACTIONS)
    if said.has("what-not", "nothing-else"):
        assert not trial.permits()
    if said.has("what-not", "passing-on") and trial.permits():
        assert trial.permits("odrl:distribute") or {"prohibited", "conflict"} & trial.codes("odrl:distribute")
    unless = say(said.language, "policy.forbidden-perm", ban="").rstrip().casefold()
    for ban in compiled.prohibitions:
        action = ban.rule.action[0].iri
        assert (unless in said.text.casefold()) is (compiled.conflict == "perm")
        if compiled.conflict != "perm" and not ban.ordered:
            assert not trial.permits(action.replace(ODRL, "odrl:"))


def check_grants(said: Said, trial: Trial) -> None:
    if said.has("what-for", "void-card") or said.has("what-for", "grants-nothing"):
        assert not any(trial.permits(action) for action in ACTIONS)
    if any(trial.permits(action) for action in ACTIONS):
        overruled = say(said.language, "policy.overruled", action="").partition(":")[0]
        assert sum(overruled in entry for entry in said.lines["what-for"]) < len(trial.compiled.permissions)
    assert not trial.permits(party="urn:somebody-else")
    if said.has("enforcement", "all-checked"):
        assert trial.compiled.contractual == ()


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**40))
def test_every_topic_of_the_card_says_what_is_decided(seed: int) -> None:
    rng = Random(seed)
    compiled = build(draw_policy(rng))
    cards = [Said(compiled, language) for language in LANGUAGES]
    for _ in range(6):
        trial = Trial(compiled, rng)
        for said in cards:
            for check in (check_time, check_cost, check_duties, check_prohibitions, check_grants):
                check(said, trial)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40))
def test_all_languages_claim_the_same(seed: int) -> None:
    compiled = build(draw_policy(Random(seed)))
    keys = (
        "no-end",
        "no-charge",
        "no-duty",
        "no-prohibition",
        "nothing-else",
        "passing-on",
        "not-applicable",
        "paid-above",
    )
    questions = ("what-for", "what-not", "how-long", "duties", "cost")
    claims = [
        [(question, key) for question in questions for key in keys if Said(compiled, language).has(question, key)]
        for language in LANGUAGES
    ]
    assert all(found == claims[0] for found in claims)


EXACT: dict[Language, str] = {"de": "genau", "en": "exactly"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("left", ["odrl:purpose", "odrl:spatial"])
@pytest.mark.parametrize("banned", [False, True])
def test_a_term_is_exact_in_words_where_what_is_below_it_counts_as_another(
    language: Language, left: str, banned: bool
) -> None:
    term, below = {
        "odrl:purpose": ("dpv:ResearchAndDevelopment", "dpv:AcademicResearch"),
        "odrl:spatial": ("DE", "DE-BW"),
    }[left]
    for operator in ("eq", "neq", "isA", "isPartOf", "isAnyOf", "isNoneOf", "isAllOf"):
        compiled = build(agreement(rule(atom(left, operator, term))))
        (constraint,) = compiled.permissions[0].rule.constraint
        text = write_constraint(constraint, shipped(), language, banned=banned)
        found = []
        for value in (term, below):
            values = to_value(left, value)
            context = {"purpose": values} if left == "odrl:purpose" else {}
            request = Request(USE, TARGET, MOBILITY, START, context)
            world = World(facts={"spatial": values}, agreed_at=START)
            found.append(decide(compiled, request, world, Phase.ACCESS).verdict)
        assert (EXACT[language] in text) is (found[0] is not found[1]), (operator, text)


ALLOWING: dict[Language, tuple[str, ...]] = {"en": ("only", "not ", "neither"), "de": ("nur ", "nicht ", "weder")}
"""Words that let a condition of a prohibition read as a permission."""


@pytest.mark.parametrize("operator", ["eq", "neq", "isAnyOf", "isNoneOf", "isAllOf"])
@pytest.mark.parametrize("left", ["dk:role", "odrl:spatial", "odrl:purpose", "odrl:dateTime"])
def test_no_condition_of_a_prohibition_reads_as_a_permission(left: str, operator: str) -> None:
    if operator == "isAllOf" and left == "odrl:dateTime":
        return
    ban = rule(atom(left, operator, VALUES[left][0]))
    compiled = build(agreement(rule(), prohibition=[ban]))
    for language in LANGUAGES:
        bans = (Said(compiled, language).lines["what-not"][0], sentence(compiled, language).partition("; ")[2])
        assert not any(word in said for said in bans for word in ALLOWING[language]), bans


def test_a_price_before_access_is_no_free_use() -> None:
    price = {"rdf:value": {"@id": "odrl:compensate"}, "refinement": [atom("odrl:payAmount", "eq", "500", unit="EUR")]}
    compiled = build(agreement({"action": "use", "duty": [{"action": price}]}))
    assert "Kosten: Vorher: bezahlen (Art: gezahlter Betrag: genau 500 EUR)." in card(compiled, "de").text
    assert "Cost: First: pay (manner: amount paid: exactly 500 EUR)." in card(compiled, "en").text


MONEYS = [atom("odrl:payAmount", "eq", "5", unit="EUR"), atom("dk:paymentState", "eq", "settled")]


@pytest.mark.parametrize("money", MONEYS)
@pytest.mark.parametrize("place", ["action", "assignee", "target", "constraint"])
@pytest.mark.parametrize("role", ["duty", "remedy", "consequence", "obligation"])
def test_a_payment_that_refines_a_duty_is_no_free_use(money: dict[str, Any], place: str, role: str) -> None:
    collections = {"assignee": "PartyCollection", "target": "AssetCollection"}
    duty: dict[str, Any] = {"action": "odrl:inform"}
    if place == "action":
        duty["action"] = {"rdf:value": {"@id": "odrl:inform"}, "refinement": [money]}
    elif place == "constraint":
        duty["constraint"] = [money]
    else:
        duty[place] = {"@type": collections[place], "source": "urn:all", "refinement": [money]}
    late = {"action": "odrl:delete", "consequence": [duty]}
    policy = {
        "duty": lambda: agreement(rule(duty=[duty])),
        "remedy": lambda: agreement(rule(), prohibition=[rule(action="odrl:distribute", remedy=[duty])]),
        "consequence": lambda: agreement(rule(), obligation=[late]),
        "obligation": lambda: agreement(rule(), obligation=[duty]),
    }[role]()
    assert "No charge" not in card(build(policy), "en").text


def test_hours_and_days_that_come_again_are_no_end() -> None:
    hours = {"or": [atom("dk:timeOfDay", "gt", "08:00"), atom("odrl:dateTime", "lt", "2027-01-01")]}
    days = {"or": [atom("dk:dayOfWeek", "eq", "Monday"), atom("odrl:dateTime", "lt", "2027-01-01")]}
    assert find_latest_end(build(agreement(rule(hours)))) is None
    assert find_latest_end(build(agreement(rule(days)))) is None
    both = build(agreement(rule(atom("dk:timeOfDay", "gt", "08:00"), atom("odrl:dateTime", "lt", "2027-01-01"))))
    assert find_latest_end(both) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_choice_of_ends_has_a_latest_end() -> None:
    choice = [
        {"and": [atom("odrl:dateTime", "lt", day), atom("odrl:purpose", "isA", purpose)]}
        for day, purpose in (("2027-01-01", "dpv:AcademicResearch"), ("2028-01-01", "dpv:Marketing"))
    ]
    compiled = build(agreement(rule({"or": choice})))
    assert "How long: Ends at the latest: 1 January 2028, 00:00 (UTC)." in card(compiled, "en").text
    assert "Wie lange: Endet spätestens: 1. Januar 2028, 00:00 Uhr (UTC)." in card(compiled, "de").text


def test_a_choice_with_a_payment_or_a_count_is_neither_free_nor_without_end() -> None:
    choice = {"or": [atom("dk:paymentState", "eq", "settled"), atom("odrl:count", "lteq", "5")]}
    text = card(build(agreement(rule(choice))), "en").text
    assert "Cost: A payment is part of the conditions." in text
    assert "How long: The conditions, duties or prohibitions name a limit." in text


def test_a_permission_that_is_prohibited_does_not_say_that_one_may() -> None:
    compiled = build(agreement(rule(), prohibition=[rule()]))
    text = card(compiled, "en").text
    assert "What for: Stated as allowed, but forbidden: use." in text
    assert "You may" not in text
    assert sentence(compiled, "de") == "Nutzen als erlaubt genannt, aber verboten; verboten: nutzen."


def test_a_prohibition_that_yields_says_so() -> None:
    compiled = build(agreement(rule(), prohibition=[rule(action="odrl:distribute")], conflict="perm"))
    assert "What not: Forbidden unless permitted: pass on." in card(compiled, "en").text
    assert sentence(compiled, "de").endswith("; verboten, soweit nicht erlaubt: weitergeben.")


@pytest.mark.parametrize(
    ("count", "words"), [(1, ("1 condition", "1 Bedingung")), (3, ("3 conditions", "3 Bedingungen"))]
)
def test_no_condition_falls_out_of_a_short_sentence_uncounted(count: int, words: tuple[str, str]) -> None:
    roles = [atom("dk:role", "neq", f"a long role of number {number}") for number in range(count)]
    limits = [atom("dk:role", "neq", f"some long role of number {number}") for number in range(20)]
    late = [{"action": "odrl:delete", "constraint": [*roles]}]
    compiled = build(agreement(rule(*limits), prohibition=[rule(*roles, action="odrl:print")], obligation=late))
    for language, word in zip(LANGUAGES, reversed(words), strict=True):
        said = sentence(compiled, language)
        assert said.count(f"({word})") == 2, said
        shown = said.partition(";")[0].count("of number")
        assert f"{20 - shown} " in said.partition(";")[0]
